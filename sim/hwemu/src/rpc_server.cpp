// SPDX-License-Identifier: Apache-2.0
#include <vernier/hwemu/rpc_server.hpp>

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include <vernier/hwemu/wire.hpp>

namespace vernier::hwemu {
namespace {

/// Function numbers of the driver's protocol, where an answer needs more than "done".
enum Api : std::uint32_t {
  kClose = 1, kAlloc = 4, kFree = 5, kHostToDevice = 6, kDeviceToHost = 7, kWriteRam = 8, kWriteControl = 9, kReadRam = 10, kReadControl = 11,
  kRegWrite = 12, kRegRead = 13, kCounters = 14, kTraceCount = 15, kTrace = 16, kTimestamp = 17, kDebugMessages = 19, kSetEnvironment = 20,
  kHostRead = 34, kHostWrite = 35,
};

constexpr std::int64_t kCyclesPerLook = 256;
constexpr std::uint64_t kLongestTransfer = std::uint64_t{128} << 20;

}  // namespace

/// The numbered fields of any call: the last value and the last bytes of each.
struct RpcServer::Arguments {
  static constexpr std::size_t kFields = 9;
  std::array<std::uint64_t, kFields> value{};
  std::array<std::span<const std::byte>, kFields> bytes{};
};

Result<void> RpcServer::serve(const std::filesystem::path& folder, const RunSettings& settings) {
  auto device = Device::open(folder, this, settings);
  if (!device) return forward_error(device);
  device_ = std::move(*device);
  while (!closed_) {
    if (!calls_.readable(device_->running() ? 0 : -1)) {
      if (auto r = device_->advance(kCyclesPerLook); !r) return r;
      continue;
    }
    const auto call = calls_.receive();
    if (!call && call.error().code == ErrorCode::kUnavailable) return {};  // the host has gone; nobody is left to tell
    if (!call) return forward_error(call);
    device_->faults().before_answer(++calls_seen_);
    if (auto r = answer(*call); !r) return r;
  }
  return {};
}

Result<void> RpcServer::answer(const Call& call) {
  Arguments arguments;
  WireReader reader(call.body);
  while (const auto field = reader.next()) {
    if (field->number >= Arguments::kFields) continue;
    arguments.value[field->number] = field->value;
    arguments.bytes[field->number] = field->bytes;
  }
  if (reader.bad()) return fail(ErrorCode::kInvalidInput, "malformed message", fmt::format("call {} of the host", call.api));
  WireWriter writer(calls_.reply_body());
  switch (call.api) {
    case kHostToDevice: case kDeviceToHost:
      if (auto r = answer_memory(call, arguments); !r) return r;
      break;
    case kWriteControl: case kReadControl: case kWriteRam: case kReadRam: case kRegWrite: case kRegRead:
      if (auto r = answer_registers(call, arguments); !r) return r;
      break;
    case kTimestamp: writer.varint(1, static_cast<std::uint64_t>(device_->cycle())); break;
    case kCounters: case kTraceCount: case kTrace: case kDebugMessages: break;  // every field is optional, there is nothing to report
    case kClose: closed_ = true; [[fallthrough]];
    default: writer.varint(1, 1); break;  // acknowledged: the host keeps the books of its buffers itself
  }
  if (auto r = calls_.reply(); !r) return closed_ ? Result<void>{} : r;
  if (closed_) (void)to_host_.call(kClose, {});  // ends the driver's thread; it may have ended before
  return {};
}

Result<void> RpcServer::answer_memory(const Call& call, const Arguments& a) {
  WireWriter writer(calls_.reply_body());
  if (call.api == kHostToDevice) {  // dest 3, src 4, size 5, seek 6
    const std::uint64_t size = std::min<std::uint64_t>(a.value[5], a.bytes[4].size());
    device_->write_memory(a.value[3] + a.value[6], a.bytes[4].first(size));
    writer.varint(1, size);
    return {};
  }
  if (a.value[5] > kLongestTransfer) {  // src 4, size 5, skip 6
    return fail(ErrorCode::kInvalidInput, fmt::format("read of {} bytes; at most {}", a.value[5], kLongestTransfer), "call of the host");
  }
  writer.varint(1, a.value[5]);
  device_->read_memory(a.value[4] + a.value[6], writer.bytes(2, a.value[5]));
  return {};
}

Result<void> RpcServer::answer_registers(const Call& call, const Arguments& a) {
  WireWriter writer(calls_.reply_body());
  const bool relative = call.api == kRegWrite || call.api == kRegRead;  // base 1, offset 2 in place of addr 2
  const std::uint64_t address = relative ? a.value[1] + a.value[2] : a.value[2];
  if (call.api == kWriteControl || call.api == kRegWrite) {
    if (auto r = device_->write_registers(address, a.bytes[relative ? 3 : 4]); !r) return r;
    writer.varint(1, 1);
    return {};
  }
  if (call.api == kWriteRam) {
    device_->write_memory(address, a.bytes[4]);
    writer.varint(1, 1);
    return {};
  }
  constexpr std::uint64_t kLargestBlock = 65536;  // the register space of a kernel
  if (a.value[3] > kLargestBlock) return fail(ErrorCode::kInvalidInput, fmt::format("register block of {} bytes", a.value[3]), "call of the host");
  writer.varint(1, 1);
  const auto room = writer.bytes(2, a.value[3]);
  if (call.api == kReadRam) {
    device_->read_memory(address, room);
    return {};
  }
  return device_->read_registers(address, room);
}

Result<void> RpcServer::fetch(std::uint64_t address, std::uint64_t size, bool writes) {
  std::vector<std::byte> body;
  WireWriter writer(body);
  writer.varint(1, address);
  writer.varint(2, size);
  if (auto r = to_host_.call(kHostRead, body); !r) return r;
  const auto reply = to_host_.answer();
  if (!reply) return forward_error(reply);
  WireReader reader(reply->body);
  while (const auto field = reader.next()) {
    if (field->number != 2) continue;
    // what stands between two bursts under way, piece by piece
    const std::uint64_t end = address + std::min<std::size_t>(field->bytes.size(), size);
    for (std::uint64_t at = address; at < end;) {
      std::uint64_t next = end;
      bool taken = false;
      for (const auto& range : written_) {
        if (range.begin <= at && at < range.end) next = std::min(next, range.end), taken = true;
        else if (range.begin > at) next = std::min(next, range.begin);
      }
      if (!taken) device_->write_memory(at, field->bytes.subspan(at - address, next - at));
      at = next;
    }
  }
  if (writes) written_.push_back({address, address + size});
  return {};
}

Result<void> RpcServer::flush(std::uint64_t address, std::uint64_t size) {
  const auto range = std::ranges::find_if(written_, [&](const Range& r) { return r.begin == address && r.end == address + size; });
  if (range != written_.end()) written_.erase(range);
  std::vector<std::byte> body;
  WireWriter writer(body);
  writer.varint(1, address);
  writer.varint(2, size);
  device_->read_memory(address, writer.bytes(3, size));
  if (auto r = to_host_.call(kHostWrite, body); !r) return r;
  const auto reply = to_host_.answer();
  if (!reply) return forward_error(reply);
  return {};
}

}  // namespace vernier::hwemu
