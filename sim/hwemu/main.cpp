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

/// The driver's sockets end in the process id of the host; 0 when they do not.
pid_t host_process() {
  const std::string id = environment("EMULATION_SOCKETID");
  const auto digits = id.find_last_not_of("0123456789") + 1;
  return digits < id.size() ? static_cast<pid_t>(std::strtol(id.c_str() + digits, nullptr, 10)) : 0;
}

Result<void> run() {
  const auto settings = settings_of_environment();
  if (!settings) return vernier::forward_error(settings);
  const std::string calls_path = socket_path(""), to_host_path = socket_path("D2X_unix_sock_");
  const pid_t host = host_process();
  auto calls = hwemu::Channel::connect(calls_path, kConnectPatience, host);
  auto to_host = calls ? hwemu::Channel::connect(to_host_path, kConnectPatience, host) : Result<hwemu::Channel>(vernier::forward_error(calls));
  // both ends hold the connection or the host has gone; the names are of no more use to anybody, whoever of the two dies first
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
