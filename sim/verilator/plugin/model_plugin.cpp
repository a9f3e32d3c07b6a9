// SPDX-License-Identifier: Apache-2.0
// Compiled once per model beside the Verilated class Vnpu: wraps it behind model_api.h.
#include "model_api.h"

#include <memory>
#include <string>

#include "Vnpu.h"
#include "verilated.h"
#include "verilated_syms.h"
#if VRN_WAVES_fst
#include "verilated_fst_c.h"
using Recorder = VerilatedFstC;
#elif VRN_WAVES_vcd
#include "verilated_vcd_c.h"
using Recorder = VerilatedVcdC;
#endif

namespace {
thread_local std::string* g_failure = nullptr;  // where the model now evaluating reports to

void note_failure(const char* file, int line, const char* what) {
  if (g_failure != nullptr && g_failure->empty()) *g_failure = std::string(what) + " at " + file + ":" + std::to_string(line);
}
}  // namespace

// Verilator's hooks for $stop, $fatal and failed assertions: the run ends with a report, not with abort().
void vl_stop(const char* file, int line, const char* hier) VL_MT_UNSAFE { note_failure(file, line, hier[0] != '\0' ? hier : "assertion failed"); }
void vl_fatal(const char* file, int line, const char*, const char* what) VL_MT_UNSAFE { note_failure(file, line, what); }

struct VrnModel {
  std::unique_ptr<VerilatedContext> context = std::make_unique<VerilatedContext>();
  std::unique_ptr<Vnpu> top;
#if VM_TRACE
  std::unique_ptr<Recorder> waves;
#endif
  VrnPorts ports{};
  std::string failure;
};

