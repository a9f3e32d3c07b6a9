// SPDX-License-Identifier: Apache-2.0
// hls::stream inside an emulated compute unit: as long as the hardware's, one beat a cycle, seen by the reader the cycle
// after, and whoever finds it empty or full waits. (hls/shim has the one for plain C simulation.)
#ifndef VERNIER_SHIM_HLS_STREAM_H
#define VERNIER_SHIM_HLS_STREAM_H

#include <cstddef>
#include <deque>
#include <string>

#include <vernier_unit/unit.hpp>

namespace hls {

template <typename T, int DEPTH = 0>
class stream {
 public:
  stream() = default;
  explicit stream(const char* name) : name_(name) {}
  explicit stream(const std::string& name) : name_(name) {}
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  T read() {
    read_end_.use();
    if (!has_beat()) vernier_unit::wait_for(Filled(*this));
    return take();
  }
  void read(T& beat) { beat = read(); }
  bool read_nb(T& beat) {
    if (empty()) return false;
    beat = read();
    return true;
  }
  void write(const T& beat) {
    write_end_.use();
    if (!has_room()) vernier_unit::wait_for(Room(*this));
    put(beat);
  }
  bool write_nb(const T& beat) {
    if (full()) return false;
    write(beat);
    return true;
  }
  void operator>>(T& beat) { read(beat); }
  void operator<<(const T& beat) { write(beat); }

  /// Asking again in the same cycle waits for the next, so that a loop of questions takes time.
  bool empty() {
    empty_flag_.use();
    return !has_beat();
  }
  bool full() {
    full_flag_.use();
    return !has_room();
  }
  std::size_t size() const { return beats_.size(); }
  std::size_t capacity() const { return depth_; }
  void set_name(const char* name) { name_ = name; }
  const char* get_name() const { return name_.c_str(); }

  // what the unit around the function does
  void vernier_depth(long depth) { depth_ = depth < 1 ? 1 : static_cast<std::size_t>(depth); }
  void vernier_name(const char* name) {
    if (name_.empty()) name_ = name;
  }
  void vernier_port() { port_ = true; }
  bool has_beat() const { return !beats_.empty() && beats_.front().since < vernier_unit::now(); }
  bool has_room() const {
    if (!port_ && !vernier_unit::in_parallel()) return true;
    return beats_.size() + (freed_at_ == vernier_unit::now() ? freed_ : 0) < depth_;
  }
  const T& front() const { return beats_.front().beat; }
  T take() {
    T beat = beats_.front().beat;
    beats_.pop_front();
    freed_ = freed_at_ == vernier_unit::now() ? freed_ + 1 : 1;
    freed_at_ = vernier_unit::now();
    return beat;
  }
  void put(const T& beat) { beats_.push_back({beat, vernier_unit::now()}); }

 private:
  struct Entry {
    T beat;
    vernier_unit::Cycle since;  ///< the cycle that wrote it
  };
  std::string title() const { return "stream " + (name_.empty() ? "without a name" : name_) + " (" + std::to_string(beats_.size()) + " of " + std::to_string(depth_) + " beats)"; }
  struct Filled final : vernier_unit::Wait {
    explicit Filled(const stream& s) : stream_(s) {}
    bool over() const override { return stream_.has_beat(); }
    std::string what() const override { return "a beat of " + stream_.title(); }
    const stream& stream_;
  };
  struct Room final : vernier_unit::Wait {
    explicit Room(const stream& s) : stream_(s) {}
    bool over() const override { return stream_.beats_.size() + (stream_.freed_at_ == vernier_unit::now() ? stream_.freed_ : 0) < stream_.depth_; }
    std::string what() const override { return "room in " + stream_.title(); }
    const stream& stream_;
  };

  std::deque<Entry> beats_;
  std::string name_;
  std::size_t depth_ = DEPTH > 0 ? DEPTH : 2, freed_ = 0;
  vernier_unit::Cycle freed_at_ = -1;
  bool port_ = false;  // the other end is outside of the function
  vernier_unit::Resource read_end_, write_end_, empty_flag_, full_flag_;
};

}  // namespace hls

#endif
