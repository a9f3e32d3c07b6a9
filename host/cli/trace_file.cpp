// SPDX-License-Identifier: Apache-2.0
#include "trace_file.hpp"

#include <nlohmann/json.hpp>

#include <vernier/program/instruction.hpp>

namespace vernier::cli {

std::string chrome_trace(const program::Program& program, const runtime::RunReport& report) {
  using nlohmann::json;
  json events = json::array();
  events.push_back({{"name", "process_name"}, {"ph", "M"}, {"pid", 1}, {"args", {{"name", program.model + " on " + program.target.name}}}});
  for (std::size_t u = 0; u < spec::kUnits; ++u) {
    events.push_back({{"name", "thread_name"}, {"ph", "M"}, {"pid", 1}, {"tid", u}, {"args", {{"name", spec::kUnitNames[u]}}}});
  }
  for (const auto& t : report.trace) {
    const auto& command = program.commands.at(t.command);
    const auto instruction = program::instruction_of(command);
    if (!instruction || !instruction->unit) continue;
    const auto layer = spec::get(command, spec::header::layer);
    const std::string name = layer < program.layers.size() ? program.layers[layer].name : std::string(instruction->name);
    events.push_back({{"name", name}, {"cat", instruction->name}, {"ph", "X"}, {"pid", 1}, {"tid", static_cast<int>(*instruction->unit)},
                      {"ts", t.issued}, {"dur", t.retired - t.issued}, {"args", {{"command", t.command}, {"text", program::disassemble(command)}}}});
  }
  return json{{"traceEvents", events}, {"displayTimeUnit", "ns"}, {"otherData", {{"clock", "1 us = 1 cycle"}, {"cycles", report.cycles.count()}}}}.dump();
}

}  // namespace vernier::cli
