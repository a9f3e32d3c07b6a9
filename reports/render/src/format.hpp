// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vernier::render {

/// "1.234 ms": four significant digits and a decimal prefix.
[[nodiscard]] std::string si(double value, std::string_view unit);
/// "5,852 /s".
[[nodiscard]] std::string rate(double per_second);
/// "51,265".
[[nodiscard]] std::string grouped(std::int64_t value);
/// "97.8 %" of a share.
[[nodiscard]] std::string percent(double share, int decimals = 1);
/// "+1.2 %", "-0.04 %", "0 %".
[[nodiscard]] std::string signed_percent(double share);
/// "1.012x".
[[nodiscard]] std::string ratio(double value);
/// Text of an HTML element or attribute.
[[nodiscard]] std::string html(std::string_view text);
/// Text of a Markdown table cell.
[[nodiscard]] std::string markdown(std::string_view text);
/// Where "owner/repository:path", the last word of a source, can be read; empty for other sources.
[[nodiscard]] std::string source_url(std::string_view source);
/// A CSV field, quoted when it must be.
[[nodiscard]] std::string csv(std::string_view text);
/// Columns a UTF-8 text takes on a terminal.
[[nodiscard]] std::size_t width(std::string_view text);

}  // namespace vernier::render
