// SPDX-License-Identifier: Apache-2.0
// vernier-hwemu: the simulator process behind XRT's hardware emulation. Started by the launch script of an xclbin, in the
// folder of its simulation files; docs/hwemu.md describes the environment.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <vernier/core/result.hpp>
#include <vernier/hwemu/rpc_server.hpp>

namespace {

using vernier::Error;
using vernier::ErrorCode;
using vernier::Result;
namespace hwemu = vernier::hwemu;

constexpr double kConnectPatience = 30;  // seconds

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

Result<void> set_number(const char* name, auto& number) {
  const std::string text = environment(name);
  if (text.empty()) return {};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size() && number >= 0) return {};
  return vernier::fail(ErrorCode::kInvalidInput, fmt::format("'{}' is no number of cycles", text), name);
}

Result<hwemu::RunSettings> settings_of_environment() {
  hwemu::RunSettings settings;
  settings.memory = environment("VERNIER_HWEMU_MEMORY");
  settings.waves = environment("VERNIER_HWEMU_WAVES");
  settings.faults = environment("VERNIER_HWEMU_FAULTS");
  if (auto r = set_number("VERNIER_HWEMU_SEED", settings.seed); !r) return vernier::forward_error(r);
  if (auto r = set_number("VERNIER_HWEMU_WATCHDOG", settings.watchdog_cycles); !r) return vernier::forward_error(r);
  return settings;
}

/// Where the driver listens: the folder our driver names, else that of the stock driver.
std::string socket_path(const std::string& name) {
  const std::string id = environment("EMULATION_SOCKETID");
  if (const auto folder = environment("VERNIER_HWEMU_SOCKETS"); !folder.empty()) return folder + "/" + name + id;
  const std::string user = environment("USER");
  if (user.empty()) return "/tmp/" + (name.empty() ? "xcl_sock" : name + id);
  return "/tmp/" + user + "/" + name + id;
}

/// Whether the host still runs. Its process id ends the name of the socket; this process may have been started when the
/// host was already dead, so its parent tells nothing.
bool host_lives() {
  const std::string id = environment("EMULATION_SOCKETID");
  std::ifstream stat("/proc/" + id.substr(id.rfind('_') + 1) + "/stat");
  if (id.find('_') == std::string::npos) return true;  // a name chosen by hand: only patience ends the wait
  std::string text;
  if (!std::getline(stat, text)) return false;
  const auto name_end = text.rfind(')');  // then the state; the name itself may hold anything
  return name_end != std::string::npos && text.compare(name_end, 3, ") Z") != 0;
}

Result<void> run() {
  const auto settings = settings_of_environment();
  if (!settings) return vernier::forward_error(settings);
  const std::string calls_path = socket_path(""), to_host_path = socket_path("D2X_unix_sock_");
  auto calls = hwemu::Channel::connect(calls_path, kConnectPatience, host_lives);
  auto to_host = calls ? hwemu::Channel::connect(to_host_path, kConnectPatience, host_lives)
                       : vernier::Result<hwemu::Channel>(vernier::forward_error(calls));
  // Both ends hold the connection, or the host has died before: the names are of no more use to anybody.
  ::unlink(calls_path.c_str());
  ::unlink(to_host_path.c_str());
  if (!to_host) return vernier::forward_error(to_host);
  hwemu::RpcServer server(std::move(*calls), std::move(*to_host));
  return server.serve(std::filesystem::current_path(), *settings);
}

}  // namespace

int main() {
  ::signal(SIGINT, SIG_IGN);  // Ctrl-C is the host's; this process ends when the host closes or has gone
  ::signal(SIGPIPE, SIG_IGN);
  const auto result = run();
  if (result) return 0;
  const std::string text = "vernier-hwemu: " + vernier::to_string(result.error()) + "\n";
  std::fputs(text.c_str(), stderr);
  if (FILE* log = std::fopen("simulate.log", "a"); log != nullptr) {  // what the driver shows on the host's console
    std::fputs(text.c_str(), log);
    std::fclose(log);
  }
  return static_cast<int>(result.error().code);
}
