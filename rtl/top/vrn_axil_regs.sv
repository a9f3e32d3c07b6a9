// SPDX-License-Identifier: Apache-2.0
/// AXI4-Lite registers of the kernel: the ap_ctrl_hs map and the arguments of rtl/spec/npu.toml.
///
/// ap_start stays set until the run ends; then auto_restart decides whether the next one begins. ap_done and ap_ready
/// are cleared by reading the control register. Every address answers OKAY; what is no register reads as zero.
///
/// Latency   as vrn_axil_port
module vrn_axil_regs #(
  /// Reported in the geometry register, 1 to 255.
  parameter int unsigned Rows = 16,
  parameter int unsigned Cols = 16,
  /// As well, 0 to 255.
  parameter int unsigned DwTaps = 3
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic         aw_valid_i,
  output logic         aw_ready_o,
  input  logic [11:0]  aw_addr_i,
  input  logic         w_valid_i,
  output logic         w_ready_o,
  input  logic [31:0]  w_data_i,
  input  logic [3:0]   w_strb_i,
  output logic         b_valid_o,
  input  logic         b_ready_i,
  input  logic         ar_valid_i,
  output logic         ar_ready_o,
  input  logic [11:0]  ar_addr_i,
  output logic         r_valid_o,
  input  logic         r_ready_i,
  output logic [31:0]  r_data_o,
  output logic         interrupt_o,

  /// One cycle, the one whose edge samples ap_start.
  output logic         start_o,
  /// From the cycle after start_o to the one with done_i.
  output logic         running_o,
  input  logic         done_i,
  output logic [63:0]  commands_o,
  output logic [31:0]  command_count_o,
  /// Base addresses of regions 3..0.
  output logic [255:0] region_base_o,
  input  logic [15:0]  error_i,
  input  logic [63:0]  error_address_i,
  output logic         counter_rd_en_o,
  output logic [5:0]   counter_index_o,
  input  logic [63:0]  counter_data_i
);
  if (Rows < 1 || Rows > 255 || Cols < 1 || Cols > 255 || DwTaps > 255) begin : gen_bad_geometry
    $fatal(1, "vrn_axil_regs: Rows and Cols must be 1 to 255, DwTaps 0 to 255");
  end

  logic        write, lookup, capture;
  logic [11:0] write_addr, read_addr;
  logic [31:0] write_data, write_mask, found;
  vrn_axil_port u_port (
    .clk_i,
    .rst_ni,
    .aw_valid_i,
    .aw_ready_o,
    .aw_addr_i,
    .w_valid_i,
    .w_ready_o,
    .w_data_i,
    .w_strb_i,
    .b_valid_o,
    .b_ready_i,
    .ar_valid_i,
    .ar_ready_o,
    .ar_addr_i,
    .r_valid_o,
    .r_ready_i,
    .r_data_o,
    .write_o     (write),
    .write_addr_o(write_addr),
    .write_data_o(write_data),
    .write_mask_o(write_mask),
    .lookup_o    (lookup),
    .capture_o   (capture),
    .read_addr_o (read_addr),
    .read_data_i (found)
  );
  // the counter's word is on its way while it is looked up
  logic        reads_control;
  logic [11:0] counter_offset;
  assign reads_control   = capture && read_addr[11:2] == vrn_npu_pkg::RegControl[11:2];
  assign counter_offset  = read_addr - vrn_npu_pkg::RegCounters;
  assign counter_rd_en_o = lookup;
  assign counter_index_o = counter_offset[8:3];

  // --- run control ---
  logic       start_q, running_q, done_q, ready_q, restart_q, gie_q;
  logic [1:0] ier_q, isr_q;
  logic       write_control, write_isr;
  assign write_control = write && write_addr[11:2] == vrn_npu_pkg::RegControl[11:2] && write_mask[0];
  assign write_isr     = write && write_addr[11:2] == vrn_npu_pkg::RegIsr[11:2] && write_mask[0];
  assign start_o       = start_q && !running_q;
  assign running_o     = running_q;
  assign interrupt_o   = gie_q && isr_q != '0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      start_q   <= 1'b0;
      running_q <= 1'b0;
      done_q    <= 1'b0;
      ready_q   <= 1'b0;
      restart_q <= 1'b0;
      gie_q     <= 1'b0;
      ier_q     <= '0;
      isr_q     <= '0;
    end else begin
      if (write_control && write_data[0]) start_q <= 1'b1;
      else if (done_i) start_q <= restart_q;
      if (write_control) restart_q <= write_data[7];
      running_q <= running_q ? !done_i : start_q;
      // an end in the cycle of the read is not lost
      if (done_i) begin
        done_q  <= 1'b1;
        ready_q <= 1'b1;
      end else if (reads_control) begin
        done_q  <= 1'b0;
        ready_q <= 1'b0;
      end
      if (write && write_mask[0]) begin
        if (write_addr[11:2] == vrn_npu_pkg::RegGie[11:2]) gie_q <= write_data[0];
        if (write_addr[11:2] == vrn_npu_pkg::RegIer[11:2]) ier_q <= write_data[1:0];
      end
      if (done_i || write_isr) isr_q <= (isr_q ^ (write_isr ? write_data[1:0] : 2'b00)) | (done_i ? ier_q : 2'b00);
    end
  end

  // --- arguments: word k of the block that begins with `commands` ---
  localparam logic [11:0] FirstArg = vrn_npu_pkg::RegCommands;
  localparam int unsigned ArgWords = 16;
  if (vrn_npu_pkg::RegCommandCount != FirstArg + 12'(4 * (ArgWords - 1))) begin : gen_bad_map
    $fatal(1, "vrn_axil_regs: the arguments are not one block");
  end
  logic [31:0] args_q [ArgWords];
  always_ff @(posedge clk_i) begin : p_arguments
    logic [11:0] offset;
    offset = write_addr - FirstArg;
    if (write && write_addr >= FirstArg && offset < 12'(4 * ArgWords)) begin
      args_q[offset[5:2]] <= (args_q[offset[5:2]] & ~write_mask) | (write_data & write_mask);
    end
  end
  localparam int unsigned WordConstants = (32'(vrn_npu_pkg::RegConstants) - 32'(FirstArg)) / 4;
  localparam int unsigned WordInput = (32'(vrn_npu_pkg::RegInput) - 32'(FirstArg)) / 4;
  localparam int unsigned WordOutput = (32'(vrn_npu_pkg::RegOutput) - 32'(FirstArg)) / 4;
  localparam int unsigned WordScratch = (32'(vrn_npu_pkg::RegScratch) - 32'(FirstArg)) / 4;
  assign commands_o      = {args_q[1], args_q[0]};
  assign command_count_o = args_q[ArgWords-1];
  assign region_base_o   = {args_q[WordScratch+1], args_q[WordScratch], args_q[WordOutput+1], args_q[WordOutput],
                            args_q[WordInput+1], args_q[WordInput], args_q[WordConstants+1], args_q[WordConstants]};

  // the answer is looked up in the cycle that captures it: a simulator then does nothing in the others
  logic [11:0] read_offset;
  assign read_offset = read_addr - FirstArg;
  always_comb begin
    found = '0;
    if (capture) begin
      unique case ({read_addr[11:2], 2'b00})
        vrn_npu_pkg::RegControl:
          found = {24'd0, restart_q, 3'd0, ready_q, !running_q && !start_q, done_q, start_q};
        vrn_npu_pkg::RegGie:            found = {31'd0, gie_q};
        vrn_npu_pkg::RegIer:            found = {30'd0, ier_q};
        vrn_npu_pkg::RegIsr:            found = {30'd0, isr_q};
        vrn_npu_pkg::RegError:          found = {16'd0, error_i};
        vrn_npu_pkg::RegErrorAddress:   found = error_address_i[31:0];
        vrn_npu_pkg::RegErrorAddress + 12'd4: found = error_address_i[63:32];
        vrn_npu_pkg::RegIsaVersion:     found = vrn_npu_pkg::IsaVersion;
        vrn_npu_pkg::RegGeometry:       found = {8'd0, 8'(DwTaps), 8'(Cols), 8'(Rows)};
        default: begin
          if (read_addr >= FirstArg && read_offset < 12'(4 * ArgWords)) found = args_q[read_offset[5:2]];
          else if (read_addr >= vrn_npu_pkg::RegCounters && counter_offset < 12'd512)
            found = read_addr[2] ? counter_data_i[63:32] : counter_data_i[31:0];
        end
      endcase
    end
  end
endmodule
