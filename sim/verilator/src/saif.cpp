// SPDX-License-Identifier: Apache-2.0
#include <vernier/verilator/saif.hpp>

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <vernier/core/files.hpp>

namespace vernier::verilator {
namespace {

/// What one bit did so far.
struct Bit {
  char value = 'x';
  std::uint64_t since = 0;                ///< time of `value`
  std::array<std::uint64_t, 3> time{};    ///< at 0, at 1, at neither
  std::uint64_t toggles = 0;

  void settle(std::uint64_t now) {
    time.at(value == '0' ? 0 : value == '1' ? 1 : 2) += now - since;
    since = now;
  }
  void change(char to, std::uint64_t now) {
    if (to == value) return;
    settle(now);
    if (value != 'x' && to != 'x') ++toggles;
    value = to;
  }
};

/// A variable's bits, most significant first; names of one net in several scopes share them.
struct Net {
  std::vector<Bit> bits;
};

struct Variable {
  std::string name;
  std::size_t net = 0;
  std::int64_t left = 0, right = 0;
  bool vector = false;
};

struct Scope {
  std::string name;
  std::vector<Variable> variables;
  std::vector<std::size_t> inner;
};

struct Dump {
  std::string timescale;
  std::vector<Scope> scopes{{}};  ///< the first holds the top ones
  std::vector<Net> nets;
  std::uint64_t first = 0, last = 0;
};

class VcdReader {
 public:
  explicit VcdReader(const std::filesystem::path& file) : file_(file), in_(file) {}

  Result<Dump> read() {
    if (!in_) return fail(ErrorCode::kIo, "cannot be read", file_.string());
    std::string line;
    while (std::getline(in_, line)) {
      ++number_;
      const bool good = header_ ? take_header(line) : take_change(line);
      if (!good) return fail(ErrorCode::kInvalidInput, fmt::format("line {} is not one of a VCD: {}", number_, line.substr(0, 60)), file_.string());
    }
    if (!timed_ || dump_.last == dump_.first) return fail(ErrorCode::kInvalidInput, "is a VCD in which no time passes", file_.string());
    for (auto& net : dump_.nets) {
      for (auto& bit : net.bits) bit.settle(dump_.last);
    }
    return std::move(dump_);
  }

 private:
  bool take_header(const std::string& line) {
    std::istringstream stream(line);
    const std::vector<std::string> words{std::istream_iterator<std::string>(stream), {}};
    if (words.empty()) return true;
    if (words[0] == "$scope" && words.size() >= 3) {
      dump_.scopes.push_back({words[2], {}, {}});
      dump_.scopes[open_.back()].inner.push_back(dump_.scopes.size() - 1);
      open_.push_back(dump_.scopes.size() - 1);
    } else if (words[0] == "$upscope") {
      if (open_.size() == 1) return false;
      open_.pop_back();
    } else if (words[0] == "$var") {
      return take_variable(words);
    } else if (words[0] == "$timescale" && words.size() >= 2) {
      dump_.timescale = words[1];
    } else if (words[0] == "$enddefinitions") {
      header_ = false;
    }
    return true;
  }

  // $var wire 8 id name [7:0] $end
  bool take_variable(const std::vector<std::string>& words) {
    if (words.size() < 6) return false;
    std::int64_t width = 0;
    if (!number(words[2], width) || width < 1) return false;
    const auto [entry, fresh] = ids_.try_emplace(words[3], dump_.nets.size());
    if (fresh) dump_.nets.push_back({std::vector<Bit>(static_cast<std::size_t>(width))});
    if (static_cast<std::int64_t>(dump_.nets[entry->second].bits.size()) != width) return false;
    Variable v{words[4], entry->second, width - 1, 0, width > 1};
    if (words.size() >= 7 && words[5].front() == '[') {
      const std::string_view range = std::string_view(words[5]).substr(1, words[5].size() - 2);
      const auto colon = range.find(':');
      if (!number(range.substr(0, colon), v.left)) return false;
      v.right = v.left;
      if (colon != std::string_view::npos && !number(range.substr(colon + 1), v.right)) return false;
      v.vector = true;
    }
    dump_.scopes[open_.back()].variables.push_back(std::move(v));
    return true;
  }

