#pragma once

#include <string>
#include <string_view>

#include "emulator/base/error.h"
#include "emulator/execution/execution.h"

/// What a person can do about a step that failed or a limit that was exceeded, with the options of
/// this program by name. Below this edge a step or a limit is only a name.
namespace dynsessions {

/// The cure for `error.step`; `error.reason` if the error has no step.
[[nodiscard]] std::string cure_of(const Error& error);

/// For `x-emulator-reason`; may be empty.
[[nodiscard]] std::string reason_of(const Error& error);

/// For `x-emulator-reason` and the log.
[[nodiscard]] std::string_view reason_of(execution::SessionLimit limit);

}  // namespace dynsessions
