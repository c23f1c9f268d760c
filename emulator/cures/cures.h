#pragma once

#include <string>
#include <string_view>

#include "emulator/base/error.h"
#include "emulator/execution/execution.h"

/// Cures for a failed step or an exceeded limit, which name the options of this program. The code
/// below knows only the name of the step or limit.
namespace dynsessions {

/// Returns the cure for `error.step`; `error.reason` if the error has no step.
[[nodiscard]] std::string cure_of(const Error& error);

/// Text of `x-emulator-reason`; can be empty.
[[nodiscard]] std::string reason_of(const Error& error);

/// Text for `x-emulator-reason` and the log.
[[nodiscard]] std::string_view reason_of(execution::SessionLimit limit);

}  // namespace dynsessions
