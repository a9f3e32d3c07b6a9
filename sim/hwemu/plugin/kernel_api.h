/* SPDX-License-Identifier: Apache-2.0 */
/* What any Verilated kernel, built as a shared object, offers to the simulator that loads it: its ports by name. Plain C,
   so that kernels and the simulator may come from different compilers. */
#ifndef VERNIER_KERNEL_API_H
#define VERNIER_KERNEL_API_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VRN_KERNEL_API_VERSION 1

/* A port of the top module. Up to 8, 16, 32, 64 bits in an integer of that size, wider ones in little-endian words of
   32 bits. Bits above `bits` must be written as zero. */
typedef struct VrnKernelPort {
  const char* name;
  void* data;
  uint32_t bits;
  uint32_t is_input;
} VrnKernelPort;

typedef struct VrnKernel VrnKernel;

typedef struct VrnKernelApi {
  uint32_t version;
  VrnKernel* (*create)(const char* instance);
  void (*destroy)(VrnKernel*);
  const VrnKernelPort* (*ports)(VrnKernel*, uint32_t* count);
  void (*eval)(VrnKernel*);
  /* Text of the first failed assertion, $fatal or $stop, or null. */
  const char* (*failure)(VrnKernel*);
  /* Waveforms (FST); null where the kernel was built without. */
  int (*waves_open)(VrnKernel*, const char* file);
  void (*waves_dump)(VrnKernel*, uint64_t time_ps);
  void (*waves_close)(VrnKernel*);
} VrnKernelApi;

/* The one exported symbol. */
const VrnKernelApi* vrn_kernel_api(void);

#ifdef __cplusplus
}
#endif
#endif
