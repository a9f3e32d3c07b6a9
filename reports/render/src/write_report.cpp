// SPDX-License-Identifier: Apache-2.0
#include <vernier/core/files.hpp>
#include <vernier/render/report.hpp>
#include <vernier/store/record_file.hpp>

#include <array>

namespace vernier::render {
namespace {

using Records = std::span<const nlohmann::json>;

/// One file of a report folder.
struct Output {
  const char* file;
  Result<std::string> (*render)(Records, const ReportOptions&);
};

// One line a report. The page comes last: where it lies, the rest lies too.
constexpr std::array kOutputs{
    Output{"records.csv", [](Records r, const ReportOptions&) { return render_csv(r); }},
    Output{"layers.csv", [](Records r, const ReportOptions&) { return render_layers_csv(r); }},
    Output{"report.md", render_markdown},
    Output{"report.html", render_html},
};

}  // namespace

Result<void> write_report(const std::filesystem::path& folder, Records records, const ReportOptions& options) {
  std::array<std::string, kOutputs.size()> texts;
  for (std::size_t i = 0; i < kOutputs.size(); ++i) {
    auto text = kOutputs[i].render(records, options);
    if (!text) return forward_error(text);
    texts[i] = std::move(*text);
  }
  std::error_code ec;
  std::filesystem::create_directories(folder / "records", ec);
  if (ec) return fail(ErrorCode::kIo, "cannot be created: " + ec.message(), (folder / "records").string());
  for (const auto& record : records) {
    if (auto r = store::write_record(folder / "records" / store::record_file_name(record), record); !r) return r;
  }
  for (std::size_t i = 0; i < kOutputs.size(); ++i) {
    if (auto r = write_atomically(folder / kOutputs[i].file, texts[i]); !r) return r;
  }
  return {};
}

}  // namespace vernier::render
