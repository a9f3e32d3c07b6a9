// SPDX-License-Identifier: Apache-2.0
#include <vernier/hwemu/description.hpp>

#include <nlohmann/json.hpp>

#include <vernier/core/files.hpp>

namespace vernier::hwemu {
namespace {

using nlohmann::json;

Protocol protocol_of(const std::string& name) {
  if (name == "ap_ctrl_chain") return Protocol::kChain;
  if (name == "user_managed") return Protocol::kUserManaged;
  if (name == "ap_ctrl_none") return Protocol::kNone;
  return Protocol::kHandshake;
}

Unit unit_of(const json& j, std::size_t banks) {
  Unit unit;
  unit.name = j.at("name");
  unit.kernel = j.at("kernel");
  unit.model = j.at("model");
  unit.model_sha256 = j.at("model_sha256");
  unit.function = j.value("function", false);
  unit.protocol = protocol_of(j.at("protocol"));
  unit.base = j.at("base");
  unit.range = j.at("range");
  for (const auto& p : j.at("ports")) {
    MemoryPort port{p.at("name"), p.at("bits"), p.at("banks")};
    for (const std::size_t bank : port.banks) {
      if (bank >= banks) throw json::other_error::create(501, "bank out of range", nullptr);
    }
    unit.ports.push_back(std::move(port));
  }
  for (const auto& c : j.at("clocks")) unit.clocks.push_back({c.at("name"), c.at("reset"), c.at("hz")});
  if (unit.clocks.empty()) throw json::other_error::create(501, "a unit without clocks", nullptr);
  for (const auto& clock : unit.clocks) {
    if (!(clock.hz >= 1e5 && clock.hz <= 1e10)) throw json::other_error::create(501, "clock frequency out of range", nullptr);
  }
  return unit;
}

}  // namespace

Result<Description> read_description(const std::filesystem::path& file) {
  const auto text = read_text(file);
  if (!text) return forward_error(text);
  try {
    const json j = json::parse(*text);
    Description d;
    d.memory = j.at("memory");
    for (const auto& b : j.at("banks")) d.banks.push_back({b.at("tag"), b.at("base"), b.at("bytes")});
    for (const auto& u : j.at("units")) d.units.push_back(unit_of(u, d.banks.size()));
    for (const auto& l : j.at("links")) {
      d.links.push_back({l.at("writer"), l.at("writer_port"), l.at("reader"), l.at("reader_port"), l.at("depth")});
      if (d.links.back().depth < 1 || d.links.back().depth > 65536) throw json::other_error::create(501, "depth of a stream out of range", nullptr);
    }
    return d;
  } catch (const json::exception& e) {
    return fail(ErrorCode::kInvalidInput, e.what(), file.string());
  }
}

}  // namespace vernier::hwemu
