// SPDX-License-Identifier: Apache-2.0
// Kernels that AXI4-Streams connect, in one file: one reads memory, one adds one and writes it, one between them runs
// without being started and adds one, too.
#include <ap_axi_sdata.h>
#include <ap_int.h>
#include <hls_stream.h>

typedef ap_axiu<32, 0, 0, 0> pkt;

extern "C" void stream_reader(ap_uint<32>* a, int count, hls::stream<pkt>& words) {
#pragma HLS INTERFACE mode=m_axi port=a bundle=gmem
#pragma HLS INTERFACE mode=axis port=words
#pragma HLS INTERFACE mode=s_axilite port=count
#pragma HLS INTERFACE ap_ctrl_hs port=return
data_mover:
  for (int i = 0; i < count; i++) {
#pragma HLS pipeline
    pkt value;
    value.data = a[i];
    value.keep = -1;
    value.last = (i == count - 1);
    words.write(value);
  }
}

extern "C" void stream_writer(ap_uint<32>* sum, int count, hls::stream<pkt>& words) {
#pragma HLS INTERFACE m_axi port=sum bundle=gmem
#pragma HLS INTERFACE axis port=words
  bool ended = false;
  for (int i = 0; i < count; i++) {
#pragma HLS PIPELINE II = 1
    const pkt value = words.read();
    sum[i] = value.data + 1;
    ended = value.last;
  }
  if (!ended) sum[0] = 0;
}

extern "C" void stream_adder(hls::stream<pkt>& in, hls::stream<pkt>& out) {
#pragma HLS INTERFACE axis port=in
#pragma HLS INTERFACE axis port=out
#pragma HLS INTERFACE ap_ctrl_none port=return
  pkt value = in.read();
  value.data = value.data + 1;
  out.write(value);
}
