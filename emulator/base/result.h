#pragma once

#include <cerrno>
#include <stdexcept>
#include <utility>

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include "emulator/base/error.h"

namespace dynsessions {

/// A value, or the reason why the client's request is refused; modules with other failures use
/// another error type. Only this header names the library behind it, so that a move to
/// std::expected changes one file.
template <typename T, typename Failure = Error>
using Result = boost::system::result<T, Failure>;

/// Called by Result::value() if the result holds an error: reading a missing value is a bug of this
/// program.
[[noreturn]] inline void throw_exception_from_error(const Error& error,
                                                    const boost::source_location&) {
  throw std::logic_error("unchecked error: " + error.message);
}

inline Error invalid_request(std::string message, std::string target = {},
                             std::string reason = {}) {
  return {ErrorCode::invalid_request, std::move(message), std::move(target), std::move(reason)};
}

/// Whether a system call failed because the process or the system has run out of descriptors.
[[nodiscard]] inline bool lacks_descriptors(int error_number) {
  return error_number == EMFILE || error_number == ENFILE;
}

/// The error for a server or launcher without a free descriptor. cures.h has the cure.
inline Error no_descriptors() {
  return {ErrorCode::sandbox_unavailable,
          "The emulator has too many open files.",
          {},
          {},
          std::string(kOpenFiles)};
}

}  // namespace dynsessions
