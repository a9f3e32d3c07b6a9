// SPDX-License-Identifier: Apache-2.0
#include "memory_window.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

namespace vernier_unit {
namespace {
constexpr std::uint64_t kBefore = MemoryWindow::kSlotBytes / 4;  // room for negative indices
constexpr std::uint64_t kPage = 4096, kPageLines = kPage / kLineBytes;
constexpr std::uint64_t kBlockLines = (std::uint64_t{128} << 10) / kLineBytes;  // every bank is whole blocks: reading ahead stays within
constexpr std::uint64_t kMostAhead = 8 * kBurstLines;

std::uint64_t bits(std::uint64_t from, std::uint64_t to) { return (to == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << to) - 1) & ~((std::uint64_t{1} << from) - 1); }
}  // namespace

char* MemoryWindow::begin(std::uint64_t device) {
  if (lowest_ != nullptr) {
    char* page = slot_ + (static_cast<std::uint64_t>(lowest_ - slot_) / kPage) * kPage;
    ::madvise(page, static_cast<std::size_t>(highest_ - page), MADV_DONTNEED);
  }
  lowest_ = highest_ = nullptr;
  device_ = device;
  pointer_ = slot_ + kBefore + device % kPage;  // as aligned as the device's address
  walks_ = {};
  guess_ = kBurstLines;
  dirty_begin_ = dirty_end_ = 0;
  written_line_ = ~std::uint64_t{0};
  written_.clear();
  return pointer_;
}

void MemoryWindow::access(const char* p, std::size_t size, bool write) {
  char* first = const_cast<char*>(p);
  if (lowest_ == nullptr || first < lowest_) lowest_ = first;
  highest_ = std::max(highest_, first + size);
  const std::uint64_t device = device_of(p);
  if (write) return note_written(device, size);
  for (std::uint64_t line = device / kLineBytes; line <= (device + size - 1) / kLineBytes; ++line) need(line);
}

struct MemoryWindow::Arrival final : Wait {
  Arrival(const MemoryWindow& w, const Walk& walk, std::uint64_t line) : window(w), of(walk), serial(walk.serial), wanted(line) {}
  // another process may have taken the walk over; what it asked for comes all the same, one behind the other
  bool over() const override { return of.serial != serial || of.arrived > wanted; }
  std::string what() const override { return "what it reads through " + window.name_ + " (" + window.port_.name() + ")"; }
  const MemoryWindow& window;
  const Walk& of;
  std::uint64_t serial, wanted;
};

void MemoryWindow::need(std::uint64_t line) {
  for (;;) {
    Walk& walk = walk_to(line);
    walk.last_use = ++uses_;
    if (line != walk.at || walk.used == 0) {
      walk.at = line;
      ++walk.used;
      port_.read_beats.use();
      // neighbours were read one behind another long enough: ask for more than was guessed
      if (walk.used >= 2 && 2 * walk.used >= guess_) {
        const std::uint64_t ahead = std::min(2 * walk.used, kMostAhead);
        if (line + ahead > walk.requested) ask(walk, line, std::max(line + ahead - walk.requested, kBurstLines));
      }
    }
    if (walk.arrived > line && walk.first <= line) return;
    const Arrival arrival(*this, walk, line);
    wait_for(arrival);
    if (walk.serial == arrival.serial) return;
  }
}

MemoryWindow::Walk& MemoryWindow::walk_to(std::uint64_t line) {
  for (auto& walk : walks_) {
    if (walk.used == 0 || line < walk.first || line > walk.requested) continue;
    if (line == walk.requested) ask(walk, line, kBurstLines);
    return walk;
  }
  auto& walk = *std::min_element(walks_.begin(), walks_.end(), [](const Walk& a, const Walk& b) { return a.last_use < b.last_use; });
  if (walk.used > 0) guess_ = std::clamp<std::uint64_t>(walk.used, 1, kBurstLines);  // rows are as long as the row before
  walk = {};
  walk.serial = ++serial_;
  walk.first = walk.requested = walk.arrived = line;
  ask(walk, line, guess_);
  return walk;
}

/// Bursts of at most 16 lines, none across a page, none beyond the block of the line that is read: it may end its bank.
void MemoryWindow::ask(Walk& walk, std::uint64_t line, std::uint64_t lines) {
  const std::uint64_t end = std::min(walk.requested + lines, (line / kBlockLines + 1) * kBlockLines);
  while (walk.requested < end) {
    const std::uint64_t page_end = (walk.requested / kPageLines + 1) * kPageLines;
    const std::uint64_t burst = std::min({end - walk.requested, kBurstLines, page_end - walk.requested});
    port_.read({walk.requested, burst, [this, &walk, serial = walk.serial](std::uint64_t line, const Line& data) {
                  fill(line, data);
                  if (walk.serial == serial) walk.arrived = line + 1;
                }});
    walk.requested += burst;
  }
}

void MemoryWindow::fill(std::uint64_t line, const Line& data) {
  char* to = place(line * kLineBytes);
  if (to < slot_ || to + kLineBytes > slot_ + kSlotBytes) return;
  if (lowest_ == nullptr || to < lowest_) lowest_ = to;
  highest_ = std::max(highest_, to + kLineBytes);
  const auto own = written_.find(line);
  if (own == written_.end()) {
    std::memcpy(to, data.data(), kLineBytes);
    return;
  }
  for (std::uint64_t i = 0; i < kLineBytes; ++i) {
    if ((own->second >> i & 1) == 0) to[i] = static_cast<char>(data[i]);
  }
}

void MemoryWindow::note_written(std::uint64_t device, std::size_t size) {
  const bool joins = dirty_end_ > dirty_begin_ && device >= dirty_begin_ && device <= dirty_end_;
  if (dirty_end_ > dirty_begin_ && (!joins || dirty_end_ - dirty_begin_ >= kBurstLines * kLineBytes)) flush();
  if (dirty_end_ == dirty_begin_) dirty_begin_ = dirty_end_ = device;
  dirty_end_ = std::max(dirty_end_, device + size);
  for (std::uint64_t line = device / kLineBytes; line <= (device + size - 1) / kLineBytes; ++line) {
    if (line != written_line_) port_.write_beats.use();
    written_line_ = line;
    const std::uint64_t begin = line * kLineBytes;
    written_[line] |= bits(device > begin ? device - begin : 0, std::min(device + size - begin, kLineBytes));
  }
}

void MemoryWindow::flush() {
  const std::uint64_t begin = dirty_begin_, end = dirty_end_;
  dirty_begin_ = dirty_end_ = 0;
  MemoryPort::Write burst;
  for (std::uint64_t line = begin / kLineBytes; line * kLineBytes < end; ++line) {
    if (burst.data.empty()) burst.line = line;
    const std::uint64_t from = line * kLineBytes;
    std::memcpy(burst.data.emplace_back().data(), place(from), kLineBytes);
    burst.strobes.push_back(bits(begin > from ? begin - from : 0, std::min(end - from, kLineBytes)));
    if (burst.data.size() < kBurstLines && (line + 1) % kPageLines != 0 && from + kLineBytes < end) continue;
    port_.write(std::move(burst));
    burst = {};
  }
}

}  // namespace vernier_unit
