// SPDX-License-Identifier: Apache-2.0
// Matrix product with operands in block RAM, as in a tutorial: burst in, a pipelined dot product, burst out.
#include <cstring>

static const int kMost = 64;

extern "C" void matmul(const int* a, const int* b, int* c, int n, float scale) {
#pragma HLS INTERFACE m_axi port=a offset=slave bundle=gmem0 max_read_burst_length=64
#pragma HLS INTERFACE m_axi port=b offset=slave bundle=gmem1
#pragma HLS INTERFACE m_axi port=c offset=slave bundle=gmem2
  int local_a[kMost][kMost], local_b[kMost][kMost];
#pragma HLS ARRAY_PARTITION variable=local_a dim=2 complete
#pragma HLS ARRAY_PARTITION variable=local_b dim=1 complete
read_a:
  for (int i = 0; i < n; ++i) memcpy(local_a[i], a + i * n, n * sizeof(int));
read_b:
  for (int i = 0; i < n * n; ++i) {
#pragma HLS PIPELINE II=1
    local_b[i / n][i % n] = b[i];
  }
rows:
  for (int i = 0; i < n; ++i) {
  columns:
    for (int j = 0; j < n; ++j) {
#pragma HLS PIPELINE II=2
      int sum = 0;
      for (int k = 0; k < kMost; ++k) {
#pragma HLS UNROLL
        if (k < n) sum += local_a[i][k] * local_b[k][j];
      }
      c[i * n + j] = static_cast<int>(static_cast<float>(sum) * scale);
    }
  }
}
