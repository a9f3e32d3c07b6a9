// SPDX-License-Identifier: Apache-2.0
#include "function_source.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vernier/core/home.hpp>

#include "function_edits.hpp"
#include "process.hpp"
#include "source_text.hpp"
#include "stream_directions.hpp"

namespace vernier::package {
namespace {

namespace fs = std::filesystem;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

Result<std::string> preprocess(const fs::path& source, const std::vector<fs::path>& folders) {
  const auto root = home().string();
  std::vector<std::string> command{"g++", "-E", "-std=c++17", "-w", "-isystem", root + "/sim/hwemu/function/include", "-isystem", root + "/hls/shim/include", "-include", "vernier_unit/function.hpp"};
  for (const auto& folder : folders) command.insert(command.end(), {"-I", folder.string()});
  command.push_back(source.string());
  auto ended = run_program(command, true);
  if (ended.code == 127) return fail(ErrorCode::kUnavailable, "g++ is missing: apt-get install g++", source.string());
  if (ended.code == 0) return std::move(ended.output);
  return fail(ErrorCode::kInvalidInput, "cannot be preprocessed: " + first_error_line(ended.output), source.string());
}

/// Ranges that a linkage specification `extern "C"` covers.
std::vector<std::pair<std::size_t, std::size_t>> c_linkage(const SourceText& source) {
  std::vector<std::pair<std::size_t, std::size_t>> ranges;
  const auto& code = source.code();
  for (std::size_t at = code.find("extern"); at != std::string::npos; at = code.find("extern", at + 1)) {
    const auto quote = code.find_first_not_of(" \t\n", at + 6);
    if (quote == std::string::npos || source.text().compare(quote, 3, "\"C\"") != 0) continue;
    const auto next = code.find_first_not_of(" \t\n", quote + 3);
    if (next == std::string::npos) continue;
    const auto end = code[next] == '{' ? source.closing(next) : code.find_first_of("{;", next);
    ranges.emplace_back(next, end);
  }
  return ranges;
}

Result<Definition> find_function(const SourceText& source, const std::vector<Definition>& definitions, const std::string& top, const std::string& file) {
  const auto ranges = c_linkage(source);
  const auto covered = [&ranges](std::size_t at) { return std::ranges::any_of(ranges, [at](const auto& r) { return at >= r.first && at <= r.second; }); };
  std::set<std::string> declared;  // a prototype in a header gives its definition the linkage, too
  for (const auto& [begin, end] : ranges) {
    for (std::size_t open = source.code().find('(', begin); open < end; open = source.code().find('(', open + 1)) declared.insert(word_before(source.code(), open));
  }
  const auto with_interface = [&source](const Definition& d) {
    return std::ranges::any_of(source.pragmas(), [&d](const auto& p) { return p.begin > d.body_open && p.begin < d.body_close && lower_case(p.words).starts_with("interface"); });
  };
  std::vector<Definition> found;
  for (const auto& d : definitions) {
    if ((covered(d.name_at) || declared.contains(d.name)) && (top.empty() || d.name == top)) found.push_back(d);
  }
  if (found.size() > 1 && std::ranges::count_if(found, with_interface) == 1) return *std::ranges::find_if(found, with_interface);
  if (found.size() == 1) return found.front();
  if (found.empty()) return fail(ErrorCode::kInvalidInput, top.empty() ? "defines no extern \"C\" function" : fmt::format("defines no extern \"C\" function {}", top), file);
  std::vector<std::string> names;
  for (const auto& d : found) names.push_back(d.name);
  return fail(ErrorCode::kInvalidInput, fmt::format("defines several extern \"C\" functions: {}; say which (--top NAME, or FILE:NAME)", fmt::join(names, ", ")), file);
}

Result<std::vector<FunctionParameter>> parameters_of(const SourceText& source, const Definition& d) {
  std::vector<FunctionParameter> parameters;
  for (const auto& text : split_arguments(source.code(), d.open, d.close)) {
    std::string declared = text.substr(0, text.find('='));
    if (const auto bracket = declared.find('['); bracket != std::string::npos) declared.resize(bracket);
    const auto trimmed_text = std::string(trimmed(declared));
    std::size_t begin = trimmed_text.size();
    while (begin > 0 && is_word(trimmed_text[begin - 1])) --begin;
    FunctionParameter p;
    p.name = trimmed_text.substr(begin);
    p.type = std::string(trimmed(trimmed_text.substr(0, begin)));
    if (text.find('[') != std::string::npos) p.type += "*";
    p.where = source.where(d.name_at);
    if (p.name.empty() || p.type.empty()) return fail(ErrorCode::kInvalidInput, fmt::format("parameter '{}' of {} has no name", trimmed(text), d.name), p.where);
    parameters.push_back(std::move(p));
  }
  return parameters;
}

/// Whether a function does anything else with a pointer or reference than "*name = ...", "name[0] = ..." and "name = ...".
bool reads_through(const std::string& code, const Definition& d, const std::string& name) {
  const auto next = [&code](std::size_t at) { return std::min(code.find_first_not_of(" \t\n", at), code.size()); };
  for (std::size_t at = code.find(name, d.body_open); at < d.body_close; at = code.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if (is_word(code[at - 1]) || is_word(code[end])) continue;
    std::size_t behind = next(end);
    if (code.compare(behind, 3, "[0]") == 0) behind = next(behind + 3);
    if (code[behind] != '=' || code[behind + 1] == '=') return true;
  }
  return false;
}

/// Words of a pragma, with what stands around '=' joined: "m_axi", "port=a".
std::vector<std::string> pragma_words(const std::string& text) {
  std::string joined;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (std::isspace(static_cast<unsigned char>(text[i])) == 0) {
      joined += text[i];
      continue;
    }
    const auto next = text.find_first_not_of(" \t", i);
    if (next == std::string::npos) break;
    if (text[next] != '=' && !joined.ends_with('=')) joined += ' ';
    i = next - 1;
  }
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin < joined.size();) {
    const auto end = std::min(joined.find(' ', begin), joined.size());
    words.push_back(joined.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

/// One INTERFACE pragma.
Result<void> take_interface(const std::string& text, const std::string& where, FunctionSource& function) {
  constexpr std::string_view kKeys = "port offset bundle depth latency num_read_outstanding num_write_outstanding max_read_burst_length max_write_burst_length max_widen_bitwidth channel register clock name "
                                     "register_mode storage_impl";
  std::string mode, port, bundle;
  bool first = true;
  for (const auto& word : pragma_words(text)) {
    const auto equals = word.find('=');
    const auto key = lower_case(word.substr(0, equals)), value = equals == std::string::npos ? std::string() : word.substr(equals + 1);
    if (std::exchange(first, false)) continue;  // INTERFACE
    if (equals == std::string::npos && key != "register") mode = key;
    else if (key == "mode") mode = lower_case(value);
    else if (key == "port") port = value;
    else if (key == "bundle") bundle = value;
    else if ((" " + std::string(kKeys) + " ").find(" " + key + " ") == std::string::npos) return fail(ErrorCode::kInvalidInput, fmt::format("INTERFACE has no option '{}'; it has mode, {}", key, kKeys), where);
    if (key == "offset" && mode == "m_axi" && lower_case(value) != "slave") {
      return fail(ErrorCode::kUnsupported, fmt::format("m_axi with offset={}; emulated is offset=slave, where the host gives the address", value), where);
    }
  }
  if (mode == "ap_ctrl_hs" || mode == "ap_ctrl_chain" || mode == "ap_ctrl_none") {
    if (port != "return") return fail(ErrorCode::kInvalidInput, fmt::format("{} is for port=return, not for '{}'", mode, port), where);
    function.protocol = mode;
    return {};
  }
  if (mode != "m_axi" && mode != "s_axilite" && mode != "axis") {
    return fail(ErrorCode::kUnsupported, fmt::format("interface '{}'; emulated are m_axi, s_axilite, axis, ap_ctrl_hs, ap_ctrl_chain and ap_ctrl_none", mode), where);
  }
  if (mode == "s_axilite" && !bundle.empty() && bundle != "control") return fail(ErrorCode::kUnsupported, fmt::format("s_axilite bundle '{}'; XRT knows one, 'control'", bundle), where);
  if (port == "return") return mode == "s_axilite" ? Result<void>{} : fail(ErrorCode::kInvalidInput, fmt::format("'return' cannot be {}", mode), where);
  const auto parameter = std::ranges::find(function.parameters, port, &FunctionParameter::name);
  if (parameter == function.parameters.end()) {
    std::vector<std::string> names;
    for (const auto& p : function.parameters) names.push_back(p.name);
    return fail(ErrorCode::kInvalidInput, fmt::format("port '{}' is no parameter of {}; it has {}", port, function.name, fmt::join(names, ", ")), where);
  }
  if (mode == "s_axilite" && parameter->mode == "m_axi") return {};  // the register of its address
  parameter->mode = mode;
  if (mode == "m_axi" && !bundle.empty()) parameter->bundle = bundle;
  parameter->where = where;
  return {};
}

}  // namespace

Result<FunctionSource> read_function(const std::vector<fs::path>& sources, const std::vector<fs::path>& folders, const std::string& top) {
  std::vector<SourceText> texts;
  for (const auto& file : sources) {
    auto text = preprocess(file, folders);
    if (!text) return forward_error(text);
    texts.emplace_back(std::move(*text));
  }
  const auto file = sources.front().string();
  const auto& source = texts.front();
  const auto definitions = definitions_of(source);
  const auto found = find_function(source, definitions, top, file);
  if (!found) return forward_error(found);
  FunctionSource function;
  function.name = found->name;
  function.where = source.where(found->name_at);
  function.protocol = "ap_ctrl_chain";  // Vitis' default for kernels
  if (!returns_void(source.code(), *found)) return fail(ErrorCode::kUnsupported, fmt::format("{} returns a value; a kernel is a void function", found->name), function.where);
  auto parameters = parameters_of(source, *found);
  if (!parameters) return forward_error(parameters);
  function.parameters = std::move(*parameters);
  for (const auto& pragma : source.pragmas()) {
    if (pragma.begin < found->body_open || pragma.begin > found->body_close || !lower_case(pragma.words).starts_with("interface")) continue;
    if (auto r = take_interface(pragma.words, source.where(pragma.begin), function); !r) return forward_error(r);
  }
  std::vector<const SourceText*> all;
  for (const auto& text : texts) all.push_back(&text);
  for (std::size_t i = 0; i < function.parameters.size(); ++i) {
    const auto direction = direction_of(all, function.name, i);
    function.parameters[i].written = direction == Direction::kWritten;
    function.parameters[i].read = reads_through(source.code(), *found, function.parameters[i].name);
  }
  for (const auto& text : texts) {
    auto edited = with_unit_calls(text);
    if (!edited) return forward_error(edited);
    function.texts.push_back(std::move(*edited));
  }
  return function;
}

}  // namespace vernier::package
