// SPDX-License-Identifier: Apache-2.0
#include <vernier/opencl/opencl_runner.hpp>

#include <algorithm>
#include <map>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vernier/golden/evaluator.hpp>

#include "objects.hpp"
#include "opencl_resources.hpp"
#include "operators.hpp"

#include <clblast_c.h>

namespace vernier::opencl {
namespace {

constexpr const char* kWhere = "ruler OpenCL";

/// A node on the device: its kernel with all arguments set, or none for a reshape; the library's part before it.
struct Prepared {
  ClKernel kernel;
  std::variant<std::monostate, Product, Convolution> library;
  Buffer weight;
  std::vector<Buffer> constants;
  graph::ValueId from{}, to{};  ///< of a reshape
  std::int64_t elements = 0;
};

bool matches(const DeviceInfo& info, const std::vector<DeviceKind>& wanted, const std::string& name) {
  return (wanted.empty() || std::ranges::find(wanted, info.kind) != wanted.end()) && info.name.find(name) != std::string::npos;
}

Result<Device> choose(const std::vector<DeviceKind>& wanted, const std::string& name) {
  const auto all = find_devices();
  if (!all) return forward_error(all);
  for (const auto& d : *all) {
    if (matches(d.info, wanted, name)) return d;
  }
  std::vector<std::string> there;
  for (const auto& d : *all) there.push_back(d.info.title + ": " + d.info.name);
  return fail(ErrorCode::kUnavailable, fmt::format("no {}device{}; there is {}", wanted.empty() ? "" : "GPU or accelerator ", name.empty() ? "" : " named " + name, fmt::join(there, ", ")), kWhere);
}

}  // namespace

struct OpenClRunner::Impl {
  const graph::Graph& graph;
  Device device;
  Context context;
  Queue queue;
  ClProgram program;
  golden::Evaluator host;  ///< for what has no kernel
  std::vector<graph::NodeId> order;
  std::map<graph::NodeId, Prepared> prepared;
  std::map<graph::ValueId, Buffer> buffers;

  Result<cl_mem> buffer_of(graph::ValueId id) {
    auto& buffer = buffers[id];
    if (buffer.get() != nullptr) return buffer.get();
    const auto& value = graph.value(id);
    const auto bytes = static_cast<std::size_t>(element_count(value.shape)) * size_of(value.type);
    cl_int code = 0;
    buffer = Buffer(clCreateBuffer(context.get(), CL_MEM_READ_WRITE, std::max<std::size_t>(bytes, 1), nullptr, &code));
    if (code != CL_SUCCESS) return opencl_error(code, fmt::format("a buffer of {} bytes for '{}'", bytes, value.name), kWhere);
    return buffer.get();
  }

  Result<void> build() {
    cl_int code = 0;
    context = Context(clCreateContext(nullptr, 1, &device.id, nullptr, nullptr, &code));
    if (code != CL_SUCCESS) return opencl_error(code, "no context", device.info.name);
    queue = Queue(clCreateCommandQueue(context.get(), device.id, CL_QUEUE_PROFILING_ENABLE, &code));
    if (code != CL_SUCCESS) return opencl_error(code, "no queue", device.info.name);
    const auto source = kernel_source::kernels();
    const char* text = source.data();
    const std::size_t size = source.size();
    program = ClProgram(clCreateProgramWithSource(context.get(), 1, &text, &size, &code));
    if (code == CL_SUCCESS) code = clBuildProgram(program.get(), 1, &device.id, "-cl-std=CL1.2", nullptr, nullptr);
    if (code != CL_SUCCESS) {
      std::string log(4096, '\0');
      clGetProgramBuildInfo(program.get(), device.id, CL_PROGRAM_BUILD_LOG, log.size(), log.data(), nullptr);
      return opencl_error(code, "the kernels do not build: " + std::string(log.c_str()), device.info.name);
    }
    for (const auto id : order) {
      if (!runs_on_device(graph, id)) continue;
      if (auto ok = prepare(id); !ok) return ok;
    }
    return {};
  }

