// SPDX-License-Identifier: Apache-2.0
#include <vernier/verilator/stream_simulation.hpp>

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>

#include <vernier/core/files.hpp>
#include <vernier/core/home.hpp>
#include <vernier/package/verilated.hpp>
#include <vernier/stages/dataflow_parts.hpp>
#include <vernier/stages/emit_rtl.hpp>

#include "../../hwemu/plugin/kernel_api.h"

namespace vernier::verilator {
namespace {
namespace fs = std::filesystem;

constexpr std::uint64_t kPicosecondsPerCycle = 5000;
constexpr int kResetCycles = 4;

/// The design's sources in a folder of the cache that is named by their contents: what a model was built from is there
/// whenever it runs.
Result<package::KernelSource> write_sources(const stages::Design& design) {
  const auto cache = package::cache_folder();
  if (!cache) return forward_error(cache);
  const auto content = stages::emit_rtl(design, {});
  std::string identity;
  for (const auto& [name, text] : content) identity += name + "\n" + text;
  const auto folder = fs::absolute(*cache) / ("stream-" + sha256_hex(std::as_bytes(std::span(identity))).substr(0, 24));
  std::error_code ec;
  fs::create_directories(folder, ec);
  package::KernelSource source;
  source.folder = folder;
  for (const auto& [name, text] : stages::emit_rtl(design, {.constants_folder = folder.string()})) {
    if (!fs::exists(folder / name, ec)) {
      if (auto ok = write_atomically(folder / name, text); !ok) return forward_error(ok);
    }
    if (name.ends_with(".sv")) source.sources.push_back(folder / name);
  }
  source.include_folders = {home() / "rtl/prim"};
  for (const char* cell : {"vrn_queue.sv", "vrn_axil_port.sv"}) source.sources.push_back(home() / "rtl/prim" / cell);
  std::vector<fs::path> modules;
  for (const auto& entry : fs::directory_iterator(home() / "rtl/stream", ec)) modules.push_back(entry.path());
  std::ranges::sort(modules);
  source.sources.insert(source.sources.end(), modules.begin(), modules.end());
  return source;
}

/// One stream between the model and its bench.
struct End {
  std::uint8_t *valid = nullptr, *ready = nullptr;
  std::uint8_t* data = nullptr;
  std::size_t bytes = 0;       ///< of a beat
  std::int64_t left = 0;       ///< beats, over all frames
  std::size_t offset = 0;
  std::vector<std::int8_t>* memory = nullptr;
};

/// The FIFOs from which a frame less has been taken than went into their writers.
std::string missing(const stages::Design& design, int frames, const std::vector<std::vector<std::int64_t>>& taken) {
  std::string text;
  for (std::size_t f = 0; f < design.fifos.size(); ++f) {
    const auto& inputs = design.stages[design.fifos[f].writer].inputs;
    const auto before = inputs.empty() ? static_cast<std::size_t>(frames) : taken[inputs[0]].size();
    if (taken[f].size() < before) text += fmt::format("{}{} gave {} of {} frames", text.empty() ? "" : ", ", design.fifos[f].name, taken[f].size(), frames);
  }
  return text;
}

}  // namespace

struct StreamModel::Object {
  explicit Object(const stages::Design& d) : design(d) {}
  ~Object() {
    if (kernel != nullptr) api->destroy(kernel);
    if (library != nullptr) ::dlclose(library);
  }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  template <class T>
  T* port(const std::string& name) const {
    return static_cast<T*>(ports.at(name).data);
  }
  [[nodiscard]] End end(const std::string& name, int lanes) const {
    return {port<std::uint8_t>(name + "_tvalid"), port<std::uint8_t>(name + "_tready"), port<std::uint8_t>(name + "_tdata"), static_cast<std::size_t>(lanes)};
  }

