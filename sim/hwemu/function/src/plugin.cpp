// SPDX-License-Identifier: Apache-2.0
// A compute unit around a C++ function: its pins, and what happens at a rising edge. The shared object is loaded once a
// unit (a function keeps its static variables), so the unit is one object.
#include <sys/mman.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <vernier_unit/function.hpp>

#include "../../plugin/function_api.h"
#include "control.hpp"
#include "memory_window.hpp"
#include "processes.hpp"
#include "windows.hpp"

using namespace vernier_unit;

namespace {

/// A stream argument and its pins.
struct StreamPort {
  Argument* argument = nullptr;
  bool out = false;
  Pin *valid = nullptr, *ready = nullptr;
  std::array<Pin*, kFields> fields{};

  StreamPort(Argument& a, const std::string& name, bool writes, Pins& pins) : argument(&a), out(writes) {
    constexpr const char* kNames[kFields] = {"tdata", "tkeep", "tstrb", "tlast", "tuser", "tid", "tdest"};
    valid = &pins.add(name + "_tvalid", 1, !out);
    ready = &pins.add(name + "_tready", 1, out);
    for (std::size_t i = 0; i < kFields; ++i) {
      if (a.bits[i] > 0) fields[i] = &pins.add(name + "_" + kNames[i], a.bits[i], !out);
    }
  }
  void edge() {
    Beat beat{};
    if (out) {
      if (valid->get() != 0 && ready->get() != 0) argument->take(beat);
      return;
    }
    if (valid->get() == 0 || ready->get() == 0) return;
    for (std::size_t i = 0; i < kFields; ++i) {
      if (fields[i] != nullptr) std::memcpy(beat[i].data(), fields[i]->bytes(), fields[i]->size());
    }
    argument->put(beat);
  }
  /// Behind the processes' cycle.
  void drive() {
    if (!out) return ready->set(argument->has_room() ? 1 : 0);
    const bool offers = argument->has_beat();
    valid->set(offers ? 1 : 0);
    if (!offers) return;
    Beat beat{};
    argument->look(beat);
    for (std::size_t i = 0; i < kFields; ++i) {
      if (fields[i] != nullptr) std::memcpy(fields[i]->bytes(), beat[i].data(), fields[i]->size());
    }
  }
};

}  // namespace

struct VrnKernel {
  Function& function = the_function();
  Pins pins;
  Pin& clock = pins.add("ap_clk", 1, true);
  Pin& reset_n = pins.add("ap_rst_n", 1, true);
  std::unique_ptr<Control> control;
  std::vector<std::unique_ptr<MemoryPort>> ports;
  std::vector<std::unique_ptr<MemoryWindow>> windows;
  std::vector<std::uint64_t> offsets;  // of each argument's register
  std::vector<StreamPort> streams;
  std::vector<MemoryWindow*> window_of;  // by argument
  char* slots = nullptr;
  std::string failure, state;
  bool last_clock = false, busy = false, flushing = false;
  const bool free_running = function.protocol == "ap_ctrl_none";
  std::uint64_t runs = 0, last_cycles = 0;
  Cycle begun = 0;

  explicit VrnKernel(const char* instance);
  void edge();
  void begin_run();
};

namespace {
VrnKernel* g_unit = nullptr;

bool has_register(const Argument& a) { return a.kind == Kind::kScalar || a.kind == Kind::kOutput || a.kind == Kind::kMemory; }

/// Where Vitis HLS puts registers: 8 bytes for up to 32 bits, 12 for 64; an output has a word that says so behind it and
/// as much room again.
std::vector<std::uint64_t> register_offsets(const Function& f) {
  std::vector<std::uint64_t> offsets;
  std::uint64_t next = 0x10;
  for (std::size_t i = 0; i < f.arguments.size(); ++i) {
    const auto& a = *f.arguments[i];
    const bool has = has_register(a);
    offsets.push_back(!has ? 0 : f.texts[i].offset >= 0 ? static_cast<std::uint64_t>(f.texts[i].offset) : next);
    if (has) next = offsets.back() + (a.bytes > 4 ? 12 : 8) * (a.kind == Kind::kOutput ? 2 : 1);
  }
  return offsets;
}

bool writes(const Function& f, std::size_t i) { return std::string(f.texts[i].port).find('>') == 0; }
/// ">name" is a stream that the function writes, "<name" one that it reads.
std::string port_name(const Function& f, std::size_t i) {
  const std::string port = f.texts[i].port;
  return port.find_first_of("<>") == 0 ? port.substr(1) : port;
}
}  // namespace

VrnKernel::VrnKernel(const char* instance) : offsets(register_offsets(function)) {
  bool registers = !free_running;
  std::size_t memories = 0;
  for (const auto* a : function.arguments) {
    registers = registers || has_register(*a);
    memories += a->kind == Kind::kMemory ? 1 : 0;
  }
  if (registers) control = std::make_unique<Control>(pins, !free_running, function.protocol == "ap_ctrl_chain");
  if (memories > 0) {
    void* room = ::mmap(nullptr, memories * MemoryWindow::kSlotBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED) failure = "no room of addresses for its pointers (a limit on virtual memory?)";
    else slots = static_cast<char*>(room);
  }
  for (std::size_t i = 0; i < function.arguments.size(); ++i) {
    auto& a = *function.arguments[i];
    window_of.push_back(nullptr);
    if (a.kind == Kind::kStreamIn || a.kind == Kind::kStreamOut) streams.emplace_back(a, port_name(function, i), writes(function, i), pins);
    if (a.kind != Kind::kMemory || !failure.empty()) continue;
    const std::string name = port_name(function, i);
    MemoryPort* port = nullptr;
    for (auto& p : ports) {
      if (p->name() == name) port = p.get();
    }
    if (port == nullptr) port = ports.emplace_back(std::make_unique<MemoryPort>(name, pins)).get();
    windows.push_back(std::make_unique<MemoryWindow>(function.texts[i].name, *port, slots + windows.size() * MemoryWindow::kSlotBytes));
    window_of.back() = windows.back().get();
  }
  if (slots != nullptr) watch(slots, memories * MemoryWindow::kSlotBytes);
  g_unit = this;
  report_crashes(instance);
}

