// SPDX-License-Identifier: Apache-2.0
// From the type of a kernel function to its arguments: what each is, its registers, its pins. Included before the kernel's
// source; the packer appends a call of define().
#pragma once

#include <ap_axi_sdata.h>
#include <ap_int.h>
#include <hls_stream.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <vernier_unit/unit.hpp>

namespace vernier_unit {

/// What the packer read in the source; the rest follows from the types.
struct ArgumentText {
  const char* name;
  const char* port;
  long offset;  ///< of its register; negative: where Vitis HLS puts it
};

enum class Kind : std::uint8_t { kScalar, kOutput, kMemory, kStreamIn, kStreamOut, kRefused };

/// A stream's beat as bytes of its signals: data, keep, strb, last, user, id, dest.
inline constexpr std::size_t kFields = 7;
using Beat = std::array<std::array<unsigned char, 128>, kFields>;

/// One argument of the function, seen from the unit.
class Argument {
 public:
  virtual ~Argument() = default;
  Kind kind = Kind::kRefused;
  std::string refusal;                           ///< of kRefused
  std::uint32_t bytes = 0;                       ///< of a register: 4 or 8
  std::array<std::uint32_t, kFields> bits{};     ///< of a stream's signals
  virtual void set(std::uint64_t) {}             ///< scalar: the register's value; memory: a pointer
  virtual void write_register() {}               ///< a pointer stands for a register that the function writes
  [[nodiscard]] virtual std::uint64_t result() const { return 0; }  ///< output: what the function left there
  // the outer end of a stream
  [[nodiscard]] virtual bool has_beat() const { return false; }
  [[nodiscard]] virtual bool has_room() const { return false; }
  virtual void take(Beat&) {}
  virtual void look(Beat&) const {}
  virtual void put(const Beat&) {}

 protected:
  Argument() = default;
};

/// Bits of a value in a row of bytes: of ap_ types their width, of others their storage.
template <class T, class = void>
struct Raw {
  static constexpr std::uint32_t bits = 8 * sizeof(T);
  static void out(const T& v, unsigned char* bytes) { std::memcpy(bytes, &v, sizeof v); }
  static void in(T& v, const unsigned char* bytes) { std::memcpy(static_cast<void*>(&v), bytes, sizeof v); }
};
template <class T>
struct Raw<T, std::void_t<decltype(T::kWords), decltype(T::width)>> {
  static constexpr std::uint32_t bits = T::width;
  static void out(const T& v, unsigned char* bytes) {
    for (int i = 0; i < T::kWords; ++i) {
      std::uint64_t word = v.word(i);
      if (64 * (i + 1) > T::width && T::width % 64 != 0) word &= (std::uint64_t(1) << T::width % 64) - 1;
      std::memcpy(bytes + 8 * i, &word, sizeof word);
    }
  }
  static void in(T& v, const unsigned char* bytes) {
    for (int i = 0; i < T::kWords; ++i) {
      std::uint64_t word;
      std::memcpy(&word, bytes + 8 * i, sizeof word);
      v.set_word(i, word);
    }
    v.wrap();
  }
};

/// The signals of a beat.
template <class T>
struct Signals {
  static std::array<std::uint32_t, kFields> bits() { return {(Raw<T>::bits + 7) / 8 * 8}; }
  static void out(const T& v, Beat& b) { Raw<T>::out(v, b[0].data()); }
  static void in(T& v, const Beat& b) { Raw<T>::in(v, b[0].data()); }
};
template <class T, int U, int I, int D, int W>
struct Signals<hls::axis<T, U, I, D, W>> {
  using Axis = hls::axis<T, U, I, D, W>;
  static std::array<std::uint32_t, kFields> bits() {
    return {(W + 7) / 8 * 8, std::uint32_t(Axis::kBytes), std::uint32_t(Axis::kBytes), 1, std::uint32_t(U), std::uint32_t(I), std::uint32_t(D)};
  }
  template <class V>
  static void side_out(const V& v, unsigned char* b) {
    if constexpr (!std::is_same_v<V, hls::axis_disabled_signal>) Raw<V>::out(v, b);
  }
  template <class V>
  static void side_in(V& v, const unsigned char* b) {
    if constexpr (!std::is_same_v<V, hls::axis_disabled_signal>) Raw<V>::in(v, b);
  }
  static void out(const Axis& v, Beat& b) {
    Raw<T>::out(v.data, b[0].data());
    side_out(v.keep, b[1].data()), side_out(v.strb, b[2].data()), side_out(v.last, b[3].data());
    side_out(v.user, b[4].data()), side_out(v.id, b[5].data()), side_out(v.dest, b[6].data());
  }
  static void in(Axis& v, const Beat& b) {
    Raw<T>::in(v.data, b[0].data());
    side_in(v.keep, b[1].data()), side_in(v.strb, b[2].data()), side_in(v.last, b[3].data());
    side_in(v.user, b[4].data()), side_in(v.id, b[5].data()), side_in(v.dest, b[6].data());
  }
};

/// Bits of a value that a register of up to 64 bits holds.
template <class T>
constexpr bool kFitsRegister = Raw<T>::bits <= 64 && std::is_trivially_copyable_v<T>;
template <class T>
constexpr std::uint32_t kRegisterBytes = Raw<T>::bits > 32 ? 8 : 4;
template <class T>
std::uint64_t register_of(const T& v) {
  std::uint64_t value = 0;
  unsigned char raw[8] = {};
  if constexpr (kFitsRegister<T>) Raw<T>::out(v, raw);
  std::memcpy(&value, raw, sizeof value);
  return value;
}

/// By value, or by reference to const; a reference that the function may write is a register of its own.
template <class T>
class Value final : public Argument {
 public:
  using Held = std::remove_cv_t<std::remove_reference_t<T>>;
  Value() {
    if (!kFitsRegister<Held>) refusal = "a value of more than 64 bits";
    else kind = std::is_lvalue_reference_v<T> && !std::is_const_v<std::remove_reference_t<T>> ? Kind::kOutput : Kind::kScalar;
    bytes = kRegisterBytes<Held>;
  }
  void set(std::uint64_t value) override {
    if constexpr (kFitsRegister<Held>) {
      unsigned char raw[8];
      std::memcpy(raw, &value, sizeof raw);
      Raw<Held>::in(held_, raw);
    }
  }
  std::uint64_t result() const override { return register_of(held_); }
  Held& get() { return held_; }

