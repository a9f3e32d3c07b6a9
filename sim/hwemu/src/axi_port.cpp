// SPDX-License-Identifier: Apache-2.0
#include <vernier/hwemu/axi_port.hpp>

#include <algorithm>
#include <bit>
#include <utility>

#include <fmt/format.h>

namespace vernier::hwemu {
namespace {
constexpr const char* kAddressFields[] = {"id", "addr", "len", "size", "burst"};
enum AddressField : std::uint8_t { kId, kAddr, kLen, kSize, kBurst };
}  // namespace

Result<std::unique_ptr<AxiPort>> AxiPort::open(const KernelModel& model, const MemoryPort& port, std::vector<Bank> banks,
                                               std::unique_ptr<memory::AxiMemory> memory, HostMemory* host, const std::string& unit,
                                               const Faults* faults) {
  auto self = std::unique_ptr<AxiPort>(new AxiPort);
  self->where_ = fmt::format("{}, {}", unit, port.name);
  self->banks_ = std::move(banks);
  self->memory_ = std::move(memory);
  self->host_ = host;
  self->faults_ = faults;
  if (auto r = self->connect(model, port.name); !r) return forward_error(r);
  if (self->beat_bytes_ != memory::kBeatBytes) self->adapter_ = std::make_unique<WidthAdapter>(*self->memory_, self->beat_bytes_);
  self->checker_ = memory::AxiChecker(self->beat_bytes_);
  self->reset();
  return self;
}

Result<void> AxiPort::connect(const KernelModel& model, const std::string& name) {
  const auto signal = [&](const char* suffix) { return model.port(name + "_" + suffix); };
  for (auto& [channel, letters] : {std::pair<Channel&, std::string>{ar_, "ar"}, {aw_, "aw"}}) {
    channel.valid = signal((letters + "valid").c_str());
    channel.ready = signal((letters + "ready").c_str());
    for (int i = 0; i < 5; ++i) channel.field[i] = signal((letters + kAddressFields[i]).c_str());
  }
  w_valid_ = signal("wvalid"), w_ready_ = signal("wready"), w_data_ = signal("wdata"), w_strb_ = signal("wstrb"), w_last_ = signal("wlast");
  b_valid_ = signal("bvalid"), b_ready_ = signal("bready"), b_id_ = signal("bid"), b_resp_ = signal("bresp");
  r_valid_ = signal("rvalid"), r_ready_ = signal("rready"), r_id_ = signal("rid"), r_data_ = signal("rdata"), r_resp_ = signal("rresp");
  r_last_ = signal("rlast");
  if (!r_data_.present() && !w_data_.present()) return fail(ErrorCode::kInvalidInput, "the top module has no such port", where_);
  const unsigned bits = r_data_.present() ? r_data_.bits() : w_data_.bits();
  if (bits < 32 || bits > 512 || !std::has_single_bit(bits)) {
    return fail(ErrorCode::kUnsupported, fmt::format("data is {} bits wide; allowed: 32, 64, 128, 256, 512", bits), where_);
  }
  for (const auto* channel : {&ar_, &aw_}) {
    if (channel->valid.present() && !channel->field[kAddr].present()) return fail(ErrorCode::kInvalidInput, "the port has no address", where_);
  }
  beat_bytes_ = bits / 8;
  return {};
}

void AxiPort::reset() {
  adapter_ ? adapter_->reset() : memory_->reset();
  checker_.reset();
  slave_ = {};
  bursts_ = announced_beats_ = 0;
  address_waits_ = false;
  host_writes_.clear();
  faulty_reads_.clear();
  drive();
}

void AxiPort::begin_stretch(std::uint64_t epoch, std::int64_t lead) {
  checker_.finish();  // nothing is outstanding where a stretch begins
  if (adapter_) adapter_->reset();
  memory_->restart(epoch);
  slave_ = {};
  for (std::int64_t i = 0; i < lead; ++i) adapter_ ? adapter_->step({}, slave_) : memory_->step({}, slave_);
}

bool AxiPort::idle() const { return adapter_ ? adapter_->idle() : memory_->idle(); }

void AxiPort::sample_address(const Signal& valid, const Signal* fields, memory::AxiAddress& address) const {
  address.valid = valid.get() != 0;
  if (!address.valid) return;
  address.id = static_cast<std::uint32_t>(fields[kId].get());
  address.addr = fields[kAddr].get();
  address.len = static_cast<std::uint8_t>(fields[kLen].get());
  // signals that kernels may leave out have one legal value
  address.size = fields[kSize].present() ? static_cast<std::uint8_t>(fields[kSize].get()) : static_cast<std::uint8_t>(std::countr_zero(beat_bytes_));
  address.burst = fields[kBurst].present() ? static_cast<std::uint8_t>(fields[kBurst].get()) : memory::kIncrementing;
}

void AxiPort::check_range(const memory::AxiAddress& address, bool write) {
  const std::uint64_t bytes = (address.len + 1U) * beat_bytes_;
  const auto bank = std::ranges::find_if(banks_, [&](const Bank& b) { return b.holds(address.addr, bytes); });
  if (bank == banks_.end()) {
    std::string allowed;
    for (const auto& b : banks_) allowed += fmt::format("{}{} {:#x} to {:#x}", allowed.empty() ? "" : ", ", b.tag, b.base, b.base + b.bytes);
    failure_ = Error{ErrorCode::kMismatch, fmt::format("{} of {} bytes at {:#x} lies outside the banks of this port ({})",
                                                       write ? "write" : "read", bytes, address.addr, allowed), where_};
    return;
  }
  if (!bank->on_host() || host_ == nullptr) return;
  if (auto r = host_->fetch(address.addr, bytes, write); !r) failure_ = r.error();
  if (write) host_writes_.push_back({address.addr, bytes, address.id});
}

void AxiPort::track_host_writes() {
  const auto range = std::ranges::find_if(host_writes_, [this](const Range& r) { return r.id == slave_.b.id; });
  if (range == host_writes_.end()) return;
  if (auto r = host_->flush(range->address, range->bytes); !r) failure_ = r.error();
  host_writes_.erase(range);
}

/// Reads return what a faulty memory would: called with the slave's signals of the next cycle.
void AxiPort::apply_faults(bool read_accepted) {
  if (read_accepted) faulty_reads_[master_.ar.id].push_back({master_.ar.addr, (master_.ar.len + 1U) * beat_bytes_, master_.ar.id});
  if (slave_.b.valid && faults_->refuses(true, writes_answered_ + 1)) slave_.b.resp = memory::AxiResponse::kSlaveError;
  if (!slave_.r.valid) return;
  if (faults_->refuses(false, reads_answered_ + 1)) slave_.r.resp = memory::AxiResponse::kSlaveError;
  auto& bursts = faulty_reads_[slave_.r.id];
  if (bursts.empty()) return;
  faults_->corrupt_read(bursts.front().address, std::span(reinterpret_cast<std::byte*>(slave_.r.data.data()), beat_bytes_));
}

void AxiPort::sample() {
  sample_address(ar_.valid, ar_.field, master_.ar);
  sample_address(aw_.valid, aw_.field, master_.aw);
  master_.w.valid = w_valid_.get() != 0;
  if (master_.w.valid) {
    master_.w.last = !w_last_.present() || w_last_.get() != 0;
    master_.w.strb = w_strb_.present() ? w_strb_.get() : ~std::uint64_t{0} >> (64 - beat_bytes_);
    w_data_.copy_out(master_.w.data.data(), beat_bytes_);
  }
  // AXI lets data come before its address; the memory takes it once the address is there, as interconnects do
  if (master_.aw.valid && !address_waits_) announced_beats_ += master_.aw.len + 1;
  address_waits_ = master_.aw.valid && !slave_.aw_ready;
  master_.w.valid = master_.w.valid && announced_beats_ > 0;
  if (master_.w.valid && slave_.w_ready) --announced_beats_;
  master_.r_ready = r_ready_.get() != 0;
  master_.b_ready = b_ready_.get() != 0;
  const bool ar = master_.ar.valid && slave_.ar_ready, aw = master_.aw.valid && slave_.aw_ready;
  const bool r = slave_.r.valid && master_.r_ready, b = slave_.b.valid && master_.b_ready;
  moved_ = ar || aw || r || b || (master_.w.valid && slave_.w_ready);
  bursts_ += (ar ? 1 : 0) + (aw ? 1 : 0) - (r && slave_.r.last ? 1 : 0) - (b ? 1 : 0);
  reads_answered_ += r && slave_.r.last ? 1 : 0;
  writes_answered_ += b ? 1 : 0;
  checker_.observe(master_, slave_);
  if (checker_.violation() && !failure_) failure_ = Error{ErrorCode::kMismatch, "AXI protocol: " + checker_.violation()->text, where_};
  if (failure_) return;
  if (ar) check_range(master_.ar, false);
  if (aw) check_range(master_.aw, true);
  if (faults_ != nullptr) {
    if (aw) master_.aw.addr = faults_->kernel_address(master_.aw.addr);
    if (ar) master_.ar.addr = faults_->kernel_address(master_.ar.addr);
    if (r) {  // on to the next beat
      auto& bursts = faulty_reads_[slave_.r.id];
      if (!bursts.empty() && (bursts.front().address += beat_bytes_, slave_.r.last)) bursts.pop_front();
    }
  }
  const bool answered = slave_.b.valid;
  adapter_ ? adapter_->step(master_, slave_) : memory_->step(master_, slave_);
  if (faults_ != nullptr) apply_faults(ar);
  // the host sees the bytes before the kernel sees the response
  if (slave_.b.valid && (!answered || b) && !host_writes_.empty()) track_host_writes();
}

void AxiPort::drive() const {
  ar_.ready.set(slave_.ar_ready ? 1 : 0);
  aw_.ready.set(slave_.aw_ready ? 1 : 0);
  w_ready_.set(slave_.w_ready ? 1 : 0);
  r_valid_.set(slave_.r.valid ? 1 : 0);
  if (slave_.r.valid) {
    r_id_.set(slave_.r.id);
    r_resp_.set(static_cast<std::uint64_t>(slave_.r.resp));
    r_last_.set(slave_.r.last ? 1 : 0);
    r_data_.copy_in(slave_.r.data.data(), beat_bytes_);
  }
  b_valid_.set(slave_.b.valid ? 1 : 0);
  if (slave_.b.valid) {
    b_id_.set(slave_.b.id);
    b_resp_.set(static_cast<std::uint64_t>(slave_.b.resp));
  }
}

std::string AxiPort::state() const {
  std::string text;
  const auto add = [&text](std::string part) { text += (text.empty() ? "" : ", ") + std::move(part); };
  if (master_.ar.valid) add(fmt::format("AR {:#x} offered", master_.ar.addr));
  if (master_.aw.valid) add(fmt::format("AW {:#x} offered", master_.aw.addr));
  if (master_.w.valid) add("W offered");
  if (slave_.r.valid) add("R waits for the kernel");
  if (slave_.b.valid) add("B waits for the kernel");
  if (bursts_ > 0) add(fmt::format("{} bursts unanswered", bursts_));
  return text.empty() ? "nothing requested, nothing outstanding" : text;
}

}  // namespace vernier::hwemu
