// SPDX-License-Identifier: Apache-2.0
// Vector addition as Vitis users write it: three bundles, loads and stores in bursts, a dataflow of three processes.
#include <hls_stream.h>

#define DATA_SIZE 4096

const int c_size = DATA_SIZE;

static void load_input(const unsigned int* in, hls::stream<unsigned int>& inStream, unsigned int size) {
mem_rd:
  for (unsigned int i = 0; i < size; i++) {
#pragma HLS LOOP_TRIPCOUNT min = c_size max = c_size
#pragma HLS PIPELINE II=1
    inStream << in[i];
  }
}

static void compute_add(hls::stream<unsigned int>& in1_stream, hls::stream<unsigned int>& in2_stream, hls::stream<unsigned int>& out_stream, unsigned int size) {
execute:
  for (unsigned int i = 0; i < size; i++) {
#pragma HLS LOOP_TRIPCOUNT min = c_size max = c_size
#pragma HLS PIPELINE II=1
    out_stream << (in1_stream.read() + in2_stream.read());
  }
}

static void store_result(unsigned int* out, hls::stream<unsigned int>& out_stream, unsigned int size) {
mem_wr:
  for (unsigned int i = 0; i < size; i++) {
#pragma HLS LOOP_TRIPCOUNT min = c_size max = c_size
#pragma HLS PIPELINE II=1
    out[i] = out_stream.read();
  }
}

extern "C" {
/// sum[i] = a[i] + b[i]
void vadd(const unsigned int* a, const unsigned int* b, unsigned int* sum, unsigned int count) {
#pragma HLS INTERFACE m_axi port = a offset = slave bundle = gmem0
#pragma HLS INTERFACE m_axi port = b offset = slave bundle = gmem1
#pragma HLS INTERFACE m_axi port = sum offset = slave bundle = gmem0
#pragma HLS INTERFACE s_axilite port = a
#pragma HLS INTERFACE s_axilite port = b
#pragma HLS INTERFACE s_axilite port = sum
#pragma HLS INTERFACE s_axilite port = count
#pragma HLS INTERFACE s_axilite port = return

  static hls::stream<unsigned int> in1_stream("input_stream_1");
  static hls::stream<unsigned int> in2_stream("input_stream_2");
  static hls::stream<unsigned int> out_stream("output_stream");

#pragma HLS dataflow
  load_input(a, in1_stream, count);
  load_input(b, in2_stream, count);
  compute_add(in1_stream, in2_stream, out_stream, count);
  store_result(sum, out_stream, count);
}
}
