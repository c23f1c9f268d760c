#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "emulator/base/clock.h"
#include "sandbox/agents/python/agent_frames.h"
#include "sandbox/base/unique_fd.h"

namespace dynsessions::execution {

struct AgentIo;

enum class AgentState {
  starting,  ///< has not sent `ready` yet
  idle,
  running,   ///< a program was begun
  finished,  ///< its result is there
  gone,      ///< the control socket is closed, or the agent broke the protocol
};

/// The server's end of one running interpreter: its control socket, its stdout and its stderr.
/// Reads all three all the time, so that a program is never held up by us; keeps what matters,
/// within limits, and drops the rest. Everything that arrives is hostile.
///
/// Output between executions (of threads and processes that live on) belongs to no execution and is
/// dropped.
class AgentProcess {
 public:
  struct Output {
    std::string stdout_text;  ///< valid UTF-8
    std::string stderr_text;  ///< valid UTF-8
  };

  /// `descriptors` as `start_interpreter` gives them: control, stdout, stderr.
  AgentProcess(boost::asio::any_io_executor executor, std::vector<UniqueFd> descriptors,
               std::size_t output_limit_bytes);
  AgentProcess(const AgentProcess&) = delete;
  AgentProcess& operator=(const AgentProcess&) = delete;
  /// Closes the descriptors; what is still being read is dropped.
  ~AgentProcess();

  /// Closes the descriptors. Callers that wait find the agent `gone`.
  void hang_up();

  /// Sends the program and begins to keep output. Does not wait: an agent that does not read is
  /// noticed by the deadline.
  void begin(std::uint64_t id, const std::string& code);

  /// Stops keeping output; returns what the program wrote until now.
  [[nodiscard]] Output end();

  [[nodiscard]] AgentState state() const;
  /// The result of the program begun last; only when finished.
  [[nodiscard]] sandbox::ResultFrame take_result();

  /// Resolves when the state is no longer `state`, at the latest at `deadline` of `clock`.
  boost::asio::awaitable<void> wait_while(AgentState state, Clock& clock,
                                          Clock::TimePoint deadline);

 private:
  std::shared_ptr<AgentIo> io_;  ///< shared with the reading coroutines, which end after us
};

}  // namespace dynsessions::execution