  Result<void> prepare(graph::NodeId id) {
    const auto launch = launch_of(graph, id);
    if (!launch) return forward_error(launch);
    Prepared p;
    p.elements = launch->elements;
    p.from = launch->inputs.at(0);
    p.to = launch->output;
    p.library = launch->library;
    const bool by_library = !std::holds_alternative<std::monostate>(p.library);
    if (by_library) {
      cl_int code = 0;
      p.weight = Buffer(clCreateBuffer(context.get(), CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, launch->weight.size(), const_cast<std::byte*>(launch->weight.data()), &code));
      if (code != CL_SUCCESS) return opencl_error(code, "a buffer for its weights", graph.node(id).name);
      if (const auto input = buffer_of(p.from); !input) return forward_error(input);
    }
    if (launch->kernel != nullptr) {
      cl_int code = 0;
      p.kernel = ClKernel(clCreateKernel(program.get(), launch->kernel, &code));
      cl_uint at = 0;
      const auto set = [&](std::size_t size, const void* value) {
        if (code == CL_SUCCESS) code = clSetKernelArg(p.kernel.get(), at++, size, value);
      };
      set(launch->parameters.size() * sizeof(std::int32_t), launch->parameters.data());
      const auto set_value = [&](graph::ValueId v) -> Result<void> {
        const auto buffer = buffer_of(v);
        if (!buffer) return forward_error(buffer);
        set(sizeof(cl_mem), &*buffer);
        return {};
      };
      for (const auto v : by_library ? std::vector<graph::ValueId>{} : launch->inputs) {
        if (auto ok = set_value(v); !ok) return ok;
      }
      for (const auto& bytes : launch->constants) {
        p.constants.emplace_back(clCreateBuffer(context.get(), CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, bytes.size(), const_cast<std::byte*>(bytes.data()), &code));
        const cl_mem handle = p.constants.back().get();
        set(sizeof(cl_mem), &handle);
      }
      if (auto ok = set_value(launch->output); !ok) return ok;
      if (code != CL_SUCCESS) return opencl_error(code, fmt::format("kernel {} cannot be prepared", launch->kernel), graph.node(id).name);
    }
    prepared[id] = std::move(p);
    return {};
  }

  Result<void> upload(graph::ValueId id, const Tensor& tensor) {
    const auto buffer = buffer_of(id);
    if (!buffer) return forward_error(buffer);
    const cl_int code = clEnqueueWriteBuffer(queue.get(), *buffer, CL_TRUE, 0, tensor.bytes().size(), tensor.bytes().data(), 0, nullptr, nullptr);
    if (code != CL_SUCCESS) return opencl_error(code, "copy to the device", graph.value(id).name);
    return {};
  }

  Result<Tensor> download(graph::ValueId id) {
    const auto& value = graph.value(id);
    Tensor tensor(value.type, value.shape);
    const cl_int code = clEnqueueReadBuffer(queue.get(), buffers.at(id).get(), CL_TRUE, 0, tensor.bytes().size(), tensor.bytes().data(), 0, nullptr, nullptr);
    if (code != CL_SUCCESS) return opencl_error(code, "copy from the device", value.name);
    return tensor;
  }

  /// Puts the library's part of a node into the queue.
  Result<void> enqueue_library(const Prepared& p, graph::NodeId id) {
    cl_command_queue handle = queue.get();
    const cl_mem x = buffers.at(p.from).get(), y = buffers.at(p.to).get(), weight = p.weight.get();
    CLBlastStatusCode code = CLBlastSuccess;
    if (const auto* g = std::get_if<Product>(&p.library)) {
      code = CLBlastSgemm(CLBlastLayoutRowMajor, CLBlastTransposeNo, CLBlastTransposeYes, g->rows, g->columns, g->inner, 1.0F, x, 0, g->inner, weight, 0, g->inner, 0.0F, y, 0,
                          g->columns, &handle, nullptr);
    } else if (const auto* c = std::get_if<Convolution>(&p.library)) {
      const auto& w = c->window;
      const auto size = [](std::int64_t v) { return static_cast<std::size_t>(v); };
      code = CLBlastSconvgemm(CLBlastKernelModeCrossCorrelation, c->channels, c->height, c->width, size(w.kernel_h), size(w.kernel_w), size(w.pad_top), size(w.pad_left),
                              size(w.stride_h), size(w.stride_w), size(w.dilation_h), size(w.dilation_w), c->kernels, c->batch, x, 0, weight, 0, y, 0, &handle, nullptr);
    }
    if (code != CLBlastSuccess) return opencl_error(static_cast<cl_int>(code), "CLBlast", graph.node(id).name);
    return {};
  }

