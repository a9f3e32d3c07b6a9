// SPDX-License-Identifier: Apache-2.0
#include "format.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace vernier::render {
namespace {

/// Four significant digits without exponent for 0.1 <= |value| < 10000.
std::string digits(double value) {
  const double magnitude = std::abs(value);
  const int decimals = magnitude >= 999.95 ? 0 : magnitude >= 99.995 ? 1 : magnitude >= 9.9995 ? 2 : 3;
  return fmt::format("{:.{}f}", value, decimals);
}

std::string escape(std::string_view text, std::string_view (*replacement)(char)) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto r = replacement(c);
    if (r.data() == nullptr) {
      out += c;
    } else {
      out += r;
    }
  }
  return out;
}

}  // namespace

std::string si(double value, std::string_view unit) {
  static constexpr std::array<const char*, 9> kPrefixes{"p", "n", "\u00b5", "m", "", "k", "M", "G", "T"};
  const auto suffix = [&](const char* prefix) {
    return *prefix == '\0' && unit.empty() ? std::string() : fmt::format(" {}{}", prefix, unit);
  };
  if (value == 0) return std::string("0").append(suffix(""));
  std::size_t index = 4;
  while (std::abs(value) >= 999.95 && index + 1 < kPrefixes.size()) {
    value /= 1000;
    ++index;
  }
  while (std::abs(value) < 0.99995 && index > 0) {
    value *= 1000;
    --index;
  }
  return digits(value) + suffix(kPrefixes[index]);
}

std::string rate(double per_second) {
  const bool whole = per_second >= 999.5 && per_second < 1e6;
  return whole ? grouped(std::llround(per_second)).append(" /s") : si(per_second, per_second < 1e6 ? "/s" : "inf/s");
}

std::string grouped(std::int64_t value) {
  const auto digits_only =
      std::to_string(value < 0 ? 0U - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value));
  std::string text(value < 0 ? 1 : 0, '-');
  for (std::size_t i = 0; i < digits_only.size(); ++i) {
    if (i > 0 && (digits_only.size() - i) % 3 == 0) text += ',';
    text += digits_only[i];
  }
  return text;
}

std::string percent(double share, int decimals) { return fmt::format("{:.{}f} %", 100 * share, decimals); }

std::string signed_percent(double share) {
  const double p = 100 * share;
  if (std::abs(p) < 0.0005) return p == 0 ? "0 %" : "~0 %";
  const int decimals = std::abs(p) >= 100 ? 0 : std::abs(p) >= 0.1 ? 1 : 3;
  return fmt::format("{:+.{}f} %", p, decimals);
}

std::string ratio(double value) {
  return value >= 100 || value < 0.01 ? fmt::format("{:.3g}x", value)
                                      : fmt::format("{:.{}f}x", value, value >= 10 ? 1 : 3);
}

std::string html(std::string_view text) {
  return escape(text, [](char c) -> std::string_view {
    switch (c) {
      case '&':
        return "&amp;";
      case '<':
        return "&lt;";
      case '>':
        return "&gt;";
      case '"':
        return "&quot;";
      case '\'':
        return "&#39;";
      default:
        return {};
    }
  });
}

std::string markdown(std::string_view text) {
  return escape(text, [](char c) -> std::string_view {
    switch (c) {
      case '|':
        return "\\|";
      case '<':
        return "&lt;";
      case '>':
        return "&gt;";
      case '*':
        return "\\*";
      case '_':
        return "\\_";
      case '`':
        return "\\`";
      case '\\':
        return "\\\\";
      case '[':
        return "\\[";
      case '\n':
      case '\r':
        return " ";
      default:
        return {};
    }
  });
}

std::string csv(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  return fmt::format("\"{}\"",
                     escape(text, [](char c) -> std::string_view { return c == '"' ? "\"\"" : std::string_view(); }));
}

std::size_t width(std::string_view text) {
  std::size_t n = 0;
  for (const char c : text) n += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  return n;
}

std::string source_url(std::string_view source) {
  const auto word = source.substr(source.find_last_of(' ') + 1);
  const auto colon = word.find(':'), slash = word.find('/');
  if (slash == std::string_view::npos || colon == std::string_view::npos || slash > colon || word.substr(slash + 1, colon - slash).find('/') != std::string_view::npos) return "";
  std::string path;
  for (const char c : word.substr(colon + 1)) {
    if (c == '#' || c == '?' || c == '%') path += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    else path += c;
  }
  return path.empty() ? "" : fmt::format("https://github.com/{}/blob/HEAD/{}", word.substr(0, colon), path);
}

}  // namespace vernier::render
