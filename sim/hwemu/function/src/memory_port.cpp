// SPDX-License-Identifier: Apache-2.0
#include "memory_port.hpp"

namespace vernier_unit {
namespace {
constexpr std::size_t kOutstanding = 16;  // bursts a direction, Vitis' default
constexpr std::uint64_t kFullSize = 6, kIncrementing = 1;
}  // namespace

MemoryPort::MemoryPort(const std::string& n, Pins& p)
    : name_(n),
      ar_valid_(p.add(n + "_arvalid", 1, false)), ar_ready_(p.add(n + "_arready", 1, true)), ar_id_(p.add(n + "_arid", 1, false)), ar_addr_(p.add(n + "_araddr", 64, false)),
      ar_len_(p.add(n + "_arlen", 8, false)), ar_size_(p.add(n + "_arsize", 3, false)), ar_burst_(p.add(n + "_arburst", 2, false)),
      r_valid_(p.add(n + "_rvalid", 1, true)), r_ready_(p.add(n + "_rready", 1, false)), r_id_(p.add(n + "_rid", 1, true)), r_data_(p.add(n + "_rdata", 512, true)),
      r_resp_(p.add(n + "_rresp", 2, true)), r_last_(p.add(n + "_rlast", 1, true)),
      aw_valid_(p.add(n + "_awvalid", 1, false)), aw_ready_(p.add(n + "_awready", 1, true)), aw_id_(p.add(n + "_awid", 1, false)), aw_addr_(p.add(n + "_awaddr", 64, false)),
      aw_len_(p.add(n + "_awlen", 8, false)), aw_size_(p.add(n + "_awsize", 3, false)), aw_burst_(p.add(n + "_awburst", 2, false)),
      w_valid_(p.add(n + "_wvalid", 1, false)), w_ready_(p.add(n + "_wready", 1, true)), w_data_(p.add(n + "_wdata", 512, false)), w_strb_(p.add(n + "_wstrb", 64, false)),
      w_last_(p.add(n + "_wlast", 1, false)),
      b_valid_(p.add(n + "_bvalid", 1, true)), b_ready_(p.add(n + "_bready", 1, false)), b_id_(p.add(n + "_bid", 1, true)), b_resp_(p.add(n + "_bresp", 2, true)) {
  for (auto* size : {&ar_size_, &aw_size_}) size->set(kFullSize);
  for (auto* burst : {&ar_burst_, &aw_burst_}) burst->set(kIncrementing);
}

void MemoryPort::write(Write burst) {
  struct Room final : Wait {
    explicit Room(const MemoryPort& p) : port(p) {}
    bool over() const override { return port.writes_.size() + port.unanswered_ < kOutstanding; }
    std::string what() const override { return "answers to " + std::to_string(port.unanswered_) + " written bursts of " + port.name_; }
    const MemoryPort& port;
  };
  if (const Room room(*this); !room.over()) wait_for(room);
  writes_.push_back(std::move(burst));
}

void MemoryPort::forget_wanted() { wanted_.clear(); }

void MemoryPort::fail(const char* what, std::uint64_t response) {
  if (response != 0 && failure_.empty()) failure_ = name_ + ": a " + what + " was answered with " + (response == 3 ? "DECERR" : response == 2 ? "SLVERR" : "EXOKAY");
}

void MemoryPort::edge() {
  if (ar_valid_.get() != 0 && ar_ready_.get() != 0) ar_valid_.set(0);
  if (r_valid_.get() != 0 && r_ready_.get() != 0 && !reads_.empty()) {
    fail("read", r_resp_.get());
    Line data;
    std::memcpy(data.data(), r_data_.bytes(), data.size());
    auto& burst = reads_.front();
    burst.deliver(burst.line++, data);
    if (--burst.lines == 0) reads_.pop_front();
  }
  if (aw_valid_.get() != 0 && aw_ready_.get() != 0) aw_valid_.set(0);
  if (w_valid_.get() != 0 && w_ready_.get() != 0) {
    w_valid_.set(0);
    auto& burst = writes_.front();
    burst.data.pop_front();
    burst.strobes.pop_front();
    if (burst.data.empty()) {
      writes_.pop_front();
      address_out_ = false;
    }
  }
  if (b_valid_.get() != 0 && b_ready_.get() != 0) {
    fail("write", b_resp_.get());
    --unanswered_;
  }
  r_ready_.set(1);
  b_ready_.set(1);

  if (ar_valid_.get() == 0 && !wanted_.empty() && reads_.size() < kOutstanding) {
    reads_.push_back(std::move(wanted_.front()));
    wanted_.pop_front();
    ar_valid_.set(1);
    ar_addr_.set(reads_.back().line * kLineBytes);
    ar_len_.set(reads_.back().lines - 1);
  }
  if (!writes_.empty() && !address_out_ && aw_valid_.get() == 0) {
    address_out_ = true;
    ++unanswered_;
    aw_valid_.set(1);
    aw_addr_.set(writes_.front().line * kLineBytes);
    aw_len_.set(writes_.front().data.size() - 1);
  }
  if (w_valid_.get() == 0 && !writes_.empty() && address_out_) {
    const auto& burst = writes_.front();
    w_valid_.set(1);
    std::memcpy(w_data_.bytes(), burst.data.front().data(), kLineBytes);
    w_strb_.set(burst.strobes.front());
    w_last_.set(burst.data.size() == 1 ? 1 : 0);
  }
}

}  // namespace vernier_unit
