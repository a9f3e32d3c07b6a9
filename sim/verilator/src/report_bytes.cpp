// SPDX-License-Identifier: Apache-2.0
#include "report_bytes.hpp"

#include <cstring>
#include <type_traits>

namespace vernier::verilator {
namespace {

class Writer {
 public:
  template <class T>
  void put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto* at = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), at, at + sizeof(T));
  }
  void put(const std::string& text) {
    put(text.size());
    const auto* at = reinterpret_cast<const std::byte*>(text.data());
    bytes_.insert(bytes_.end(), at, at + text.size());
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}
  template <class T>
  T get() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    if (has(sizeof(T))) std::memcpy(&value, bytes_.data(), sizeof(T));
    skip(sizeof(T));
    return value;
  }
  std::string text() {
    const auto n = get<std::size_t>();
    std::string value;
    if (has(n)) value.assign(reinterpret_cast<const char*>(bytes_.data()), n);
    skip(n);
    return value;
  }
  [[nodiscard]] bool has(std::size_t n) const { return bytes_.size() >= n; }
  [[nodiscard]] bool whole() const { return whole_ && bytes_.empty(); }

 private:
  void skip(std::size_t n) {
    whole_ = whole_ && has(n);
    bytes_ = bytes_.subspan(std::min(n, bytes_.size()));
  }
  std::span<const std::byte> bytes_;
  bool whole_ = true;
};

}  // namespace

std::vector<std::byte> bytes_of(const Result<runtime::RunReport>& report) {
  Writer w;
  w.put(report.has_value());
  if (!report) {
    w.put(report.error().code);
    w.put(report.error().what);
    w.put(report.error().where);
    return w.take();
  }
  w.put(report->cycles.count());
  w.put(report->activity.counts);
  w.put(report->dram.has_value());
  if (report->dram) w.put(*report->dram);
  w.put(report->wall_s);
  w.put(report->array_body);
  w.put(report->trace.size());
  for (const auto& t : report->trace) w.put(t);
  return w.take();
}

Result<runtime::RunReport> report_of(std::span<const std::byte> bytes) {
  Reader r(bytes);
  const auto broken = [] { return fail(ErrorCode::kUnavailable, "the process that simulated it sent no whole report", "ruler rtl"); };
  if (!r.get<bool>()) {
    Error error{r.get<ErrorCode>(), r.text(), r.text()};
    if (!r.whole()) return broken();
    return tl::unexpected<Error>(std::move(error));
  }
  runtime::RunReport report;
  report.cycles = Cycles{r.get<std::int64_t>()};
  report.activity.counts = r.get<decltype(report.activity.counts)>();
  if (r.get<bool>()) report.dram = r.get<memory::DramActivity>();
  report.wall_s = r.get<double>();
  report.array_body = r.text();
  const auto commands = r.get<std::size_t>();
  if (!r.has(commands * sizeof(runtime::CommandTrace))) return broken();
  for (std::size_t i = 0; i < commands; ++i) report.trace.push_back(r.get<runtime::CommandTrace>());
  if (!r.whole()) return broken();
  return report;
}

}  // namespace vernier::verilator