  stages::Design design;
  void* library = nullptr;
  const VrnKernelApi* api = nullptr;
  VrnKernel* kernel = nullptr;
  std::map<std::string, VrnKernelPort> ports;
  std::uint64_t time = 0;
};

StreamModel::StreamModel(std::unique_ptr<Object> object) : object_(std::move(object)) {}
StreamModel::~StreamModel() = default;

Result<std::unique_ptr<StreamModel>> StreamModel::open(const stages::Design& design, bool waves) {
  const auto source = write_sources(design);
  if (!source) return forward_error(source);
  const auto file = package::verilated_object(stages::RtlOptions{}.module, *source, waves);
  if (!file) return forward_error(file);
  auto object = std::make_unique<Object>(design);
  object->library = ::dlopen(file->c_str(), RTLD_NOW | RTLD_LOCAL);
  if (object->library == nullptr) return fail(ErrorCode::kUnavailable, std::string("cannot be loaded: ") + ::dlerror(), file->string());
  const auto entry = reinterpret_cast<const VrnKernelApi* (*)()>(::dlsym(object->library, "vrn_kernel_api"));
  if (entry == nullptr || entry()->version != VRN_KERNEL_API_VERSION) return fail(ErrorCode::kUnavailable, "was built by another version of Vernier; delete it", file->string());
  object->api = entry();
  object->kernel = object->api->create("stream");
  std::uint32_t count = 0;
  const VrnKernelPort* ports = object->api->ports(object->kernel, &count);
  for (std::uint32_t i = 0; i < count; ++i) object->ports[ports[i].name] = ports[i];
  return std::unique_ptr<StreamModel>(new StreamModel(std::move(object)));
}

Result<stages::DataflowValues> StreamModel::run(int frames, const std::vector<std::vector<std::int8_t>>& inputs, const StreamOptions& options) {
  auto& o = *object_;
  const auto& design = o.design;
  if (!options.waves.empty() && (o.api->waves_open == nullptr || o.api->waves_open(o.kernel, options.waves.c_str()) != 0)) return fail(ErrorCode::kIo, "cannot be written", options.waves);

  stages::DataflowValues result;
  auto& taken = result.timing.frame_taken;
  taken.resize(design.fifos.size());
  auto feed = inputs;
  std::vector<End> loads, stores;
  for (const auto& stage : design.stages) {
    if (const auto* load = std::get_if<stages::LoadSizes>(&stage.sizes)) {
      loads.push_back(o.end(fmt::format("in{}", loads.size()), load->lanes));
      loads.back().left = std::int64_t{frames} * load->beats;
    } else if (const auto* store = std::get_if<stages::StoreSizes>(&stage.sizes)) {
      stores.push_back(o.end(fmt::format("out{}", stores.size()), store->lanes));
      stores.back().left = std::int64_t{frames} * store->beats;
    }
  }
  result.outputs.resize(stores.size());
  for (std::size_t i = 0; i < loads.size(); ++i) {
    const auto bytes = static_cast<std::size_t>(loads[i].left) * loads[i].bytes;
    if (i >= feed.size() || feed[i].size() != bytes) return fail(ErrorCode::kInvalidInput, fmt::format("{} bytes given for {} frames, {} are needed", i < feed.size() ? feed[i].size() : 0, frames, bytes), design.name);
    loads[i].memory = &feed[i];
  }
  std::int64_t wanted = 0;
  for (std::size_t i = 0; i < stores.size(); ++i) {
    result.outputs[i].resize(static_cast<std::size_t>(stores[i].left) * stores[i].bytes);
    stores[i].memory = &result.outputs[i];
    wanted += stores[i].left;
  }

  auto *clock = o.port<std::uint8_t>("clk_i"), *reset = o.port<std::uint8_t>("rst_ni");
  const auto* frame_bits = static_cast<const std::uint8_t*>(o.ports.at("frame_o").data);
  const std::size_t frame_bytes = (design.fifos.size() + 7) / 8;
  const auto half = [&](std::uint8_t level) {
    *clock = level;
    o.api->eval(o.kernel);
    if (!options.waves.empty()) o.api->waves_dump(o.kernel, o.time);
    o.time += kPicosecondsPerCycle / 2;
  };
  for (auto& l : loads) *l.valid = 0;
  for (auto& s : stores) *s.ready = 0;
  *reset = 0;
  for (int i = 0; i < kResetCycles; ++i) half(0), half(1);
  *reset = 1;

  std::mt19937 random(options.seed);
  const auto goes = [&] { return options.stall_percent == 0 || static_cast<int>(random() % 100) >= options.stall_percent; };
  const std::int64_t patience = 16 * design.interval() + 100'000;
  std::int64_t cycle = 0, moved = 0;
  while (wanted > 0) {
    ++cycle;
    for (auto& l : loads) {
      if (*l.valid != 0 || l.left == 0 || !goes()) continue;  // an offer stays until it is taken
      *l.valid = 1;
      std::memcpy(l.data, l.memory->data() + l.offset, l.bytes);
    }
    for (auto& s : stores) *s.ready = goes() ? 1 : 0;
    half(0);
    for (std::size_t b = 0; b < frame_bytes; ++b) {
      for (unsigned bits = frame_bits[b]; bits != 0; bits &= bits - 1) taken[8 * b + static_cast<std::size_t>(__builtin_ctz(bits))].push_back(cycle);
    }
    for (auto& s : stores) {
      if (*s.valid == 0 || *s.ready == 0 || s.left == 0) continue;
      std::memcpy(s.memory->data() + s.offset, s.data, s.bytes);
      s.offset += s.bytes;
      --s.left;
      --wanted;
      moved = cycle;
    }
    const auto taken_in = [&](End& l) {
      if (*l.valid == 0 || *l.ready == 0) return false;
      l.offset += l.bytes;
      --l.left;
      moved = cycle;
      return true;
    };
    std::uint64_t done_offers = 0;
    for (std::size_t i = 0; i < loads.size(); ++i) done_offers |= taken_in(loads[i]) ? std::uint64_t{1} << i : 0;
    half(1);
    for (std::size_t i = 0; i < loads.size(); ++i) {
      if ((done_offers >> i & 1) != 0) *loads[i].valid = 0;
    }
    if (cycle - moved > patience) return fail(ErrorCode::kTimeout, fmt::format("nothing went in or out for {} cycles: {}", patience, missing(design, frames, taken)), design.name);
  }
  if (!options.waves.empty()) o.api->waves_close(o.kernel);
  if (const char* failure = o.api->failure(o.kernel); failure != nullptr) return fail(ErrorCode::kMismatch, failure, design.name);
  result.timing.frame_done = stages::frames_done(design, frames, taken);
  return result;
}

}  // namespace vernier::verilator
