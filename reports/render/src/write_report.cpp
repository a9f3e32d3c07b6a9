// SPDX-License-Identifier: Apache-2.0
#include <vernier/core/files.hpp>
#include <vernier/render/report.hpp>
#include <vernier/store/record_file.hpp>

namespace vernier::render {

Result<void> write_report(const std::filesystem::path& folder, std::span<const nlohmann::json> records, const ReportOptions& options) {
  const auto page = render_html(records, options);
  if (!page) return forward_error(page);
  const auto text = render_markdown(records, options);
  if (!text) return forward_error(text);
  const auto lines = render_csv(records);
  if (!lines) return forward_error(lines);
  const auto layers = render_layers_csv(records);
  if (!layers) return forward_error(layers);
  std::error_code ec;
  std::filesystem::create_directories(folder / "records", ec);
  if (ec) return fail(ErrorCode::kIo, "cannot be created: " + ec.message(), (folder / "records").string());
  for (const auto& record : records) {
    if (auto r = store::write_record(folder / "records" / store::record_file_name(record), record); !r) return r;
  }
  if (auto r = write_atomically(folder / "records.csv", *lines); !r) return r;
  if (auto r = write_atomically(folder / "layers.csv", *layers); !r) return r;
  if (auto r = write_atomically(folder / "report.md", *text); !r) return r;
  return write_atomically(folder / "report.html", *page);  // last: a report that is there is whole
}

}  // namespace vernier::render
