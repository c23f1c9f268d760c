#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/base/unique_fd.h"

namespace dynsessions::test {

/// The agent's end of an AgentProcess: speaks sandbox/agents/python/agent_frames.h by hand,
/// correctly or not, and writes to the captured streams. Never blocks.
class FakeAgent {
 public:
  struct Program {
    std::uint64_t id;
    std::string code;
  };

  FakeAgent();

  /// Returns the server's ends in the order of `start_interpreter`: control, stdout, stderr. Call
  /// once.
  [[nodiscard]] std::vector<UniqueFd> take_server_ends();

  void say_ready() { send_frame(R"({"ready":{"python":"3.11.2"}})"); }
  /// Sends a result with a value such as {"kind":"text","text":"1"}: texts in place of their
  /// lengths.
  void say_result(std::uint64_t id, std::string_view value = R"({"kind":"nothing"})");
  void say_failure(std::uint64_t id, std::string_view traceback);
  /// Sends the payload with its correct length in front and the texts of a result behind.
  void send_frame(std::string_view payload, std::string_view texts = {});
  void send_bytes(std::string_view bytes);

  void write_stdout(std::string_view text);
  void write_stderr(std::string_view text);
  /// Writes until the pipe is full; returns the number of bytes written.
  std::size_t fill_stdout();
  [[nodiscard]] int stdout_fd() const { return stdout_.get(); }

  /// Returns what the server sent to execute, or nullopt if there is no whole frame yet.
  [[nodiscard]] std::optional<Program> next_program();
  [[nodiscard]] int control_fd() const { return control_.get(); }
  void close_control() { control_ = UniqueFd(); }
  void close_output();
  /// Exits as a process does: every descriptor is closed.
  void die();

 private:
  UniqueFd control_, stdout_, stderr_;
  std::vector<UniqueFd> server_ends_;
  std::string received_;
};

}  // namespace dynsessions::test
