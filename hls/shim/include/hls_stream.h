// SPDX-License-Identifier: Apache-2.0
// hls::stream for compilation with g++: names and behaviour of the vendor's C simulation, where streams are unbounded
// and processes of a dataflow region run one after another.
#ifndef VERNIER_SHIM_HLS_STREAM_H
#define VERNIER_SHIM_HLS_STREAM_H

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <limits>
#include <string>

namespace hls {

/// DEPTH counts in hardware alone: full() is never true here.
template <typename T, int DEPTH = 0>
class stream {
 public:
  stream() : name_("unnamed") {}
  explicit stream(const char* name) : name_(name) {}
  explicit stream(const std::string& name) : name_(name) {}
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;
  /// What nobody read is an error of the design: on hardware it stays and is read in the next call.
  ~stream() {
    if (!beats_.empty()) std::fprintf(stderr, "hls::stream '%s': %zu beats were never read\n", name_.c_str(), beats_.size());
  }

  /// A read that can never be answered would hang the hardware; here it ends the program and names the stream.
  T read() {
    if (beats_.empty()) {
      std::fprintf(stderr, "hls::stream '%s': read while empty, and no process is left that could write to it\n", name_.c_str());
      std::abort();
    }
    T beat = beats_.front();
    beats_.pop_front();
    return beat;
  }
  void read(T& beat) { beat = read(); }
  bool read_nb(T& beat) {
    if (beats_.empty()) return false;
    beat = read();
    return true;
  }
  void write(const T& beat) { beats_.push_back(beat); }
  bool write_nb(const T& beat) {
    write(beat);
    return true;
  }
  void operator>>(T& beat) { read(beat); }
  void operator<<(const T& beat) { write(beat); }

  bool empty() const { return beats_.empty(); }
  bool full() const { return false; }
  std::size_t size() const { return beats_.size(); }
  std::size_t capacity() const { return static_cast<std::size_t>(std::numeric_limits<int>::max()); }
  void set_name(const char* name) { name_ = name; }
  const char* get_name() const { return name_.c_str(); }

 private:
  std::deque<T> beats_;
  std::string name_;
};

}  // namespace hls

#endif