void VrnKernel::begin_run() {
  for (std::size_t i = 0; i < function.arguments.size(); ++i) {
    auto& a = *function.arguments[i];
    if (a.kind != Kind::kScalar && a.kind != Kind::kMemory) continue;
    const auto value = control->argument(offsets[i], a.bytes);
    a.set(window_of[i] != nullptr ? reinterpret_cast<std::uint64_t>(window_of[i]->begin(value)) : value);
  }
  begun = processes().now();
  busy = true;
  flushing = false;
  processes().start(function.name, [this] {
    function.call();
    for (auto& window : windows) window->flush();
    for (auto& port : ports) port->forget_wanted();
    for (std::size_t i = 0; i < function.arguments.size(); ++i) {
      const auto& a = *function.arguments[i];
      if (a.kind == Kind::kOutput) control->set_output(offsets[i], a.bytes, a.result());
    }
  });
}

void VrnKernel::edge() {
  if (reset_n.get() == 0) return processes().tick();
  if (control) control->edge();
  for (auto& port : ports) port->edge();
  for (auto& stream : streams) stream.edge();
  if (!busy && failure.empty() && (free_running || control->take_start())) begin_run();
  busy ? (void)processes().step() : processes().tick();
  if (busy && !processes().running()) {
    bool idle = true;
    for (const auto& port : ports) idle = idle && port->idle();
    if (idle) {
      busy = false;
      runs += free_running ? 0 : 1;
      last_cycles = static_cast<std::uint64_t>(processes().now() - begun);
      if (!free_running) control->note_done();
    }
  }
  for (auto& stream : streams) stream.drive();
  if (!failure.empty()) return;
  failure = processes().failure();
  for (const auto& port : ports) {
    if (failure.empty()) failure = port->failure();
  }
}

namespace vernier_unit {

void touch(std::size_t offset, const char* p, std::size_t bytes, bool write) {
  if (processes().current_name() == nullptr) return;
  g_unit->windows[offset / MemoryWindow::kSlotBytes]->access(p, bytes, write);
}

const char* describe_address(const void* p) {
  if (g_unit == nullptr || g_unit->slots == nullptr) return nullptr;
  const auto offset = static_cast<std::size_t>(static_cast<const char*>(p) - g_unit->slots);
  const std::size_t slot = offset / MemoryWindow::kSlotBytes;
  if (slot >= g_unit->windows.size()) return nullptr;
  static char text[160];
  std::snprintf(text, sizeof text, "the device's address %#llx through argument %s", static_cast<unsigned long long>(g_unit->windows[slot]->device_of(static_cast<const char*>(p))),
                g_unit->windows[slot]->name().c_str());
  return text;
}

}  // namespace vernier_unit

namespace {

VrnKernel* create(const char* instance) { return new VrnKernel(instance); }
/// A run that is cut off stays: leaving its stacks would run the destructors of a function that has not ended.
void destroy(VrnKernel* unit) {
  if (!unit->busy) delete unit;
}
const VrnKernelPort* ports(VrnKernel* unit, std::uint32_t* count) {
  *count = static_cast<std::uint32_t>(unit->pins.list().size());
  return unit->pins.list().data();
}
void eval(VrnKernel* unit) {
  const bool clock = unit->clock.get() != 0;
  if (clock && !unit->last_clock) unit->edge();
  unit->last_clock = clock;
}
const char* failure(VrnKernel* unit) { return unit->failure.empty() ? nullptr : unit->failure.c_str(); }
const char* state(VrnKernel* unit) {
  unit->state = processes().state();
  return unit->state.c_str();
}
std::uint64_t progress(VrnKernel*) { return processes().resumed(); }
std::uint64_t runs(VrnKernel* unit, std::uint64_t* cycles) {
  *cycles = unit->last_cycles;
  return unit->runs;
}

constexpr VrnKernelApi kApi{VRN_KERNEL_API_VERSION, create, destroy, ports, eval, failure, nullptr, nullptr, nullptr};
constexpr VrnFunctionApi kFunctionApi{state, progress, runs};

}  // namespace

extern "C" __attribute__((visibility("default"))) const VrnKernelApi* vrn_kernel_api(void) { return &kApi; }
extern "C" __attribute__((visibility("default"))) const VrnFunctionApi* vrn_function_api(void) { return &kFunctionApi; }

/// The arguments and pins as lines, for the packer: a program of the same objects calls this.
extern "C" __attribute__((visibility("default"))) int vrn_describe(std::FILE* arguments, std::FILE* pins) {
  constexpr const char* kKinds[] = {"scalar", "output", "memory", "stream", "stream", "refused"};
  auto& function = the_function();
  const auto offsets = register_offsets(function);
  for (std::size_t i = 0; i < function.arguments.size(); ++i) {
    const auto& a = *function.arguments[i];
    std::fprintf(arguments, "%s %s %u %llu %u %s\n", function.texts[i].name, kKinds[static_cast<int>(a.kind)], a.bytes, static_cast<unsigned long long>(offsets[i]), a.bits[0],
                 a.kind == Kind::kRefused ? a.refusal.c_str() : "");
  }
  const VrnKernel unit("describe");
  for (const auto& p : unit.pins.list()) std::fprintf(pins, "%s %u %s\n", p.name, p.bits, p.is_input != 0 ? "in" : "out");
  return 0;
}
