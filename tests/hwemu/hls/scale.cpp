// SPDX-License-Identifier: Apache-2.0
// Gain and offset in fixed point, sixteen samples at a time, as Vitis users write it: a bundle a buffer, results beside the
// buffers in registers.
#include <ap_fixed.h>
#include <hls_vector.h>

typedef ap_fixed<16, 6, AP_RND, AP_SAT> sample_t;
typedef ap_ufixed<8, 2> gain_t;
typedef hls::vector<sample_t, 16> block_t;

extern "C" {
/// out = gain * in + offset; how many samples did not fit, and the largest one
void scale(const block_t* in, const block_t* offset, block_t* out, gain_t gain, int blocks, int* clipped, sample_t& peak) {
#pragma HLS INTERFACE m_axi port = in bundle = gmem0
#pragma HLS INTERFACE m_axi port = offset bundle = gmem1
#pragma HLS INTERFACE m_axi port = out bundle = gmem2
#pragma HLS INTERFACE s_axilite port = gain
#pragma HLS INTERFACE s_axilite port = blocks
#pragma HLS INTERFACE s_axilite port = clipped
#pragma HLS INTERFACE s_axilite port = peak
#pragma HLS INTERFACE s_axilite port = return
  const sample_t most = 31.9990234375, least = -32;
  int outside = 0;
  sample_t largest = least;
samples:
  for (int b = 0; b < blocks; b++) {
#pragma HLS PIPELINE II = 1
    const block_t x = in[b], o = offset[b];
    block_t y;
    for (int i = 0; i < 16; i++) {
#pragma HLS UNROLL
      const auto exact = gain * x[i] + o[i];
      if (exact > most || exact < least) outside++;
      y[i] = exact;
      if (y[i] > largest) largest = y[i];
    }
    out[b] = y;
  }
  *clipped = outside;
  peak = largest;
}
}