 private:
  Held held_{};
};

template <class T>
class Pointer final : public Argument {
 public:
  using Held = std::remove_cv_t<T>;
  Pointer() {
    kind = Kind::kMemory;
    bytes = 8;
  }
  void write_register() override {
    kind = Kind::kRefused;
    if (std::is_const_v<T>) refusal = "a pointer to const: a register that the function reads is a value";
    else if (!kFitsRegister<Held>) refusal = "a register of more than 64 bits";
    else kind = Kind::kOutput;
    bytes = kRegisterBytes<Held>;
    pointer_ = &held_;
  }
  void set(std::uint64_t value) override { pointer_ = reinterpret_cast<T*>(value); }
  std::uint64_t result() const override { return register_of(held_); }
  T* get() { return pointer_; }

 private:
  T* pointer_ = nullptr;
  Held held_{};
};

template <class T, int DEPTH>
class StreamEnd final : public Argument {
 public:
  StreamEnd() {
    kind = Kind::kStreamIn;  // which way it flows the packer decides
    bits = Signals<T>::bits();
    stream_.vernier_port();
  }
  bool has_beat() const override { return stream_.has_beat(); }
  bool has_room() const override { return stream_.has_room(); }
  void look(Beat& b) const override { Signals<T>::out(stream_.front(), b); }
  void take(Beat& b) override { Signals<T>::out(stream_.take(), b); }
  void put(const Beat& b) override {
    T beat{};
    Signals<T>::in(beat, b);
    stream_.put(beat);
  }
  hls::stream<T, DEPTH>& get() { return stream_; }
  void name(const char* text) { stream_.set_name(text); }

 private:
  hls::stream<T, DEPTH> stream_;
};

template <class T>
struct HolderOf {
  using type = Value<T>;
};
template <class T>
struct HolderOf<T*> {
  using type = Pointer<T>;
};
template <class T, int DEPTH>
struct HolderOf<hls::stream<T, DEPTH>&> {
  using type = StreamEnd<T, DEPTH>;
};

/// The kernel function with a place for every argument.
class Function {
 public:
  virtual ~Function() = default;
  std::string name;
  std::string protocol;
  std::vector<ArgumentText> texts;
  std::vector<Argument*> arguments;
  virtual void call() = 0;

 protected:
  Function() = default;
};

template <class F>
class FunctionOf;
template <class... A>
class FunctionOf<void (*)(A...)> final : public Function {
 public:
  explicit FunctionOf(void (*f)(A...)) : function_(f) {
    std::apply([this](auto&... holder) { (arguments.push_back(&holder), ...); }, holders_);
  }
  void call() override {
    std::apply([this](auto&... holder) { function_(holder.get()...); }, holders_);
  }

 private:
  void (*function_)(A...);
  std::tuple<typename HolderOf<A>::type...> holders_;
};

/// The function of this shared object; defined by what the packer appends.
[[nodiscard]] Function& the_function();

template <class F>
Function& define(F function, const char* name, const char* protocol, std::vector<ArgumentText> texts) {
  static FunctionOf<F> all(function);
  all.name = name;
  all.protocol = protocol;
  all.texts = std::move(texts);
  for (std::size_t i = 0; i < all.texts.size(); ++i) {
    if (all.arguments[i]->kind == Kind::kMemory && std::string(all.texts[i].port) == "s_axi_control") all.arguments[i]->write_register();
  }
  return all;
}

}  // namespace vernier_unit
