// SPDX-License-Identifier: Apache-2.0
// Beats of AXI4-Stream ports for compilation with g++: ap_axis, ap_axiu and hls::axis with the vendor's members.
#ifndef VERNIER_SHIM_AP_AXI_SDATA_H
#define VERNIER_SHIM_AP_AXI_SDATA_H

#include <ap_int.h>

namespace hls {

/// Sideband of no width: it can be named, read as 0 and written without effect, as the vendor's can.
struct axis_disabled_signal {
  axis_disabled_signal() = default;
  template <class T>
  axis_disabled_signal(const T&) {}
  operator ap_uint<1>() const { return 0; }
};

}  // namespace hls

namespace vernier_ap {

template <int W>
struct Sideband {
  using type = ap_uint<W>;
};
template <>
struct Sideband<0> {
  using type = ::hls::axis_disabled_signal;
};

constexpr int bytes_of(int bits) { return (bits + 7) / 8; }

}  // namespace vernier_ap

namespace hls {

/// One beat: data and, a bit a byte, keep and strb; the sidebands user, id and dest as wide as asked for; last.
/// keep and strb start with all bytes valid.
template <class T, int WUser, int WId, int WDest, int WData = static_cast<int>(8 * sizeof(T))>
struct axis {
  static constexpr int kBytes = vernier_ap::bytes_of(WData);
  T data{};
  ap_uint<kBytes> keep = -1;
  ap_uint<kBytes> strb = -1;
  typename vernier_ap::Sideband<WUser>::type user{};
  ap_uint<1> last = 0;
  typename vernier_ap::Sideband<WId>::type id{};
  typename vernier_ap::Sideband<WDest>::type dest{};

  T get_data() const { return data; }
  void set_data(const T& v) { data = v; }
  ap_uint<kBytes> get_keep() const { return keep; }
  void set_keep(const ap_uint<kBytes>& v) { keep = v; }
  void keep_all() { keep = -1; }
  ap_uint<kBytes> get_strb() const { return strb; }
  void set_strb(const ap_uint<kBytes>& v) { strb = v; }
  ap_uint<1> get_last() const { return last; }
  void set_last(const ap_uint<1>& v) { last = v; }
};

}  // namespace hls

template <int D, int U, int TI, int TD>
using ap_axis = hls::axis<ap_int<D>, U, TI, TD, D>;
template <int D, int U, int TI, int TD>
using ap_axiu = hls::axis<ap_uint<D>, U, TI, TD, D>;

#endif
