#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "emulator/base/clock.h"
#include "emulator/execution/spool.h"

namespace dynsessions::execution {

/// The three kernels of a session, which share files but not variables (CONTRACT.md section 6,
/// "Image internals").
enum class Kernel {
  synchronous,
  asynchronous,
  empty,  ///< without the preloaded imports (`useEmptyKernel`)
};
inline constexpr std::size_t kKernelCount = 3;

/// For arrays with an element per kernel.
[[nodiscard]] constexpr std::size_t index_of(Kernel kernel) {
  return static_cast<std::size_t>(kernel);
}

/// "synchronous", "asynchronous", "empty": stable, because programs read it.
[[nodiscard]] constexpr std::string_view name_of(Kernel kernel) {
  constexpr std::array<std::string_view, kKernelCount> kNames{"synchronous", "asynchronous",
                                                              "empty"};
  return kNames[index_of(kernel)];
}

/// `what` in the TimerLabel of a program's timeout.
inline constexpr std::string_view kExecutionTimedOut = "execution-timed-out";

/// Why a program runs.
enum class Purpose {
  run_program,
  /// Return the kernel's variables as JSON in a TextValue (sandbox/agents/python/agent_frames.h). A
  /// kernel without an interpreter returns NoValue, and none is started.
  save_variables,
  /// Set variables from that JSON, which is the code.
  restore_variables,
};
/// stdout or stderr.
enum class Stream { out, err };

/// Receives the output of a program as soon as it is read, also bytes that the result drops. Must
/// not wait.
using OutputListener = std::function<void(Stream stream, std::string_view bytes)>;

/// A program to run in a session.
struct ExecutionRequest {
  std::string code;  ///< UTF-8 source text of one cell
  Kernel kernel = Kernel::synchronous;
  std::chrono::seconds timeout{120};
  Purpose purpose = Purpose::run_program;
  std::optional<std::size_t> output_characters =
      std::nullopt;              ///< stdout and stderr are shown up to these
  std::string traceparent = {};  ///< TRACEPARENT in the environment of the program; empty: none
  bool wants_displays = false;   ///< the result has `displays`
  // Set by the session.
  Clock* clock = nullptr;    ///< that `timeout` follows; null: the clock of the workspace
  std::string session = {};  ///< guid; identifies the timer of `timeout` among others
  /// Empty: no listener. The object that it calls outlives the execution.
  OutputListener on_output = {};
};

/// The value of a program's last expression, before any api-version shapes it.
struct NoValue {
  bool operator==(const NoValue&) const = default;
};
struct NoneValue {  ///< the expression was None (and not a call, as print() is)
  bool operator==(const NoneValue&) const = default;
};
struct TextValue {  ///< IPython's text/plain of the value
  SpooledText text;
  bool operator==(const TextValue&) const = default;
};
struct StringValue {  ///< the value was a str: its repr and its own characters
  SpooledText repr;
  SpooledText characters;
  bool operator==(const StringValue&) const = default;
};
struct ImageValue {    ///< a figure was shown; the last one wins (CONTRACT.md section 8 row 12)
  std::string format;  ///< "png"
  SpooledText base64;
  bool operator==(const ImageValue&) const = default;
};
using ExecutionValue = std::variant<NoValue, NoneValue, TextValue, StringValue, ImageValue>;

/// How a program ended. For the emulator each of these is a success.
enum class ExecutionOutcome {
  succeeded,
  raised,               ///< an exception or a syntax error; `traceback` is filled
  timed_out,            ///< interrupted at its deadline; the interpreter's state is kept
  timed_out_restarted,  ///< the interrupt did not help: a new interpreter, state lost, files kept
  aborted,              ///< not run: it waited behind an execution that timed out
  interpreter_died,     ///< the program ended its interpreter; a new one is in place, files kept
  out_of_memory,        ///< the same, since the session had more than its memory
  out_of_storage,       ///< the same, since its files exceeded their limit
};

/// A limit of a session as a whole.
enum class SessionLimit { memory, files };

/// The limit of the session that ended the program; nullopt if no limit did.
[[nodiscard]] constexpr std::optional<SessionLimit> exceeded_limit(ExecutionOutcome outcome) {
  if (outcome == ExecutionOutcome::out_of_memory) return SessionLimit::memory;
  if (outcome == ExecutionOutcome::out_of_storage) return SessionLimit::files;
  return std::nullopt;
}

/// The end of a kernel's interpreter.
struct KernelEnd {
  bool timed_out = false;  ///< its program kept running after the interrupt at its timeout
  std::optional<SessionLimit> limit = std::nullopt;  ///< limit that the session exceeded
  int signal = 0;                                    ///< that killed it; 0: it exited
  int exit_status = 0;
  bool between_programs = false;  ///< it ended while no program of a client ran in it
  bool operator==(const KernelEnd&) const = default;
};

struct ExecutionResult {
  ExecutionOutcome outcome = ExecutionOutcome::succeeded;
  /// Texts are as the program wrote them, which need not be UTF-8.
  SpooledText stdout_text;  ///< all that reached the descriptor, capped
  SpooledText stderr_text;  ///< the same for stderr; without the traceback
  SpooledText traceback;    ///< the error's text directly followed by IPython's plain traceback
  ExecutionValue value;
  /// The last expression's own value when an image took its place: text, a str, or nothing.
  ExecutionValue with_image = NoValue{};
  /// Output of display() that the answer does not carry, as untrusted JSON of the agent
  /// (test_double/journal/displays.h reads it). Empty if there is none or the request did not ask
  /// for it.
  SpooledText displays = {};
  /// Bytes that the program wrote, including those that were dropped.
  std::uint64_t stdout_bytes = 0;
  std::uint64_t stderr_bytes = 0;
  std::chrono::milliseconds duration{0};  ///< real time in the interpreter
  /// Interpreters of the kernel that ended since the previous program, in order. Each was replaced.
  std::vector<KernelEnd> kernel_ends = {};
  /// The rule of a script that gave the answer; empty if the program ran.
  std::string answered_by = {};
};

}  // namespace dynsessions::execution
