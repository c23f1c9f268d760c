#pragma once

#include <chrono>

#include "sandbox/protocol/launcher_protocol.h"

/// Facts about the kinds of requests, as the server sees them.
namespace dynsessions::execution {

/// Error::step of a request that the launcher did not answer in time.
inline constexpr const char* kLauncherReply = "launcher reply";

/// The name of the request for the log.
[[nodiscard]] const char* name_of(sandbox::RequestKind kind);

/// A time that a working launcher never needs: the launcher has shorter deadlines for its own
/// processes. A fork sometimes waits until the zygote has loaded.
[[nodiscard]] std::chrono::seconds deadline_of(sandbox::RequestKind kind);

/// Whether the request must reach the launcher even if it is stuck now, because it frees resources.
[[nodiscard]] bool must_arrive(sandbox::RequestKind kind);

}  // namespace dynsessions::execution
