// SPDX-License-Identifier: Apache-2.0
// Operators on a device of OpenCL 1.2, one work-item an output element; tensors are NCHW. First contract C1: integers alone,
// a byte is int8 or uint8 as the operator says. Then float32. Structures mirror those of operators.hpp.

typedef struct { int c, h, w, oc, oh, ow, kh, kw, sh, sw, dh, dw, pt, pl, group, x_zero, y_zero, lo, hi, x_signed; } Conv;
typedef struct { int inner, outputs, x_zero, y_zero, lo, hi, x_signed; } Gemm;
typedef struct { int a_zero, b_zero, y_zero, lo, hi, a_mul, b_mul, shift, a_signed, b_signed; } Add;
typedef struct { int h, w, oh, ow, kh, kw, sh, sw, dh, dw, pt, pl, pb, pr, count_pad; } Window;
typedef struct { Window window; int x_zero, y_zero, lo, hi, x_signed; } Pool;
typedef struct { int mantissa, shift, x_zero, y_zero, lo, hi, x_signed; } Rescale;

int level(__global const uchar* x, long at, int is_signed) { return is_signed ? (int)(char)x[at] : (int)x[at]; }

// value / 2^shift, half to even
long shift_rhe(long value, int shift) {
  if (shift == 0) return value;
  long low = value >> shift;
  ulong rest = (ulong)value & (((ulong)1 << shift) - 1), middle = (ulong)1 << (shift - 1);
  return low + (rest > middle || (rest == middle && (low & 1)) ? 1 : 0);
}
uchar limited(long y, int lo, int hi) { return (uchar)(y < lo ? lo : y > hi ? hi : y); }
uchar requantize(int acc, int mantissa, int shift, int zero, int lo, int hi) {
  return limited(shift_rhe((long)acc * (long)mantissa, shift) + zero, lo, hi);
}

__kernel void conv(Conv p, __global const uchar* x, __global const char* w, __global const int* bias, __global const int* mantissa,
                   __global const int* shift, __global uchar* y) {
  long id = get_global_id(0);
  int ox = id % p.ow, oy = id / p.ow % p.oh, o = id / ((long)p.ow * p.oh) % p.oc;
  long n = id / ((long)p.ow * p.oh * p.oc);
  int channels = p.c / p.group, first = o / (p.oc / p.group) * channels;
  int acc = bias[o];
  for (int c = 0; c < channels; ++c) {
    long plane = (n * p.c + first + c) * p.h * p.w;
    for (int ky = 0; ky < p.kh; ++ky) {
      int iy = oy * p.sh - p.pt + ky * p.dh;
      if (iy < 0 || iy >= p.h) continue;  // padding holds the zero point: nothing to add
      for (int kx = 0; kx < p.kw; ++kx) {
        int ix = ox * p.sw - p.pl + kx * p.dw;
        if (ix < 0 || ix >= p.w) continue;
        acc += (level(x, plane + (long)iy * p.w + ix, p.x_signed) - p.x_zero) * w[(((long)o * channels + c) * p.kh + ky) * p.kw + kx];
      }
    }
  }
  y[id] = requantize(acc, mantissa[o], shift[o], p.y_zero, p.lo, p.hi);
}

__kernel void gemm(Gemm p, __global const uchar* x, __global const char* w, __global const int* bias, __global const int* mantissa,
                   __global const int* shift, __global uchar* y) {
  long id = get_global_id(0);
  int o = id % p.outputs;
  long row = id / p.outputs;
  int acc = bias[o];
  for (int k = 0; k < p.inner; ++k) acc += (level(x, row * p.inner + k, p.x_signed) - p.x_zero) * w[(long)o * p.inner + k];
  y[id] = requantize(acc, mantissa[o], shift[o], p.y_zero, p.lo, p.hi);
}

__kernel void add(Add p, __global const uchar* a, __global const uchar* b, __global uchar* y) {
  long id = get_global_id(0);
  long sum = (long)(level(a, id, p.a_signed) - p.a_zero) * p.a_mul + (long)(level(b, id, p.b_signed) - p.b_zero) * p.b_mul;
  y[id] = limited(shift_rhe(sum, p.shift) + p.y_zero, p.lo, p.hi);
}

// Elements of an output's window that lie in the image: the first, how many rows and columns and how far apart; and how
// many elements of the window count.
typedef struct { long first; int rows, columns, row_step, column_step, count; } Taps;

// taps k from *first on, as many as returned, with 0 <= at + k * step < size
int inside(int at, int step, int taps, int size, int* first) {
  *first = at < 0 ? (-at + step - 1) / step : 0;
  int end = at < size ? min(taps, (size - at + step - 1) / step) : 0;
  return max(end - *first, 0);
}

