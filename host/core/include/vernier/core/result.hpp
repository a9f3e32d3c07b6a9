// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace vernier {

/// Kinds of failure, by what the caller can do about them. The value is the process exit code.
enum class ErrorCode {
  kMismatch = 1,      ///< a result is wrong, a bus answered with an error, a bar was missed
  kInvalidInput = 2,  ///< fix the input or the command line
  kUnsupported = 3,   ///< valid, but not something this target or ruler can do
  kUnavailable = 4,   ///< a tool, device or library is absent
  kTimeout = 5,       ///< the watchdog ended it
  kIo = 6,            ///< disk full, unwritable, unreadable
  kInterrupted = 130  ///< Ctrl-C
};

/// An expected failure: what went wrong and where, in words a user can act on.
struct Error {
  ErrorCode code = ErrorCode::kInvalidInput;
  std::string what;   ///< one sentence: the value found and what is allowed
  std::string where;  ///< file, graph node or register it was found in
};

template <class T>
using Result = tl::expected<T, Error>;

/// `return fail(ErrorCode::kInvalidInput, "...", "file: node");`
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string what, std::string where) {
  return tl::unexpected<Error>(Error{code, std::move(what), std::move(where)});
}

/// Hands an error on unchanged: `if (!r) return forward_error(r);`
template <class T>
[[nodiscard]] tl::unexpected<Error> forward_error(const Result<T>& failed) {
  return tl::unexpected<Error>(failed.error());
}

/// "where: what", as the command line prints it.
[[nodiscard]] std::string to_string(const Error& error);

}  // namespace vernier
