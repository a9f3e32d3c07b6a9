// SPDX-License-Identifier: Apache-2.0
#include "assertions_bench.hpp"

#include <Vtb_assertions___024root.h>
#include <unistd.h>
#include <verilated_vpi.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <sstream>

namespace vernier::test {
namespace {

constexpr std::string_view kTop = "TOP.assertions_bench.";

/// What is printed to standard output while `work` runs: that is where failing assertions go.
template <class Work>
std::string printed_by(Work work) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), std::fclose);
  std::fflush(stdout);
  const int before = dup(STDOUT_FILENO);
  if (!file || before < 0 || dup2(fileno(file.get()), STDOUT_FILENO) < 0) std::abort();
  work();
  std::fflush(stdout);
  if (dup2(before, STDOUT_FILENO) < 0) std::abort();
  close(before);
  std::rewind(file.get());
  std::string text;
  std::array<char, 4096> part{};
  while (const std::size_t n = std::fread(part.data(), 1, part.size(), file.get())) {
    text.append(part.data(), n);
  }
  return text;
}

std::span<const spec::Field> fields_of(std::string_view word) {
  if (word == "header") return spec::header::kFields;
  if (word == "load") return spec::load::kFields;
  if (word == "store") return spec::store::kFields;
  if (word == "matrix") return spec::matrix::kFields;
  if (word == "vector") return spec::vector::kFields;
  if (word == "softmax") return spec::softmax::kFields;
  if (word == "depthwise") return spec::depthwise::kFields;
  return {};
}

std::optional<spec::Field> field_of(std::string_view word, std::string_view name) {
  for (const auto& field : fields_of(word)) {
    if (field.name == name) return field;
  }
  return std::nullopt;
}

std::string hex(std::uint64_t value) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
  return text.data();
}

std::string hex(const spec::Word& word) {
  std::string text;
  for (auto w = word.words.rbegin(); w != word.words.rend(); ++w) text += hex(*w);
  return text;
}

/// A word of the memory at `path` if it ends in [index], else the variable; null if there is none.
vpiHandle find(std::string path) {
  std::optional<int> index;
  if (const auto bracket = path.find('['); bracket != std::string::npos) {
    index = std::atoi(path.c_str() + bracket + 1);
    path.resize(bracket);
  }
  path.insert(0, kTop);
  vpiHandle handle = vpi_handle_by_name(path.data(), nullptr);
  if (!handle || !index) return handle;
  vpiHandle word = vpi_handle_by_index(handle, *index);
  vpi_release_handle(handle);
  return word;
}

bool put(const std::string& path, std::string digits) {
  vpiHandle handle = find(path);
  if (!handle) return false;
  // a value that does not fit would be cut, and the case would test something else than it says
  const auto bits = static_cast<std::size_t>(vpi_get(vpiSize, handle));
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  const bool fits =
      digits.size() * 4 <= bits ||
      (digits.size() <= 16 && bits < 64 && std::stoull(digits, nullptr, 16) >> bits == 0);
  if (fits) {
    s_vpi_value value{};
    value.format = vpiHexStrVal;
    if (digits.empty()) digits = "0";
    value.value.str = digits.data();
    vpi_put_value(handle, &value, nullptr, vpiNoDelay);
  }
  vpi_release_handle(handle);
  return fits;
}

}  // namespace

AssertionsBench::AssertionsBench() : model_(&context_) {
  context_.fatalOnError(false);
  model_.rst_ni = 0;
  (void)clock();
  (void)clock();
  model_.rst_ni = 1;
  (void)clock();
}

std::vector<std::string> AssertionsBench::clock() {
  std::istringstream lines(printed_by([this] {
    model_.clk_i = 0;
    model_.eval();
    model_.clk_i = 1;
    model_.eval();
  }));
  std::vector<std::string> failed;
  const std::string mark = "[ASSERT] " + std::string(kTop);
  for (std::string line; std::getline(lines, line);) {
    if (const auto at = line.find(mark); at != std::string::npos) {
      failed.push_back(line.substr(at + mark.size()));
    }
  }
  return failed;
}

std::string AssertionsBench::set(std::string_view module, std::string_view step) {
  const std::string instance = "u_" + std::string(module.substr(4));
  std::istringstream words{std::string(step)};
  for (std::string word; words >> word;) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) return word;
    const std::uint64_t value = std::strtoull(word.c_str() + equals + 1, nullptr, 0);
    if (!assign(instance, word.substr(0, equals), value)) return word;
  }
  return {};
}

bool AssertionsBench::assign(const std::string& instance, std::string target, std::uint64_t value) {
  if (target.starts_with("force.")) return force(instance + target.substr(5), value);
  const std::string path = instance + "." + target;
  const auto name_at = path.rfind('.');
  const auto word_at = path.rfind('.', name_at - 1);
  if (word_at != std::string::npos) {
    const std::string word = path.substr(word_at + 1, name_at - word_at - 1);
    if (!fields_of(word).empty()) {
      const auto field = field_of(word, path.substr(name_at + 1));
      if (!field || !spec::fits(*field, value)) return false;
      auto& held = words_[path.substr(0, word_at)];
      spec::set(held, *field, value);
      return put(path.substr(0, word_at), hex(held));
    }
  }
  return put(path, hex(value));
}

bool AssertionsBench::force(std::string_view path, std::uint64_t value) {
  const auto on = [value](CData& enable, CData& to) {
    enable = 0xFF;
    to = static_cast<CData>(value);
    return true;
  };
  auto& root = *model_.rootp;
  if (path == "u_abuf.rd_gnt_o") {
    return on(root.assertions_bench__DOT__u_abuf__DOT__rd_gnt_o__VforceEn,
              root.assertions_bench__DOT__u_abuf__DOT__rd_gnt_o__VforceVal);
  }
  if (path == "u_abuf.wr_gnt_o") {
    return on(root.assertions_bench__DOT__u_abuf__DOT__wr_gnt_o__VforceEn,
              root.assertions_bench__DOT__u_abuf__DOT__wr_gnt_o__VforceVal);
  }
  return false;
}

}  // namespace vernier::test