Taps taps_of(Window p, long id) {
  int x = id % p.ow * p.sw - p.pl, y = id / p.ow % p.oh * p.sh - p.pt, row, column;
  Taps t;
  t.rows = inside(y, p.dh, p.kh, p.h, &row);
  t.columns = inside(x, p.dw, p.kw, p.w, &column);
  t.row_step = p.dh * p.w;
  t.column_step = p.dw;
  t.first = (id / ((long)p.ow * p.oh) * p.h + y + row * p.dh) * p.w + x + column * p.dw;
  t.count = t.rows * t.columns;
  if (p.count_pad) t.count = inside(y + p.pt, p.dh, p.kh, p.pt + p.h + p.pb, &row) * inside(x + p.pl, p.dw, p.kw, p.pl + p.w + p.pr, &column);
  return t;
}

__kernel void max_pool(Pool p, __global const uchar* x, __global uchar* y) {
  long id = get_global_id(0);
  Taps t = taps_of(p.window, id);
  int best = p.lo;
  for (int r = 0; r < t.rows; ++r) {
    for (int c = 0; c < t.columns; ++c) best = max(best, level(x, t.first + (long)r * t.row_step + c * t.column_step, p.x_signed));
  }
  y[id] = (uchar)min(best, p.hi);
}

// mantissa and shift by the number of elements that count
__kernel void average_pool(Pool p, __global const uchar* x, __global const int* mantissa, __global const int* shift, __global uchar* y) {
  long id = get_global_id(0);
  Taps t = taps_of(p.window, id);
  int sum = 0;
  for (int r = 0; r < t.rows; ++r) {
    for (int c = 0; c < t.columns; ++c) sum += level(x, t.first + (long)r * t.row_step + c * t.column_step, p.x_signed) - p.x_zero;
  }
  y[id] = requantize(sum, mantissa[t.count], shift[t.count], p.y_zero, p.lo, p.hi);
}

__kernel void rescale(Rescale p, __global const uchar* x, __global uchar* y) {
  long id = get_global_id(0);
  y[id] = requantize(level(x, id, p.x_signed) - p.x_zero, p.mantissa, p.shift, p.y_zero, p.lo, p.hi);
}

// float32. Bias and activation behind a product or convolution of CLBlast, in place; other operators whole.
typedef struct { int channels, plane; float lo, hi; } Bias;
typedef struct { int c, h, w, oc, oh, ow, kh, kw, sh, sw, dh, dw, pt, pl, group; float lo, hi; } ConvF32;
typedef struct { Window window; float lo, hi; } PoolF32;
typedef struct { float lo, hi; } Range;

// NaN stays NaN, as in ONNX Runtime
float within(float v, float lo, float hi) { return v < lo ? lo : v > hi ? hi : v; }

__kernel void bias_f32(Bias p, __global const float* bias, __global float* y) {
  long id = get_global_id(0);
  y[id] = within(y[id] + bias[id / p.plane % p.channels], p.lo, p.hi);
}

__kernel void conv_f32(ConvF32 p, __global const float* x, __global const float* w, __global const float* bias, __global float* y) {
  long id = get_global_id(0);
  int ox = id % p.ow, oy = id / p.ow % p.oh, o = id / ((long)p.ow * p.oh) % p.oc;
  long n = id / ((long)p.ow * p.oh * p.oc);
  int channels = p.c / p.group, first = o / (p.oc / p.group) * channels;
  float acc = bias[o];
  for (int c = 0; c < channels; ++c) {
    long plane = (n * p.c + first + c) * p.h * p.w;
    for (int ky = 0; ky < p.kh; ++ky) {
      int iy = oy * p.sh - p.pt + ky * p.dh;
      if (iy < 0 || iy >= p.h) continue;
      for (int kx = 0; kx < p.kw; ++kx) {
        int ix = ox * p.sw - p.pl + kx * p.dw;
        if (ix >= 0 && ix < p.w) acc += x[plane + (long)iy * p.w + ix] * w[(((long)o * channels + c) * p.kh + ky) * p.kw + kx];
      }
    }
  }
  y[id] = within(acc, p.lo, p.hi);
}

__kernel void add_f32(Range p, __global const float* a, __global const float* b, __global float* y) {
  long id = get_global_id(0);
  y[id] = within(a[id] + b[id], p.lo, p.hi);
}

__kernel void max_pool_f32(PoolF32 p, __global const float* x, __global float* y) {
  long id = get_global_id(0);
  Taps t = taps_of(p.window, id);
  float best = -INFINITY;
  for (int r = 0; r < t.rows; ++r) {
    for (int c = 0; c < t.columns; ++c) best = fmax(best, x[t.first + (long)r * t.row_step + c * t.column_step]);
  }
  y[id] = within(best, p.lo, p.hi);
}

__kernel void average_pool_f32(PoolF32 p, __global const float* x, __global float* y) {
  long id = get_global_id(0);
  Taps t = taps_of(p.window, id);
  float sum = 0;
  for (int r = 0; r < t.rows; ++r) {
    for (int c = 0; c < t.columns; ++c) sum += x[t.first + (long)r * t.row_step + c * t.column_step];
  }
  y[id] = within(sum / (float)t.count, p.lo, p.hi);
}

__kernel void clip_f32(Range p, __global const float* x, __global float* y) {
  long id = get_global_id(0);
  y[id] = within(x[id], p.lo, p.hi);
}
