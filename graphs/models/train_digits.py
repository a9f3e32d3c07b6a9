#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the bundled digit classifier and writes its models and data. Not part of the build; see README.md here.

Needs (Debian 12): python3-numpy 1.24.2, python3-sklearn 1.2.1, python3-onnx 1.12.0.
    apt-get install python3-numpy python3-sklearn python3-onnx
    /usr/bin/python3 graphs/models/train_digits.py

Data: scikit-learn's load_digits (UCI Optical Recognition of Handwritten Digits, 1,797 images of 8x8, CC BY 4.0),
shuffled with a fixed seed; 1,197 to train on, 600 held out. Calibration uses 128 training images only.
"""
import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # one order of summation

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits

SEED = 20240
EPOCHS = 80
BATCH = 32
HERE = Path(__file__).resolve().parent


# ---- the network, forward and backward -----------------------------------------------------------
def patches(x):
    """[N, C, H, W] to [N, H, W, C * 9]: the 3x3 neighbourhoods, padded by zero."""
    p = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(p, (3, 3), axis=(2, 3))
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(x.shape[0], x.shape[2], x.shape[3], -1)


def conv(x, w, b):
    cols = patches(x)
    y = cols @ w.reshape(w.shape[0], -1).T + b
    return y.transpose(0, 3, 1, 2), cols


def conv_back(dy, cols, w):
    """Gradients to input, weight and bias of a 3x3 convolution padded by one."""
    d = dy.transpose(0, 2, 3, 1)
    dw = (d.reshape(-1, d.shape[-1]).T @ cols.reshape(-1, cols.shape[-1])).reshape(w.shape)
    mirrored = np.ascontiguousarray(w[:, :, ::-1, ::-1].transpose(1, 0, 2, 3))
    dx, _ = conv(dy, mirrored, np.zeros(w.shape[1], np.float32))
    return dx, dw, d.sum(axis=(0, 1, 2))


def forward(p, x):
    """Logits and all activations that the gradient and the calibration need."""
    t = {"input": x}
    c1, t["cols1"] = conv(x, p["w1"], p["b1"])
    t["relu1"] = np.maximum(c1, 0)
    t["conv2"], t["cols2"] = conv(t["relu1"], p["w2"], p["b2"])
    t["relu2"] = np.maximum(t["conv2"] + t["relu1"], 0)
    n, c, h, w = t["relu2"].shape
    tiles = t["relu2"].reshape(n, c, h // 2, 2, w // 2, 2)
    t["pool"] = tiles.max(axis=(3, 5))
    t["winner"] = tiles == t["pool"][:, :, :, None, :, None]
    c3, t["cols3"] = conv(t["pool"], p["w3"], p["b3"])
    t["relu3"] = np.maximum(c3, 0)
    t["mean"] = t["relu3"].mean(axis=(2, 3))
    t["logits"] = t["mean"] @ p["w4"].T + p["b4"]
    return t


def backward(p, t, labels):
    z = t["logits"] - t["logits"].max(axis=1, keepdims=True)
    prob = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    d = prob.copy()
    d[np.arange(len(labels)), labels] -= 1
    d /= len(labels)
    g = {"w4": d.T @ t["mean"], "b4": d.sum(axis=0)}
    n, c, h, w = t["relu3"].shape
    d3 = np.broadcast_to((d @ p["w4"])[:, :, None, None] / (h * w), t["relu3"].shape) * (t["relu3"] > 0)
    dpool, g["w3"], g["b3"] = conv_back(d3, t["cols3"], p["w3"])
    share = t["winner"] / t["winner"].sum(axis=(3, 5), keepdims=True)
    dsum = (share * dpool[:, :, :, None, :, None]).reshape(t["relu2"].shape) * (t["relu2"] > 0)
    dmain, g["w2"], g["b2"] = conv_back(dsum, t["cols2"], p["w2"])
    d1 = (dmain + dsum) * (t["relu1"] > 0)
    _, g["w1"], g["b1"] = conv_back(d1, t["cols1"], p["w1"])
    return g


def train(x, y, rng):
    he = lambda *s: (rng.standard_normal(s) * np.sqrt(2 / np.prod(s[1:]))).astype(np.float32)
    p = {"w1": he(16, 1, 3, 3), "w2": he(16, 16, 3, 3), "w3": he(32, 16, 3, 3), "w4": he(10, 32)}
    p |= {"b1": np.zeros(16, np.float32), "b2": np.zeros(16, np.float32),
          "b3": np.zeros(32, np.float32), "b4": np.zeros(10, np.float32)}
    m, v = ({k: np.zeros_like(a) for k, a in p.items()} for _ in range(2))
    step = 0
    for epoch in range(EPOCHS):
        rate = 3e-3 * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
        order = rng.permutation(len(x))
        for start in range(0, len(x), BATCH):
            pick = order[start:start + BATCH]
            dy, dx = rng.integers(-1, 2, 2)  # shifted by up to one pixel: the set is small
            moved = np.pad(x[pick], ((0, 0), (0, 0), (1, 1), (1, 1)))[:, :, 1 + dy:9 + dy, 1 + dx:9 + dx]
            g = backward(p, forward(p, moved), y[pick])
            step += 1
            for k in p:  # Adam, weight decay 1e-4
                grad = g[k] + (1e-4 * p[k] if k[0] == "w" else 0)
                m[k] = 0.9 * m[k] + 0.1 * grad
                v[k] = 0.999 * v[k] + 0.001 * grad * grad
                p[k] = (p[k] - rate * (m[k] / (1 - 0.9**step)) / (np.sqrt(v[k] / (1 - 0.999**step)) + 1e-8)).astype(np.float32)
    return p


# ---- the models ----------------------------------------------------------------------------------
SHAPES = {"input": [1, 1, 8, 8], "logits": [1, 10]}


def save(nodes, constants, name, path):
    info = lambda n: helper.make_tensor_value_info(n, TensorProto.FLOAT, SHAPES[n])
    graph = helper.make_graph(nodes, name, [info("input")], [info("logits")],
                              [numpy_helper.from_array(np.asarray(a), k) for k, a in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="vernier train_digits.py")
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString())


def window(**more):
    return {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], **more}


def write_float(p):
    node = helper.make_node
    save([
        node("Conv", ["input", "w1", "b1"], ["conv1"], "conv1", **window()),
        node("Relu", ["conv1"], ["relu1"], "relu1"),
        node("Conv", ["relu1", "w2", "b2"], ["conv2"], "conv2", **window()),
        node("Add", ["conv2", "relu1"], ["sum"], "residual"),
        node("Relu", ["sum"], ["relu2"], "relu2"),
        node("MaxPool", ["relu2"], ["pool"], "pool", kernel_shape=[2, 2], strides=[2, 2]),
        node("Conv", ["pool", "w3", "b3"], ["conv3"], "conv3", **window()),
        node("Relu", ["conv3"], ["relu3"], "relu3"),
        node("GlobalAveragePool", ["relu3"], ["mean"], "mean"),
        node("Flatten", ["mean"], ["flat"], "flat"),
        node("Gemm", ["flat", "w4", "b4"], ["logits"], "classifier", transB=1),
    ], p, "digits_fp32", HERE / "digits_fp32.onnx")


class Quantiser:
    """Collects QuantizeLinear/DequantizeLinear pairs around float nodes."""

    def __init__(self, ranges):
        self.nodes, self.constants, self.ranges = [], {}, ranges

    def activation(self, name, like=None):
        """int8 with a zero point from the calibrated range of `like`; returns the dequantised name."""
        lo, hi = self.ranges[like or name]
        lo, hi = min(lo, 0.0), max(hi, 0.0)
        scale = np.float32((hi - lo) / 255)
        zero = np.int8(np.clip(np.rint(-128 - lo / scale), -128, 127))
        self.constants |= {name + "_scale": scale, name + "_zero": zero}
        return self.pair(name, name + "_q", name + "_real", scale)

    def pair(self, source, quantised, real, scale):
        parameters = [source + "_scale", source + "_zero"]
        self.nodes.append(helper.make_node("QuantizeLinear", [source, *parameters], [quantised], source + "_quantize"))
        self.nodes.append(helper.make_node("DequantizeLinear", [quantised, *parameters], [real], source + "_dequantize"))
        return real, scale

    def weights(self, key, p, input_scale):
        """Weight per output channel, symmetric; bias int32 at input scale times weight scale."""
        w, b = p["w" + key], p["b" + key]
        scale = (np.abs(w.reshape(len(w), -1)).max(axis=1) / 127).astype(np.float32)
        spread = scale.reshape(-1, *[1] * (w.ndim - 1))
        bias_scale = (np.float32(input_scale) * scale).astype(np.float32)
        self.constants |= {
            f"w{key}_q": np.clip(np.rint(w / spread), -127, 127).astype(np.int8), f"w{key}_scale": scale,
            f"w{key}_zero": np.zeros(len(w), np.int8), f"b{key}_q": np.rint(b / bias_scale).astype(np.int32),
            f"b{key}_scale": bias_scale, f"b{key}_zero": np.zeros(len(b), np.int32)}
        for n in ("w" + key, "b" + key):
            self.nodes.append(helper.make_node("DequantizeLinear", [n + "_q", n + "_scale", n + "_zero"], [n + "_real"], n + "_dequantize", axis=0))
        return ["w" + key + "_real", "b" + key + "_real"]

    def node(self, op, inputs, output, name, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [output], name, **attributes))


def write_int8(p, ranges):
    q = Quantiser(ranges)
    x, s = q.activation("input")
    q.node("Conv", [x, *q.weights("1", p, s)], "conv1", "conv1", **window())
    q.node("Relu", ["conv1"], "relu1", "relu1")
    relu1, s = q.activation("relu1")
    q.node("Conv", [relu1, *q.weights("2", p, s)], "conv2", "conv2", **window())
    conv2, _ = q.activation("conv2")
    q.node("Add", [conv2, relu1], "sum", "residual")
    q.node("Relu", ["sum"], "relu2", "relu2")
    relu2, _ = q.activation("relu2")
    q.node("MaxPool", [relu2], "pool", "pool", kernel_shape=[2, 2], strides=[2, 2])
    pool, s = q.activation("pool", like="relu2")  # a maximum keeps its scale
    q.node("Conv", [pool, *q.weights("3", p, s)], "conv3", "conv3", **window())
    q.node("Relu", ["conv3"], "relu3", "relu3")
    relu3, _ = q.activation("relu3")
    q.node("GlobalAveragePool", [relu3], "mean", "mean")
    mean, _ = q.activation("mean")
    q.node("Flatten", [mean], "flat", "flat")
    flat, s = q.activation("flat", like="mean")
    q.node("Gemm", [flat, *q.weights("4", p, s)], "scores", "classifier", transB=1)
    q.activation("scores", like="logits")
    q.nodes[-1].output[0] = "logits"
    save(q.nodes, q.constants, "digits_int8", HERE / "digits_int8.onnx")


def main():
    digits = load_digits()
    rng = np.random.default_rng(SEED)
    order = rng.permutation(len(digits.target))
    raw = digits.images.astype(np.uint8)[order].reshape(-1, 1, 8, 8)
    labels = digits.target[order].astype(np.uint8)
    x = raw.astype(np.float32) / 16
    p = train(x[:1197], labels[:1197], rng)
    accuracy = (forward(p, x[1197:])["logits"].argmax(axis=1) == labels[1197:]).mean()
    print(f"float accuracy on the 600 held out: {accuracy:.4f}")
    write_float(p)
    seen = forward(p, x[:128])
    write_int8(p, {k: (float(seen[k].min()), float(seen[k].max()))
                   for k in ("input", "relu1", "conv2", "relu2", "relu3", "mean", "logits")})
    np.save(HERE / "digits_calibration_x.npy", raw[:128])
    np.save(HERE / "digits_test_x.npy", raw[1197:])
    np.save(HERE / "digits_test_y.npy", labels[1197:])


main()