namespace {

template <class T, class U>
T* port(U& variable) {
  static_assert(sizeof(U) % sizeof(T) == 0, "port width differs from model_api.h");
  return reinterpret_cast<T*>(&variable);
}

VrnModel* create() {
  auto model = std::make_unique<VrnModel>();
#if VM_TRACE
  model->context->traceEverOn(true);
#endif
  model->top = std::make_unique<Vnpu>(model->context.get(), "npu");
  Vnpu& t = *model->top;
  VrnPorts& p = model->ports;
#define VRN_PORT(type, name)                                                     \
  static_assert(sizeof(t.name) == sizeof(type), "width of " #name " has changed"); \
  p.name = port<type>(t.name)
  VRN_PORT(uint8_t, ap_clk);
  VRN_PORT(uint8_t, ap_rst_n);
  static_assert(sizeof(t.__SYM__interrupt) == 1);  // Verilator renames a port that is a C++ library word
  p.interrupt = &t.__SYM__interrupt;
  VRN_PORT(uint8_t, s_axi_control_awvalid);
  VRN_PORT(uint8_t, s_axi_control_awready);
  VRN_PORT(uint8_t, s_axi_control_wvalid);
  VRN_PORT(uint8_t, s_axi_control_wready);
  VRN_PORT(uint8_t, s_axi_control_wstrb);
  VRN_PORT(uint8_t, s_axi_control_bvalid);
  VRN_PORT(uint8_t, s_axi_control_bready);
  VRN_PORT(uint8_t, s_axi_control_bresp);
  VRN_PORT(uint8_t, s_axi_control_arvalid);
  VRN_PORT(uint8_t, s_axi_control_arready);
  VRN_PORT(uint8_t, s_axi_control_rvalid);
  VRN_PORT(uint8_t, s_axi_control_rready);
  VRN_PORT(uint8_t, s_axi_control_rresp);
  VRN_PORT(uint16_t, s_axi_control_awaddr);
  VRN_PORT(uint16_t, s_axi_control_araddr);
  VRN_PORT(uint32_t, s_axi_control_wdata);
  VRN_PORT(uint32_t, s_axi_control_rdata);
  VRN_PORT(uint8_t, m_axi_gmem0_arvalid);
  VRN_PORT(uint8_t, m_axi_gmem0_arready);
  VRN_PORT(uint8_t, m_axi_gmem0_arid);
  VRN_PORT(uint8_t, m_axi_gmem0_arlen);
  VRN_PORT(uint8_t, m_axi_gmem0_arsize);
  VRN_PORT(uint8_t, m_axi_gmem0_arburst);
  VRN_PORT(uint64_t, m_axi_gmem0_araddr);
  VRN_PORT(uint8_t, m_axi_gmem0_rvalid);
  VRN_PORT(uint8_t, m_axi_gmem0_rready);
  VRN_PORT(uint8_t, m_axi_gmem0_rid);
  VRN_PORT(uint8_t, m_axi_gmem0_rresp);
  VRN_PORT(uint8_t, m_axi_gmem0_rlast);
  VRN_PORT(uint8_t, m_axi_gmem0_awvalid);
  VRN_PORT(uint8_t, m_axi_gmem0_awready);
  VRN_PORT(uint8_t, m_axi_gmem0_awid);
  VRN_PORT(uint8_t, m_axi_gmem0_awlen);
  VRN_PORT(uint8_t, m_axi_gmem0_awsize);
  VRN_PORT(uint8_t, m_axi_gmem0_awburst);
  VRN_PORT(uint64_t, m_axi_gmem0_awaddr);
  VRN_PORT(uint8_t, m_axi_gmem0_wvalid);
  VRN_PORT(uint8_t, m_axi_gmem0_wready);
  VRN_PORT(uint8_t, m_axi_gmem0_wlast);
  VRN_PORT(uint64_t, m_axi_gmem0_wstrb);
  VRN_PORT(uint8_t, m_axi_gmem0_bvalid);
  VRN_PORT(uint8_t, m_axi_gmem0_bready);
  VRN_PORT(uint8_t, m_axi_gmem0_bid);
  VRN_PORT(uint8_t, m_axi_gmem0_bresp);
  VRN_PORT(uint8_t, trace_issue_o);
  VRN_PORT(uint8_t, trace_retire_o);
  VRN_PORT(uint8_t, trace_restart_o);
#undef VRN_PORT
  static_assert(sizeof(t.m_axi_gmem0_rdata) == 64 && sizeof(t.m_axi_gmem0_wdata) == 64, "data ports are 512 bits");
  p.m_axi_gmem0_rdata = port<uint32_t>(t.m_axi_gmem0_rdata);
  p.m_axi_gmem0_wdata = port<uint32_t>(t.m_axi_gmem0_wdata);
  return model.release();
}

void destroy(VrnModel* model) {
  model->top->final();
  delete model;
}

const VrnPorts* ports(VrnModel* model) { return &model->ports; }

void eval(VrnModel* model) {
  g_failure = &model->failure;
  model->top->eval();
}

const char* failure(VrnModel* model) { return model->failure.empty() ? nullptr : model->failure.c_str(); }

uint8_t* memory(VrnModel* model, const char* path, uint64_t* bytes) {
  const VerilatedScope* scope = model->context->scopeFind((std::string("npu.vrn_npu.u_core.") + path).c_str());
  const VerilatedVar* words = scope == nullptr ? nullptr : scope->varFind("mem_q");
  constexpr int kWordBits = 512;
  if (words == nullptr || words->udims() != 1 || words->packed().elements() != kWordBits) return nullptr;
  *bytes = static_cast<uint64_t>(words->unpacked().elements()) * (kWordBits / 8);
  return static_cast<uint8_t*>(words->datap());
}

#if VM_TRACE
int waves_open(VrnModel* model, const char* file) {
  model->waves = std::make_unique<Recorder>();
  model->top->trace(model->waves.get(), 99);
  model->waves->open(file);
  return model->waves->isOpen() ? 0 : -1;
}
void waves_dump(VrnModel* model, uint64_t time_ps) { model->waves->dump(time_ps); }
void waves_close(VrnModel* model) {
  if (model->waves) model->waves->close();
  model->waves.reset();
}
constexpr VrnModelApi kApi{VRN_MODEL_API_VERSION, create, destroy, ports, eval, failure, memory, waves_open, waves_dump, waves_close};
#else
constexpr VrnModelApi kApi{VRN_MODEL_API_VERSION, create, destroy, ports, eval, failure, memory, nullptr, nullptr, nullptr};
#endif

}  // namespace

extern "C" __attribute__((visibility("default"))) const VrnModelApi* vrn_model_api(void) { return &kApi; }
