// SPDX-License-Identifier: Apache-2.0
// Compiled once per kernel beside the Verilated class Vkernel: wraps it behind kernel_api.h. ports.inc, made by
// build_kernel.sh from the class, is one line VRN_PORT(name, member, bits, is_input) a port.
#include "kernel_api.h"

#include <memory>
#include <string>
#include <vector>

#include "Vkernel.h"
#include "Vkernel___024root.h"
#include "verilated.h"
#if VM_TRACE_FST
#include "verilated_fst_c.h"
#endif

namespace {
thread_local std::string* g_failure = nullptr;  // where the kernel now evaluating reports to

void note_failure(const char* file, int line, const char* what) {
  if (g_failure != nullptr && g_failure->empty()) *g_failure = std::string(what) + " at " + file + ":" + std::to_string(line);
}
}  // namespace

// Verilator's hooks for $stop, $fatal and failed assertions: the run ends with a report, not with abort().
void vl_stop(const char* file, int line, const char* hier) VL_MT_UNSAFE { note_failure(file, line, hier[0] != '\0' ? hier : "assertion failed"); }
void vl_fatal(const char* file, int line, const char*, const char* what) VL_MT_UNSAFE { note_failure(file, line, what); }

struct VrnKernel {
  std::unique_ptr<VerilatedContext> context = std::make_unique<VerilatedContext>();
  std::unique_ptr<Vkernel> top;
#if VM_TRACE_FST
  std::unique_ptr<VerilatedFstC> waves;
#endif
  std::vector<VrnKernelPort> ports;
  std::string failure;
};

namespace {

VrnKernel* create(const char* instance) {
  auto kernel = std::make_unique<VrnKernel>();
#if VM_TRACE_FST
  kernel->context->traceEverOn(true);
#endif
  kernel->top = std::make_unique<Vkernel>(kernel->context.get(), instance);
#define VRN_PORT(name, member, bits, is_input) kernel->ports.push_back({name, &kernel->top->member, bits, is_input});
#include "ports.inc"
#undef VRN_PORT
  return kernel.release();
}

void destroy(VrnKernel* kernel) {
  kernel->top->final();
  delete kernel;
}

const VrnKernelPort* ports(VrnKernel* kernel, uint32_t* count) {
  *count = static_cast<uint32_t>(kernel->ports.size());
  return kernel->ports.data();
}

void eval(VrnKernel* kernel) {
  g_failure = &kernel->failure;
  kernel->top->eval();
}

const char* failure(VrnKernel* kernel) { return kernel->failure.empty() ? nullptr : kernel->failure.c_str(); }

#if VM_TRACE_FST
int waves_open(VrnKernel* kernel, const char* file) {
  kernel->waves = std::make_unique<VerilatedFstC>();
  kernel->top->trace(kernel->waves.get(), 99);
  kernel->waves->open(file);
  return kernel->waves->isOpen() ? 0 : -1;
}
void waves_dump(VrnKernel* kernel, uint64_t time_ps) { kernel->waves->dump(time_ps); }
void waves_close(VrnKernel* kernel) {
  if (kernel->waves) kernel->waves->close();
  kernel->waves.reset();
}
constexpr VrnKernelApi kApi{VRN_KERNEL_API_VERSION, create, destroy, ports, eval, failure, waves_open, waves_dump, waves_close};
#else
constexpr VrnKernelApi kApi{VRN_KERNEL_API_VERSION, create, destroy, ports, eval, failure, nullptr, nullptr, nullptr};
#endif

}  // namespace

extern "C" __attribute__((visibility("default"))) const VrnKernelApi* vrn_kernel_api(void) { return &kApi; }