  /// Seconds of the node's kernels, by the device's clock.
  Result<double> launch(graph::NodeId id) {
    const auto& p = prepared.at(id);
    cl_event raw = nullptr, raw_marker = nullptr;
    cl_int code = CL_SUCCESS;
    if (!std::holds_alternative<std::monostate>(p.library)) {
      // the library reports no event of its first kernel: a marker before them says when they could begin
      code = clEnqueueMarkerWithWaitList(queue.get(), 0, nullptr, &raw_marker);
      if (code != CL_SUCCESS) return opencl_error(code, "marker", graph.node(id).name);
      if (auto ok = enqueue_library(p, id); !ok) return forward_error(ok);
    }
    const Event marker(raw_marker);
    if (p.kernel.get() == nullptr) {
      const auto to = buffer_of(p.to), from = buffer_of(p.from);
      if (!to || !from) return forward_error(to ? from : to);
      code = clEnqueueCopyBuffer(queue.get(), *from, *to, 0, 0, static_cast<std::size_t>(p.elements), 0, nullptr, &raw);
    } else {
      const auto size = static_cast<std::size_t>(p.elements);
      code = clEnqueueNDRangeKernel(queue.get(), p.kernel.get(), 1, nullptr, &size, nullptr, 0, nullptr, &raw);
    }
    const Event event(raw);
    if (code == CL_SUCCESS) code = clWaitForEvents(1, &raw);
    if (code != CL_SUCCESS) return opencl_error(code, "kernel", graph.node(id).name);
    cl_ulong begin = 0, end = 0;
    if (raw_marker != nullptr) clGetEventProfilingInfo(raw_marker, CL_PROFILING_COMMAND_END, sizeof begin, &begin, nullptr);
    else clGetEventProfilingInfo(raw, CL_PROFILING_COMMAND_START, sizeof begin, &begin, nullptr);
    clGetEventProfilingInfo(raw, CL_PROFILING_COMMAND_END, sizeof end, &end, nullptr);
    return 1e-9 * static_cast<double>(end - begin);
  }
};

OpenClRunner::OpenClRunner(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OpenClRunner::~OpenClRunner() = default;

Result<std::unique_ptr<OpenClRunner>> OpenClRunner::open(const graph::Graph& graph, const std::vector<DeviceKind>& wanted, const std::string& name) {
  auto device = choose(wanted, name);
  if (!device) return forward_error(device);
  auto host = golden::Evaluator::prepare(graph);
  if (!host) return forward_error(host);
  auto order = graph.topological_order();
  if (!order) return forward_error(order);
  auto impl = std::make_unique<Impl>(Impl{graph, std::move(*device), {}, {}, {}, std::move(*host), std::move(*order), {}, {}});
  if (auto ok = impl->build(); !ok) return forward_error(ok);
  return std::unique_ptr<OpenClRunner>(new OpenClRunner(std::move(impl)));
}

const DeviceInfo& OpenClRunner::device() const { return impl_->device.info; }
OpenClRunner::Placement OpenClRunner::placement() const {
  const auto all = static_cast<std::int64_t>(impl_->order.size()), device = static_cast<std::int64_t>(impl_->prepared.size());
  return {device, all - device};
}
runtime::RulerInfo OpenClRunner::info() const {
  return {"opencl", runtime::Fidelity::kMeasured, false, fmt::format("{}: {}", impl_->device.info.title, impl_->device.info.name)};
}

Result<runtime::Inference> OpenClRunner::infer(std::span<const Tensor> inputs, const runtime::RunOptions&) {
  Impl& s = *impl_;
  if (inputs.size() != s.graph.inputs.size()) {
    return fail(ErrorCode::kInvalidInput, fmt::format("{} inputs given, the graph has {}", inputs.size(), s.graph.inputs.size()), s.graph.name);
  }
  golden::Values values;  // what the host knows; everything else lies on the device
  for (std::size_t i = 0; i < inputs.size(); ++i) values[s.graph.inputs[i]] = inputs[i];
  std::map<graph::ValueId, bool> on_device;
  const auto to_host = [&](graph::ValueId id) -> Result<void> {
    if (values.contains(id) || s.graph.value(id).constant) return {};
    auto tensor = s.download(id);
    if (!tensor) return forward_error(tensor);
    values[id] = std::move(*tensor);
    return {};
  };
  runtime::Inference inference;
  for (const auto id : s.order) {
    const auto& node = s.graph.node(id);
    if (s.prepared.contains(id)) {
      for (const auto in : node.inputs) {
        if (s.graph.value(in).constant || on_device[in]) continue;
        if (auto ok = s.upload(in, values.at(in)); !ok) return forward_error(ok);
        on_device[in] = true;
      }
      const auto seconds = s.launch(id);
      if (!seconds) return forward_error(seconds);
      inference.kernel_s += *seconds;
      on_device[node.outputs[0]] = true;
      continue;
    }
    for (const auto in : node.inputs) {
      if (auto ok = to_host(in); !ok) return forward_error(ok);
    }
    auto outputs = s.host.run_node(id, values);
    if (!outputs) return forward_error(outputs);
    for (auto& [out, tensor] : *outputs) values[out] = std::move(tensor);
  }
  for (const auto out : s.graph.outputs) {
    if (auto ok = to_host(out); !ok) return forward_error(ok);
    inference.outputs.push_back(values.at(out));
  }
  return inference;
}

}  // namespace vernier::opencl
