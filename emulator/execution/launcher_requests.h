#pragma once

#include <chrono>

#include "sandbox/protocol/launcher_protocol.h"

/// Facts about the kinds of requests, as the server sees them.
namespace dynsessions::execution {

/// Error::step of a request that the launcher has not answered in time.
inline constexpr const char* kLauncherReply = "launcher reply";

/// For the log.
[[nodiscard]] const char* name_of(sandbox::RequestKind kind);

/// More than a launcher that works ever takes: it has its own, shorter deadlines for the processes
/// that it waits for. A fork may have to wait until the zygote has loaded.
[[nodiscard]] std::chrono::seconds deadline_of(sandbox::RequestKind kind);

/// Whether the request must reach even a launcher that is stuck now: it ends something.
[[nodiscard]] bool must_arrive(sandbox::RequestKind kind);

}  // namespace dynsessions::execution
