/* SPDX-License-Identifier: Apache-2.0 */
/* What a Verilated NPU model, built as a shared object, offers to the ruler that loads it. Plain C, so that models and
   the ruler may come from different compilers. */
#ifndef VERNIER_MODEL_API_H
#define VERNIER_MODEL_API_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VRN_MODEL_API_VERSION 2

/* Port variables of vrn_npu; data of 512 bits as 16 little-endian words. */
typedef struct VrnPorts {
  uint8_t *ap_clk, *ap_rst_n, *interrupt;
  uint8_t *s_axi_control_awvalid, *s_axi_control_awready, *s_axi_control_wvalid, *s_axi_control_wready, *s_axi_control_wstrb;
  uint8_t *s_axi_control_bvalid, *s_axi_control_bready, *s_axi_control_bresp;
  uint8_t *s_axi_control_arvalid, *s_axi_control_arready, *s_axi_control_rvalid, *s_axi_control_rready, *s_axi_control_rresp;
  uint16_t *s_axi_control_awaddr, *s_axi_control_araddr;
  uint32_t *s_axi_control_wdata, *s_axi_control_rdata;
  uint8_t *m_axi_gmem0_arvalid, *m_axi_gmem0_arready, *m_axi_gmem0_arid, *m_axi_gmem0_arlen, *m_axi_gmem0_arsize, *m_axi_gmem0_arburst;
  uint64_t *m_axi_gmem0_araddr;
  uint8_t *m_axi_gmem0_rvalid, *m_axi_gmem0_rready, *m_axi_gmem0_rid, *m_axi_gmem0_rresp, *m_axi_gmem0_rlast;
  uint32_t *m_axi_gmem0_rdata;
  uint8_t *m_axi_gmem0_awvalid, *m_axi_gmem0_awready, *m_axi_gmem0_awid, *m_axi_gmem0_awlen, *m_axi_gmem0_awsize, *m_axi_gmem0_awburst;
  uint64_t *m_axi_gmem0_awaddr;
  uint8_t *m_axi_gmem0_wvalid, *m_axi_gmem0_wready, *m_axi_gmem0_wlast;
  uint64_t *m_axi_gmem0_wstrb;
  uint32_t *m_axi_gmem0_wdata;
  uint8_t *m_axi_gmem0_bvalid, *m_axi_gmem0_bready, *m_axi_gmem0_bid, *m_axi_gmem0_bresp;
  uint8_t *trace_issue_o, *trace_retire_o; /* one bit a unit */
  uint8_t* trace_restart_o;
} VrnPorts;

typedef struct VrnModel VrnModel;

typedef struct VrnModelApi {
  uint32_t version;
  VrnModel* (*create)(void);
  void (*destroy)(VrnModel*);
  const VrnPorts* (*ports)(VrnModel*);
  void (*eval)(VrnModel*);
  /* Text of the first failed assertion or $fatal, or null. */
  const char* (*failure)(VrnModel*);
  /* Words of 64 bytes that a memory of the core holds, by its instance path below u_core ("u_abuf.gen_bank[0].u_ram"),
     for reading and writing between two calls of eval(); null where there is none. */
  uint8_t* (*memory)(VrnModel*, const char* path, uint64_t* bytes);
  /* Waveforms (FST or VCD, as the model was built); null function pointers where the model was built without. */
  int (*waves_open)(VrnModel*, const char* file);
  void (*waves_dump)(VrnModel*, uint64_t time_ps);
  void (*waves_close)(VrnModel*);
} VrnModelApi;

/* The one exported symbol. */
const VrnModelApi* vrn_model_api(void);

#ifdef __cplusplus
}
#endif
#endif
