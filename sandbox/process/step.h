#pragma once

#include <cerrno>
#include <span>

/// The discipline of everything that runs between clone and exec: an ordered table of named steps,
/// run to the end or to the first failure. A step is treated like a signal handler: it must not
/// allocate, log, throw or take a lock, because it runs in a copy of the launcher's memory.
namespace dynsessions::sandbox {

/// The step that failed, its detail and its errno. `step` is null if none failed.
struct StepFailure {
  const char* step = nullptr;
  const char* detail = nullptr;  ///< such as the path at fault; null if the step is enough
  int error_number = 0;

  explicit operator bool() const { return step != nullptr; }
};

/// The return value of a step: 0 or an errno, and the detail of the failure.
struct StepResult {
  int error_number = 0;
  const char* detail = nullptr;

  [[nodiscard]] bool ok() const { return error_number == 0; }
};

template <typename Context>
struct Step {
  const char* name;
  StepResult (*run)(Context&);
};

/// Turns the result of a system call into that of a step: a negative value means errno.
inline StepResult checked(long result, const char* detail = nullptr) {
  return result < 0 ? StepResult{errno, detail} : StepResult{};
}

template <typename Context>
StepFailure run_steps(std::span<const Step<Context>> steps, Context& context) {
  for (const auto& [name, run] : steps) {
    const StepResult result = run(context);
    if (!result.ok()) return {name, result.detail, result.error_number};
  }
  return {};
}

}  // namespace dynsessions::sandbox
