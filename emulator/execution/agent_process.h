#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "emulator/base/clock.h"
#include "emulator/execution/execution.h"
#include "emulator/execution/spool.h"
#include "sandbox/base/unique_fd.h"

namespace dynsessions::execution {

struct AgentIo;

enum class AgentState {
  starting,  ///< has not sent `ready` yet
  idle,
  running,   ///< a program was begun
  finished,  ///< its result has arrived
  gone,      ///< the control socket is closed, or the agent broke the protocol
};

/// Services and bounds of an AgentProcess; what is borrowed outlives it.
struct AgentServices {
  boost::asio::any_io_executor executor;
  boost::asio::thread_pool& file_pool;
  SpoolQuotas quotas;  ///< quotas of the kernel
  Clock& real_time;
  /// Time limit for each 64 KiB of the rest of a frame and its texts. An agent that takes longer
  /// counts as gone.
  std::chrono::milliseconds frame_time{10'000};
};

/// How a program ended, as its agent reports it.
struct AgentResult {
  bool ok = false;
  ExecutionValue value;
  ExecutionValue with_image = NoValue{};
  SpooledText traceback;
  SpooledText displays;
};

/// A program for an AgentProcess; the members of ExecutionRequest that concern it.
struct AgentProgram {
  std::uint64_t id = 0;
  std::string code;
  std::size_t output_limit = 0;  ///< bytes to keep of each stream
  Purpose purpose = Purpose::run_program;
  std::string traceparent = {};
  bool wants_displays = false;
  OutputListener on_output = {};
};

/// The server's end of one running interpreter: its control socket, its stdout and its stderr.
/// Everything that arrives is hostile.
///
/// Both streams are read all the time, so that a program is never held up by a full pipe; what is
/// beyond the limits is dropped. Output between executions (of threads and processes that live on)
/// belongs to no execution and is dropped. The control socket is read only while a frame is awaited
/// (`starting`, `running`) and never beyond that frame: what a program writes there at another time
/// stays in the socket and holds up its writer. While a kernel is idle, nothing is buffered.
class AgentProcess {
 public:
  struct Output {
    SpooledText stdout_text;
    SpooledText stderr_text;
    std::uint64_t stdout_bytes = 0;  ///< bytes that the program wrote
    std::uint64_t stderr_bytes = 0;
  };

  /// `descriptors` as `start_interpreter` gives them: control, stdout, stderr.
  AgentProcess(AgentServices services, std::vector<UniqueFd> descriptors);
  AgentProcess(const AgentProcess&) = delete;
  AgentProcess& operator=(const AgentProcess&) = delete;
  /// Closes the descriptors; what is still being read is dropped.
  ~AgentProcess();

  /// Closes the descriptors. Callers that wait find the agent `gone`.
  void hang_up();

  /// Sends the program, or another request, and begins to keep output. Does not
  /// wait: an agent that does not read is noticed by the deadline.
  void begin(AgentProgram program);

  /// Stops keeping output; returns what the program wrote until now. An agent whose program has not
  /// ended is `gone` then: its result would come while none is awaited.
  [[nodiscard]] boost::asio::awaitable<Output> end();

  [[nodiscard]] AgentState state() const;
  /// The result of the program begun last; only when finished.
  [[nodiscard]] AgentResult take_result();

  /// Resolves when the state is no longer `state`, at the latest at `deadline` of `clock`.
  boost::asio::awaitable<void> wait_while(AgentState state, Clock& clock,
                                          Clock::TimePoint deadline) {
    return wait_while(state, clock, deadline, TimerLabel());
  }
  boost::asio::awaitable<void> wait_while(AgentState state, Clock& clock, Clock::TimePoint deadline,
                                          TimerLabel label);

 private:
  /// Shared with the reading coroutines, which end after this object.
  std::shared_ptr<AgentIo> io_;
};

}  // namespace dynsessions::execution
