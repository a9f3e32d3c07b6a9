// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

namespace vernier::shim {

/// The private folder of this user's sockets, made with mode 0700 on first use; the process ends when somebody else
/// owns the name.
[[nodiscard]] const std::string& socket_folder();
/// The same as the driver wants it: relative to /tmp.
[[nodiscard]] const char* socket_folder_name();

/// A simulator process this host has started.
void note_simulator(pid_t pid);
/// A socket this host has bound: removed when the process ends because its simulator did.
void note_socket(const char* path);
/// True when a simulator has ended although nobody closed its device.
[[nodiscard]] bool any_simulator_failed();
/// Says how the simulator ended, removes the sockets and ends the process: with the simulator's own exit status where
/// that is one of Vernier's (1 to 6), with 70 else.
[[noreturn]] void simulator_ended();
/// Waits until one of the simulators has ended, at most ten seconds, then kills one. Its pid, or 0 without any.
pid_t reap_simulator(int* status);

}  // namespace vernier::shim
