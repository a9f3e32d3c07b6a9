// SPDX-License-Identifier: Apache-2.0
#include "assertions_cases.hpp"

// How each assertion of rtl/ is made to fail, module by module. Where a neighbour can break the
// rule, inputs do it; where the module itself would have to be wrong, a register is overwritten as
// the fault would. tests/lint/rtl_assertions.py reads {"module", "Assertion", from here: an
// assertion without a line is reported.

namespace vernier::test {
namespace {

// a legal command with one vector; later words of a step replace fields
#define VERNIER_MATRIX_COMMAND                                                                  \
  "cmd_valid_i=1 cmd_i.matrix.opcode=5 cmd_i.matrix.n_kh=1 cmd_i.matrix.n_kw=1 "                \
  "cmd_i.matrix.n_cb=1 cmd_i.matrix.n_ct=1 cmd_i.matrix.n_y=1 cmd_i.matrix.n_x=1 "              \
  "cmd_i.matrix.window_bytes=1 cmd_i.matrix.in_pitch=1 cmd_i.matrix.stride_x=1 "                \
  "cmd_i.matrix.in_step=1 cmd_i.matrix.tile_words=1 "
#define VERNIER_DEPTHWISE_COMMAND                                                               \
  "cmd_valid_i=1 cmd_i.depthwise.opcode=7 cmd_i.depthwise.n_kh=1 cmd_i.depthwise.n_kw=1 "       \
  "cmd_i.depthwise.n_y=1 cmd_i.depthwise.n_x=1 cmd_i.depthwise.stride_x=1 cmd_i.depthwise.out_bytes=1 "
#define VERNIER_TILES "cmd_valid_i=1 cmd_n_kh_i=1 cmd_n_kw_i=1 cmd_n_cb_i=1 cmd_n_ct_i=1 "
#define VERNIER_ROWS "cmd_valid_i=1 cmd_n_ct_i=1 cmd_n_y_i=1 cmd_n_x_i=1 "

constexpr AssertionCase kCases[] = {
    // --- prim ---
    {"vrn_fifo", "CountInRange", "the read pointer overtakes", "rd_ptr_q=1"},
    {"vrn_fifo", "OutHeld", "the entry is lost", "valid_i=1 | valid_i=0 | rd_ptr_q=1"},
    {"vrn_fifo", "OutHeld", "the entry changes", "valid_i=1 data_i=0xA5 | valid_i=0 | mem_q[0]=1"},
    {"vrn_queue", "OutHeld", "the entry is lost", "valid_i=1 | valid_i=0 | valid_q=0"},
    {"vrn_queue", "LevelBounded", "more stored than there are places", "stored_q=3"},
    {"vrn_stream_reg", "OutHeld", "the beat is lost", "valid_i=1 | valid_i=0 | valid_q=0"},
    {"vrn_stream_reg", "OutHeld", "the beat changes", "valid_i=1 | valid_i=0 | data_q=1"},
    {"vrn_ram_1r1w_be", "OneReader", "both readers at once", "rd_en_i=1 | rd_en_i=3"},
    {"vrn_ram_1r1w_be", "OneWriter", "both writers at once", "wr_en_i=1 | wr_en_i=3"},

    // --- buffers ---
    {"vrn_abuf", "RdGntNeedsReq", "a client is granted what it did not ask for",
     "rd_req_i=1 | force.rd_gnt_o=3"},
    {"vrn_abuf", "WrGntNeedsReq", "a client is granted what it did not ask for",
     "wr_req_i=1 | force.wr_gnt_o=3"},
    {"vrn_abuf", "FirstReaderAlwaysGranted", "the second client goes first",
     "rd_req_i=3 | force.rd_gnt_o=2"},
    {"vrn_line_reader", "WindowHasPlace", "a window arrives at a full queue",
     "u_out.wr_ptr_q=8 valid_q=4"},

    // --- control ---
    {"vrn_fetch", "WordFits", "the memory sends more words than asked for",
     "restart_i=1 count_i=100 | restart_i=0 r_valid_i=1 | | | | | | | | |"},
    {"vrn_fetch", "AddressHeld", "the offer is withdrawn",
     "restart_i=1 count_i=4 | restart_i=0 | | ar_valid_q=0"},
    {"vrn_fetch", "AddressHeld", "the address of an offer changes",
     "restart_i=1 count_i=4 | restart_i=0 | | ar_addr_q=9"},
    {"vrn_fetch", "RestartedQuiet", "a restart while an address is offered",
     "restart_i=1 count_i=4 | restart_i=0 | restart_i=1"},
    {"vrn_fetch", "RestartedQuiet", "a restart while words are on their way",
     "restart_i=1 count_i=4 ar_ready_i=1 | restart_i=0 | | | restart_i=1"},
    {"vrn_unit_queue", "RetireExpected", "the unit retires what it was not given", "retire_i=1"},
    {"vrn_unit_queue", "OfferHeld", "a count of retired commands goes back",
     "push_valid_i=1 push_cmd_i.header.wait_load=1 retired_i=1 | push_valid_i=0 | retired_i=0"},
    {"vrn_dispatch", "StartIdle", "a start during a run", "start_i=1 |"},
    {"vrn_read_port", "AddressHeld", "the offer is withdrawn",
     "load_ar_valid_i=1 | load_ar_valid_i=0 | valid_q=0"},
    {"vrn_read_port", "AddressHeld", "the length of an offer changes",
     "load_ar_valid_i=1 | load_ar_valid_i=0 | m_ar_len_o=3"},

    // --- load and store ---
    {"vrn_burst_walker", "Congruent", "a row begins at different bytes of a word on the two sides",
     "cmd_valid_i=1 cmd_memory_i=1 cmd_row_bytes_i=1 cmd_n1_i=1 cmd_n2_i=1 | cmd_valid_i=0"},
    {"vrn_burst_walker", "Held", "the burst is lost", "valid_o=1 | valid_o=0"},
    {"vrn_burst_walker", "Held", "the address of a burst changes", "valid_o=1 | addr_o=64"},
    {"vrn_burst_walker", "Held", "the length of a burst changes", "valid_o=1 | len_o=1"},
    {"vrn_burst_walker", "Held", "the buffer word of a burst changes", "valid_o=1 | word_o=1"},
    {"vrn_load", "DataExpected", "data without a command", "r_valid_i=1"},
    {"vrn_load", "WholeWords", "part of a word for the weight buffer",
     "cmd_valid_i=1 cmd_i.load.buffer_select=1 cmd_i.load.row_bytes=3 cmd_i.load.n1=1 "
     "cmd_i.load.n2=1 ar_ready_i=1 | cmd_valid_i=0 | | r_valid_i=1"},
    {"vrn_store", "DataFits", "a word arrives at a full queue", "u_data.stored_q=8 flying_q=2"},
    {"vrn_store", "AddressHeld", "the offer is withdrawn", "aw_valid_q=1 | aw_valid_q=0"},
    {"vrn_store", "AddressHeld", "the address of an offer changes", "aw_valid_q=1 | aw_addr_q=64"},
    {"vrn_store", "ResponseExpected", "an answer without a command", "b_valid_i=1"},

    // --- matrix unit ---
    {"vrn_array", "SwapNeedsVector", "a swap without a vector", "vec_swap_i=1"},
    {"vrn_array", "WordInTile", "a word behind the last one of the tile",
     "load_valid_i=1 load_word_i=2 | load_word_i=3"},
    {"vrn_accumulator", "SumHasPlace", "more sums than the stream has places",
     "sum_valid_i=1 sum_emit_i=1 | |"},
    {"vrn_accumulator", "NextAnnouncesSum", "the announced sum does not come",
     "next_valid_i=1 | next_valid_i=0"},
    {"vrn_weight_loader", "CommandHasPlace", "more commands than may be unfinished",
     VERNIER_TILES "cmd_tile_words_i=1 | | | | |"},
    {"vrn_weight_loader", "SwapNeedsTile", "a swap before the tile is there", "swap_i=1"},
    {"vrn_weight_loader", "TileWordsLegal", "a command for an array of another size",
     VERNIER_TILES "cmd_tile_words_i=3 | cmd_valid_i=0 |"},
    {"vrn_matrix_agu", "KernelLegal", "no kernel rows",
     VERNIER_MATRIX_COMMAND "cmd_i.matrix.n_kh=0 | cmd_valid_i=0 |"},
    {"vrn_matrix_agu", "KernelLegal", "no kernel columns",
     VERNIER_MATRIX_COMMAND "cmd_i.matrix.n_kw=0 | cmd_valid_i=0 |"},
    {"vrn_matrix_agu", "BlocksLegal", "no channel blocks",
     VERNIER_MATRIX_COMMAND "cmd_i.matrix.n_cb=0 | cmd_valid_i=0 |"},
    {"vrn_matrix_agu", "OutputLegal", "no column tiles",
     VERNIER_MATRIX_COMMAND "cmd_i.matrix.n_ct=0 | cmd_valid_i=0 |"},
    {"vrn_matrix_agu", "OutputLegal", "no output rows",
     VERNIER_MATRIX_COMMAND "cmd_i.matrix.n_y=0 | cmd_valid_i=0 |"},
    {"vrn_matrix_agu", "OutputLegal", "no output columns",
     VERNIER_MATRIX_COMMAND "cmd_i.matrix.n_x=0 cmd_i.matrix.in_step=1 | cmd_valid_i=0 |"},
    {"vrn_matrix_agu", "WindowLegal", "an empty window",
     VERNIER_MATRIX_COMMAND "cmd_i.matrix.window_bytes=0 | cmd_valid_i=0 |"},
    {"vrn_matrix_agu", "WindowLegal", "a window of more bytes than there are",
     VERNIER_MATRIX_COMMAND "cmd_i.matrix.window_bytes=3 | cmd_valid_i=0 |"},
    {"vrn_matrix_agu", "StepIsStride", "columns apart by something else than the stride",
     VERNIER_MATRIX_COMMAND "cmd_i.matrix.n_x=2 cmd_i.matrix.in_step=3 | cmd_valid_i=0 |"},
    {"vrn_matrix_agu", "KernelStepIsPixels", "kernel columns apart by something else than their pixels",
     VERNIER_MATRIX_COMMAND "cmd_i.matrix.n_kw=2 cmd_i.matrix.kw_pixels=2 cmd_i.matrix.kw_bytes=3 | cmd_valid_i=0 |"},
    {"vrn_matrix_agu", "ReqHeld", "the request is lost", "req_valid_q=1 | req_valid_q=0"},
    {"vrn_matrix_agu", "ReqHeld", "the address of a request changes", "req_valid_q=1 | req_addr_o=1"},
    {"vrn_matrix_agu", "ReqHeld", "the row of a request changes", "req_valid_q=1 | req_row_o=1"},
    {"vrn_matrix", "CommandIsMatrix", "a command of another unit",
     VERNIER_MATRIX_COMMAND "cmd_i.matrix.opcode=6"},
    {"vrn_matrix", "CreditInRange", "a place is given back twice", "credit_q=33"},
    {"vrn_matrix", "AccHeld", "the row is lost", 
     "u_accumulator.u_stream.wr_ptr_q=1 | u_accumulator.u_stream.wr_ptr_q=0",
     "u_accumulator.u_stream.OutHeld"},

    // --- vector unit ---
    {"vrn_vector_params", "ReleasesWhatIsReady", "a tile is released before it is there",
     "tile_release_i=1"},
    {"vrn_vector_params", "OneSourceOfChannels", "a channel word arrives in a uniform command",
     "state_q=4 read_q=3"},
    {"vrn_vector_row_agu", "RowHeld", "the row is lost", "valid_q=1 | valid_q=0"},
    {"vrn_vector_row_agu", "RowHeld", "the address of a row changes", "valid_q=1 | addr_q=1"},
    {"vrn_vector_row_agu", "CountsNotZero", "no column tiles", VERNIER_ROWS "cmd_n_ct_i=0"},
    {"vrn_vector_row_agu", "CountsNotZero", "no output rows", VERNIER_ROWS "cmd_n_y_i=0"},
    {"vrn_vector_row_agu", "CountsNotZero", "no output columns", VERNIER_ROWS "cmd_n_x_i=0"},
    {"vrn_vector_tap_agu", "TapHeld", "the tap is lost", "valid_q=1 | valid_q=0"},
    {"vrn_vector_tap_agu", "TapHeld", "the address of a tap changes", "valid_q=1 | addr_q=1"},
    {"vrn_vector_reduce", "RowHeld", "the row is lost",
     "tap_valid_i=1 tap_last_i=1 | tap_valid_i=0 | valid_q=0"},
    {"vrn_vector_writer", "WriteHeld", "the write is lost",
     "out_valid_q=1 out_mask_q=1 | out_valid_q=0"},
    {"vrn_vector_writer", "WriteHeld", "the address of a write changes",
     "out_valid_q=1 out_mask_q=1 | out_addr_q=1"},
    {"vrn_vector_writer", "WriteHeld", "the mask of a write changes",
     "out_valid_q=1 out_mask_q=1 | out_mask_q=2"},
    {"vrn_vector_writer", "WriteNotEmpty", "a row without bytes",
     "row_valid_i=1 row_last_i=1 row_bytes_i=0 | row_valid_i=0 |"},
    {"vrn_vector", "CommandIsKnown", "a source that does not exist",
     "cmd_valid_i=1 cmd_i.vector.n_ct=1 cmd_i.vector.n_y=1 cmd_i.vector.n_x=1 "
     "cmd_i.vector.out_bytes=1 cmd_i.vector.source=3"},
    {"vrn_vector", "CommandIsKnown", "no lanes written",
     "cmd_valid_i=1 cmd_i.vector.n_ct=1 cmd_i.vector.n_y=1 cmd_i.vector.n_x=1"},
    {"vrn_vector", "CommandIsKnown", "more lanes written than there are",
     "cmd_valid_i=1 cmd_i.vector.n_ct=1 cmd_i.vector.n_y=1 cmd_i.vector.n_x=1 "
     "cmd_i.vector.out_bytes=2"},
    {"vrn_softmax_walk", "CommandIsSound", "a softmax of no channels",
     "cmd_valid_i=1 cmd_i.softmax.opcode=8 cmd_i.softmax.n_y=1 cmd_i.softmax.n_x=1 cmd_i.softmax.block=1"},
    {"vrn_softmax_walk", "CommandIsSound", "a softmax of longer blocks than a word",
     "cmd_valid_i=1 cmd_i.softmax.opcode=8 cmd_i.softmax.n_y=1 cmd_i.softmax.n_x=1 cmd_i.softmax.channels=1 "
     "cmd_i.softmax.block=65"},
    {"vrn_divider", "QuotientFits", "a denominator of 0", "start_i=1"},
    {"vrn_softmax", "CommandFindsItIdle", "a command before the last row of the one before",
     "cmd_valid_i=1 cmd_i.softmax.opcode=8 cmd_i.softmax.n_y=1 cmd_i.softmax.n_x=1 cmd_i.softmax.channels=1 cmd_i.softmax.block=1 |"},
    {"vrn_softmax", "SumIsWhole", "a sum without the largest channel's exponential", "state_q=7 count_q=1", "u_divider.QuotientFits"},
    {"vrn_vector", "PadIsThere", "a tap comes before its descriptor", "gen_windows.u_notes.wr_ptr_q=1"},
    {"vrn_vector", "ResultHasPlace", "a result arrives at a full queue",
     "u_results.wr_ptr_q=16 u_lanes.valid_q=0x200"},
    {"vrn_vector", "RetiresWhatIsInside", "a command retires twice", "u_writer.retire_q=1"},

    // --- depthwise unit ---
    {"vrn_depthwise", "CommandIsDepthwise", "a command of another unit", VERNIER_DEPTHWISE_COMMAND "cmd_i.depthwise.opcode=6"},
    {"vrn_depthwise", "SumsHaveRows", "more windows than accumulator rows", VERNIER_DEPTHWISE_COMMAND "cmd_i.depthwise.n_x=3"},

    // --- shell ---
    {"vrn_axil_port", "ResponseHeld", "the response is lost", "b_valid_o=1 | b_valid_o=0"},
    {"vrn_axil_port", "DataHeld", "the answer is lost", "read_q=3 | read_q=0"},
    {"vrn_axil_port", "DataHeld", "the answer changes", "read_q=3 | r_data_o=1"},

    // --- streaming designs ---
    {"vrn_stream_out", "ClaimFits", "the pipeline takes a beat without a place", "claim_i=1 | | "},
    {"vrn_stream_out", "BeatFits", "a beat comes that was not announced", "claim_i=1 valid_i=1 | | claim_i=0"},
    {"vrn_stream_out", "LevelWithinClaims", "a place is given away twice", "claim_i=1 valid_i=1 | claim_i=0 valid_i=0 taken_q=0"},
    {"vrn_stream_in", "TakesWhatIsThere", "the stage goes on without a beat", "take_i=1"},
    {"vrn_stream_in", "WantHeld", "the stage forgets that it waits", "want_i=1 s_axis_tvalid=1 | s_axis_tvalid=0 want_i=0"},
    {"vrn_stream_burst", "AddressHeld", "the offer is withdrawn", "start_i=1 frames_i=1 permit_i=1 | start_i=0 | left_q=0"},
    {"vrn_stream_burst", "AddressHeld", "the address of an offer changes", "start_i=1 frames_i=1 permit_i=1 | start_i=0 | addr_q=64"},
    {"vrn_stream_reader", "WordFits", "memory sends more than was asked for", "taken_q=64 u_words.stored_q=64 r_valid_i=1"},
    {"vrn_stream_reader", "LevelReserved", "a word comes that nobody asked for", "r_valid_i=1 | r_valid_i=0"},
    {"vrn_stream_reader", "BeatHeld", "the beat is lost", "u_burst.beats_left_o=2 u_beats.count_q=1 | u_beats.count_q=0"},
    {"vrn_stream_reader", "BeatHeld", "the beat changes", "u_burst.beats_left_o=2 u_beats.count_q=1 | u_beats.bytes_q=6"},
    {"vrn_stream_writer", "AnswerWasAsked", "memory answers what was not asked", "b_valid_i=1"},
    {"vrn_stream_writer", "DataHeld", "the word is lost",
     "start_i=1 frames_i=4 | start_i=0 s_axis_tvalid=1 | | | | s_axis_tvalid=0 | aw_ready_i=1 | aw_ready_i=0 | sent_q=0"},
};

}  // namespace

std::span<const AssertionCase> assertion_cases() { return kCases; }

}  // namespace vernier::test
