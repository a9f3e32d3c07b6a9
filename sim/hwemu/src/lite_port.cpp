// SPDX-License-Identifier: Apache-2.0
#include <vernier/hwemu/lite_port.hpp>

#include <utility>

#include <fmt/format.h>

namespace vernier::hwemu {

Result<void> LitePort::connect(const KernelModel& model, const std::string& name) {
  const std::pair<Signal*, const char*> all[] = {
      {&aw_valid_, "awvalid"}, {&aw_ready_, "awready"}, {&aw_addr_, "awaddr"}, {&w_valid_, "wvalid"}, {&w_ready_, "wready"},
      {&w_data_, "wdata"},     {&b_valid_, "bvalid"},   {&b_ready_, "bready"}, {&ar_valid_, "arvalid"}, {&ar_ready_, "arready"},
      {&ar_addr_, "araddr"},   {&r_valid_, "rvalid"},   {&r_ready_, "rready"}, {&r_data_, "rdata"}};
  for (const auto& [signal, suffix] : all) {
    *signal = model.port(name + "_" + suffix);
    if (!signal->present()) return fail(ErrorCode::kInvalidInput, fmt::format("the top module has no port {}_{}", name, suffix), name);
  }
  w_strb_ = model.port(name + "_wstrb");
  b_resp_ = model.port(name + "_bresp");
  r_resp_ = model.port(name + "_rresp");
  if (w_data_.bits() != 32) return fail(ErrorCode::kUnsupported, fmt::format("data is {} bits wide; allowed: 32", w_data_.bits()), name);
  return {};
}

void LitePort::begin_write(std::uint64_t offset, std::uint32_t value) {
  state_ = State::kWrite;
  aw_taken_ = w_taken_ = answered_ = false;
  aw_addr_.set(offset);
  w_data_.set(value);
  w_strb_.set(0xF);
  aw_valid_.set(1);
  w_valid_.set(1);
  b_ready_.set(1);
}

void LitePort::begin_read(std::uint64_t offset) {
  state_ = State::kRead;
  ar_taken_ = answered_ = false;
  ar_addr_.set(offset);
  ar_valid_.set(1);
  r_ready_.set(1);
}

void LitePort::sample() {
  if (state_ == State::kWrite) {
    aw_taken_ |= aw_ready_.get() != 0;
    w_taken_ |= w_ready_.get() != 0;
    answered_ = b_valid_.get() != 0;
    response_ = static_cast<std::uint8_t>(b_resp_.get());
  } else if (state_ == State::kRead) {
    ar_taken_ |= ar_ready_.get() != 0;
    answered_ = r_valid_.get() != 0;
    value_ = static_cast<std::uint32_t>(r_data_.get());
    response_ = static_cast<std::uint8_t>(r_resp_.get());
  }
}

void LitePort::drive() {
  if (state_ == State::kWrite) {
    if (aw_taken_) aw_valid_.set(0);
    if (w_taken_) w_valid_.set(0);
  } else if (state_ == State::kRead && ar_taken_) {
    ar_valid_.set(0);
  }
  if (state_ != State::kIdle && answered_) cancel();
}

void LitePort::cancel() {
  for (const auto* signal : {&aw_valid_, &w_valid_, &b_ready_, &ar_valid_, &r_ready_}) signal->set(0);
  state_ = State::kIdle;
}

}  // namespace vernier::hwemu
