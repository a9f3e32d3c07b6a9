// SPDX-License-Identifier: Apache-2.0
#include <vernier/hwemu/stream_link.hpp>

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace vernier::hwemu {
namespace {
constexpr const char* kFieldNames[] = {"tdata", "tkeep", "tstrb", "tlast", "tuser", "tid", "tdest"};
enum Field : std::uint8_t { kData, kKeep, kStrobe };
constexpr unsigned kWidestBits = 1024;

std::size_t bytes_of(const Signal& signal) { return (signal.bits() + 7) / 8; }
}  // namespace

Result<StreamLink::End> StreamLink::end_of(const KernelModel& model, const std::string& unit, const std::string& port) {
  End end{model.port(port + "_tvalid"), model.port(port + "_tready"), {}};
  for (std::size_t i = 0; i < kFields; ++i) end.field[i] = model.port(port + "_" + kFieldNames[i]);
  if (!end.valid.present()) return fail(ErrorCode::kInvalidInput, fmt::format("the top module has no stream {}", port), unit);
  for (const auto& field : end.field) {
    if (field.bits() > kWidestBits) return fail(ErrorCode::kUnsupported, fmt::format("stream {} is {} bits wide; at most {}", port, field.bits(), kWidestBits), unit);
  }
  return end;
}

Result<StreamLink> StreamLink::connect(const Link& link, const KernelModel& writer, const KernelModel& reader) {
  StreamLink self;
  self.link_ = link;
  auto from = end_of(writer, link.writer, link.writer_port);
  if (!from) return forward_error(from);
  auto to = end_of(reader, link.reader, link.reader_port);
  if (!to) return forward_error(to);
  self.writer_ = *from;
  self.reader_ = *to;
  const unsigned out = from->field[kData].bits(), in = to->field[kData].bits();
  if (out != in) {
    return fail(ErrorCode::kUnsupported, fmt::format("is {} bits wide, {}.{} is {}: widths must be equal", out, link.reader, link.reader_port, in),
                link.writer + "." + link.writer_port);
  }
  return self;
}

void StreamLink::drive() const {
  writer_.ready.set(beats_.size() < link_.depth ? 1 : 0);
  reader_.valid.set(beats_.empty() ? 0 : 1);
  if (beats_.empty()) return;
  for (std::size_t i = 0; i < kFields; ++i) reader_.field[i].copy_in(beats_.front()[i].data(), std::min<std::size_t>(bytes_of(reader_.field[i]), 128));
}

void StreamLink::sample_writer() {
  offers_ = writer_.valid.get() != 0;
  put_ = offers_ && beats_.size() < link_.depth;
  if (!put_) return;
  for (std::size_t i = 0; i < kFields; ++i) {
    auto& bytes = offered_[i];
    // absent sidebands: every byte counts, no packet ends
    const bool ones = !writer_.field[i].present() && (i == kKeep || i == kStrobe);
    bytes.fill(ones ? 0xFF : 0);
    writer_.field[i].copy_out(bytes.data(), bytes_of(writer_.field[i]));
    // bits above a port's width must stay zero
    const unsigned bits = reader_.field[i].bits();
    if (bits % 8 != 0) bytes[bits / 8] &= static_cast<unsigned char>((1U << bits % 8) - 1);
  }
}

void StreamLink::sample_reader() {
  wants_ = !reader_.ready.present() || reader_.ready.get() != 0;
  taken_ = wants_ && !beats_.empty();
}

bool StreamLink::step() {
  const bool moved = put_ || taken_;
  if (taken_) beats_.pop_front();
  if (put_) beats_.push_back(offered_);
  put_ = taken_ = false;
  return moved;
}

std::string StreamLink::state() const {
  return fmt::format("{}.{} to {}.{}: {} of {} beats wait{}{}", link_.writer, link_.writer_port, link_.reader, link_.reader_port, beats_.size(),
                     link_.depth, offers_ ? ", the writer offers one" : "", wants_ ? ", the reader is ready" : "");
}

}  // namespace vernier::hwemu
