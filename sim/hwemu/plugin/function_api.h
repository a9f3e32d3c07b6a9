/* SPDX-License-Identifier: Apache-2.0 */
/* What a kernel made from a C++ function offers beside kernel_api.h; absent where RTL was Verilated. */
#ifndef VERNIER_FUNCTION_API_H
#define VERNIER_FUNCTION_API_H

#include "kernel_api.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct VrnFunctionApi {
  /* What its processes wait for, a line each behind a line break; valid until the next call. */
  const char* (*state)(VrnKernel*);
  /* Counts whenever a process went on: the function lives though no pin moves. */
  uint64_t (*progress)(VrnKernel*);
  /* Runs that have ended, and the cycles of the last one from the register write to ap_done: an estimate. */
  uint64_t (*runs)(VrnKernel*, uint64_t* cycles);
} VrnFunctionApi;

const VrnFunctionApi* vrn_function_api(void);

#ifdef __cplusplus
}
#endif
#endif