  bool take_change(std::string_view line) {
    if (line.empty() || line.front() == '$') return true;
    if (line.front() == '#') {
      std::uint64_t time = 0;
      if (!number(line.substr(1), time) || (timed_ && time < dump_.last)) return false;
      if (!timed_) {
        dump_.first = time;
        for (auto& net : dump_.nets) {
          for (auto& bit : net.bits) bit.since = time;
        }
      }
      timed_ = true;
      dump_.last = time;
      return true;
    }
    const bool vector = line.front() == 'b';
    const auto space = line.find(' ');
    if (vector && space == std::string_view::npos) return false;
    const auto values = vector ? line.substr(1, space - 1) : line.substr(0, 1);
    const auto net = ids_.find(std::string(line.substr(vector ? space + 1 : 1)));
    if (net == ids_.end()) return false;
    auto& bits = dump_.nets[net->second].bits;
    if (values.size() > bits.size()) return false;
    // a short value is extended on the left: by zeros, unless it begins with an unknown
    const char fill = values.front() == '0' || values.front() == '1' ? '0' : 'x';
    const auto missing = bits.size() - values.size();
    for (std::size_t i = 0; i < bits.size(); ++i) {
      const char c = i < missing ? fill : values[i - missing];
      bits[i].change(c == '0' || c == '1' ? c : 'x', dump_.last);
    }
    return true;
  }

  template <class T>
  static bool number(std::string_view text, T& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
  }

  std::filesystem::path file_;
  std::ifstream in_;
  Dump dump_;
  std::unordered_map<std::string, std::size_t> ids_;
  std::vector<std::size_t> open_{0};
  std::int64_t number_ = 0;
  bool header_ = true, timed_ = false;
};

/// Names keep to letters, digits and _ in SAIF; anything else is escaped.
std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (!plain) out += '\\';
    out += c;
  }
  return out;
}

void print(std::string& out, const Dump& dump, const Scope& scope, int depth) {
  const std::string indent(static_cast<std::size_t>(2 * depth), ' ');
  out += fmt::format("{}(INSTANCE {}\n", indent, escaped(scope.name));
  if (!scope.variables.empty()) {
    out += indent + "  (NET\n";
    for (const auto& v : scope.variables) {
      const auto& bits = dump.nets[v.net].bits;
      const std::int64_t step = v.left >= v.right ? -1 : 1;
      for (std::size_t i = 0; i < bits.size(); ++i) {
        const auto name = v.vector ? fmt::format("{}\\[{}\\]", escaped(v.name), v.left + step * static_cast<std::int64_t>(i)) : escaped(v.name);
        out += fmt::format("{}    ({} (T0 {}) (T1 {}) (TX {}) (TC {}) (IG 0))\n", indent, name, bits[i].time[0], bits[i].time[1], bits[i].time[2],
                           bits[i].toggles);
      }
    }
    out += indent + "  )\n";
  }
  for (const auto inner : scope.inner) print(out, dump, dump.scopes[inner], depth + 1);
  out += indent + ")\n";
}

}  // namespace

Result<void> write_saif(const std::filesystem::path& vcd, const std::filesystem::path& saif) {
  const auto dump = VcdReader(vcd).read();
  if (!dump) return forward_error(dump);
  const auto unit = dump->timescale.find_first_not_of("0123456789");
  std::string out = "(SAIFILE\n(SAIFVERSION \"2.0\")\n(DIRECTION \"backward\")\n(DESIGN )\n(VENDOR \"Vernier\")\n(PROGRAM_NAME \"vernier\")\n(DIVIDER / )\n";
  if (unit != std::string::npos) out += fmt::format("(TIMESCALE {} {})\n", dump->timescale.substr(0, unit), dump->timescale.substr(unit));
  out += fmt::format("(DURATION {})\n", dump->last - dump->first);
  for (const auto top : dump->scopes.front().inner) print(out, *dump, dump->scopes[top], 0);
  out += ")\n";
  return write_atomically(saif, out);
}

}  // namespace vernier::verilator
