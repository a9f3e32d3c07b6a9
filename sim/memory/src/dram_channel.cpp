// SPDX-License-Identifier: Apache-2.0
#include <vernier/memory/dram_channel.hpp>

#include <algorithm>
#include <bit>
#include <limits>

namespace vernier::memory {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

bool is_column(DramCommand c) { return c == DramCommand::kRead || c == DramCommand::kWrite; }

unsigned log2_of(std::uint64_t power_of_two) { return static_cast<unsigned>(std::countr_zero(power_of_two)); }

}  // namespace

DramChannel::DramChannel(const DramPart& part) : part_(part), banks_(part), depth_(part.queue) {
  // Address bits from the low end: byte of a burst, bank group, column, bank within its group, row: a stream changes
  // the bank group with every burst and the row last.
  burst_shift_ = log2_of(part.burst_bytes());
  bank_shift_ = log2_of(part.bank_groups);
  column_shift_ = log2_of(part.row_bytes) - burst_shift_;
  bank_mask_ = part.banks_per_group - 1;
  reads_.reserve(depth_);
  writes_.reserve(depth_);
  reset();
}

void DramChannel::reset() {
  banks_.reset();
  reads_.clear();
  writes_.clear();
  served.clear();
  writing_ = false;
  in_turn_ = 0;
  clock_ = 0;
  refresh_due_ = next_ = part_.timing.refresh_interval;
  activity_ = {1, static_cast<unsigned>(part_.burst_bytes()), 0, 0, 0, 0, 0};
}

void DramChannel::push(bool write, std::uint64_t address, std::uint32_t tag, std::int64_t at) {
  const std::uint64_t burst = address >> burst_shift_;
  const auto group = static_cast<unsigned>(burst & (part_.bank_groups - 1));
  const std::uint64_t above = burst >> (bank_shift_ + column_shift_);
  const auto bank = static_cast<std::uint16_t>((static_cast<unsigned>(above) & bank_mask_) << bank_shift_ | group);
  const Request request{at, static_cast<std::uint32_t>(above >> log2_of(part_.banks_per_group)), tag, bank};
  (write ? writes_ : reads_).push_back(request);
  next_ = std::min(next_, std::max({at, clock_, banks_.earliest(needed(request, write), bank)}));
}

void DramChannel::choose_direction() {
  const auto& same = queue(writing_);
  const auto& other = queue(!writing_);
  const bool other_waits = !other.empty() && (writing_ || writes_.size() == depth_);
  if (!other.empty() && (same.empty() || (other_waits && in_turn_ >= depth_ * 3 / 4))) {
    writing_ = !writing_;
    in_turn_ = 0;
  }
}

DramCommand DramChannel::needed(const Request& request, bool write) const {
  const std::int64_t open = banks_.row(request.bank);
  if (open == request.row) return write ? DramCommand::kWrite : DramCommand::kRead;
  return open == DramBanks::kClosed ? DramCommand::kActivate : DramCommand::kPrecharge;
}

DramChannel::Choice DramChannel::choose(const std::vector<Request>& requests) const {
  Choice best{kNever, 0, DramCommand::kPrecharge};
  std::uint64_t seen = 0;  // banks with an older request
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const Request& r = requests[i];
    if ((seen >> r.bank & 1) != 0) continue;
    seen |= std::uint64_t{1} << r.bank;
    const DramCommand command = needed(r, writing_);
    const std::int64_t at = std::max({clock_, r.at, banks_.earliest(command, r.bank)});
    const bool hit = is_column(command), best_is_column = is_column(best.command);
    if (at < best.at || (at == best.at && hit && !best_is_column)) best = {at, i, command};
    if (hit && at <= clock_) break;  // nothing is earlier
  }
  return best;
}

void DramChannel::refresh(std::int64_t now) {
  std::int64_t at = std::max(clock_, refresh_due_);
  const auto banks = part_.banks();
  bool any_open = false;
  for (unsigned b = 0; b < banks; ++b) {
    if (banks_.row(b) == DramBanks::kClosed) continue;
    any_open = true;
    at = std::max(at, banks_.earliest(DramCommand::kPrecharge, b));
  }
  if (at > now) {
    next_ = at;
    return;
  }
  if (any_open) {  // one command closes all
    for (unsigned b = 0; b < banks; ++b) {
      if (banks_.row(b) != DramBanks::kClosed) banks_.issue(DramCommand::kPrecharge, b, at);
    }
    ++activity_.precharges;
    clock_ = at + 1;
  }
  at = std::max({at, clock_, banks_.earliest(DramCommand::kRefresh, 0)});
  banks_.issue(DramCommand::kRefresh, 0, at);
  ++activity_.refreshes;
  clock_ = at + 1;
  refresh_due_ += part_.timing.refresh_interval;
  next_ = idle() ? refresh_due_ : std::min(clock_, refresh_due_);
}

void DramChannel::issue_next(std::int64_t now) {
  if (refresh_due_ <= std::max(next_, clock_)) return refresh(now);
  if (idle()) {
    next_ = refresh_due_;
    return;
  }
  choose_direction();
  auto& requests = writing_ ? writes_ : reads_;
  const Choice choice = choose(requests);
  if (choice.at > now || choice.at >= refresh_due_) {
    next_ = std::min(choice.at, refresh_due_);
    return;
  }
  const Request request = requests[choice.index];
  banks_.issue(choice.command, request.bank, choice.at, request.row);
  clock_ = choice.at + 1;
  next_ = std::min(clock_, refresh_due_);
  switch (choice.command) {
    case DramCommand::kActivate:
      ++activity_.activates;
      return;
    case DramCommand::kPrecharge:
      ++activity_.precharges;
      return;
    case DramCommand::kRead:
      ++activity_.reads;
      served.push_back({request.tag, false, choice.at + part_.timing.read_latency + part_.burst_clocks()});
      break;
    case DramCommand::kWrite:
      ++activity_.writes;
      served.push_back({request.tag, true, choice.at + part_.timing.write_latency + part_.burst_clocks()});
      break;
    case DramCommand::kRefresh:
      return;
  }
  ++in_turn_;
  requests.erase(requests.begin() + static_cast<std::ptrdiff_t>(choice.index));
}

}  // namespace vernier::memory
