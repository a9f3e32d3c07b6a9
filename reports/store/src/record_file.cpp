// SPDX-License-Identifier: Apache-2.0
#include <vernier/store/record_file.hpp>

#include <fmt/format.h>
#include <vernier/core/files.hpp>
#include <vernier/store/validate.hpp>

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace vernier::store {
namespace {

using nlohmann::json;

std::string safe(std::string text) {
  for (auto& c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '_') c = '_';
  }
  return text.substr(0, 60);
}

Result<json> parse(const std::filesystem::path& file) {
  const auto text = read_text(file);
  if (!text) return forward_error(text);
  auto document = json::parse(*text, nullptr, false);
  if (document.is_discarded()) return fail(ErrorCode::kInvalidInput, "is not JSON", file.string());
  return document;
}

Result<void> validate_from(const json& record, const std::filesystem::path& file) {
  auto r = validate(record);
  if (!r) return fail(r.error().code, r.error().what, file.string() + ": " + r.error().where);
  return {};
}

}  // namespace

std::string record_id(const json& record) {
  const auto text = record.dump();  // objects are ordered maps: the text is canonical
  return sha256_hex(std::as_bytes(std::span(text.data(), text.size()))).substr(0, 16);
}

std::string record_file_name(const json& record) {
  const auto target = record["target"].is_string() ? safe(record["target"].get<std::string>()) + "-" : std::string();
  return fmt::format("{}-{}{}-{}.json", safe(record["model"].get<std::string>()), target,
                     safe(record["ruler"].get<std::string>()), record_id(record));
}

Result<void> write_record(const std::filesystem::path& file, const json& record) {
  if (auto r = validate(record); !r) return r;
  const auto text = record.dump(2) + "\n";
  if (file != "-") return write_atomically(file, text);
  const bool whole = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!whole) return fail(ErrorCode::kIo, "cannot be written", "standard output");
  return {};
}

Result<json> read_record(const std::filesystem::path& file) {
  auto record = parse(file);
  if (!record) return record;
  if (auto r = validate_from(*record, file); !r) return forward_error(r);
  return record;
}

Result<std::vector<json>> read_records(const std::filesystem::path& file_or_folder) {
  std::vector<std::filesystem::path> files{file_or_folder};
  std::error_code ec;
  if (std::filesystem::is_directory(file_or_folder, ec)) {
    files.clear();
    for (const auto& entry : std::filesystem::directory_iterator(file_or_folder, ec)) {
      if (entry.path().extension() == ".json") files.push_back(entry.path());
    }
    if (ec) return fail(ErrorCode::kIo, "cannot be read: " + ec.message(), file_or_folder.string());
    if (files.empty()) return fail(ErrorCode::kInvalidInput, "has no *.json file", file_or_folder.string());
    std::sort(files.begin(), files.end());
  }
  std::vector<json> records;
  for (const auto& file : files) {
    auto document = parse(file);
    if (!document) return forward_error(document);
    const auto list = document->is_array() ? *document : json::array({*document});
    for (const auto& record : list) {
      if (auto r = validate_from(record, file); !r) return forward_error(r);
      records.push_back(record);
    }
  }
  return records;
}

}  // namespace vernier::store
