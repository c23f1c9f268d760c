#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "emulator/base/event.h"
#include "emulator/base/result.h"
#include "sandbox/base/unique_fd.h"
#include "sandbox/protocol/launcher_protocol.h"
#include "sandbox/protocol/launcher_spec.h"
#include "sandbox/protocol/sandbox_profile.h"

namespace dynsessions::execution {

/// Names a profile that the launcher has; the default value names none.
struct ProfileId {
  std::uint64_t value = 0;
  bool operator==(const ProfileId&) const = default;
};

/// The server's end of the launcher process: starts it, sends requests, matches replies. One for
/// the program's life, on the event-loop thread. When it goes, however it goes, the launcher sees
/// end of file and ends every sandbox.
class LauncherClient {
 public:
  explicit LauncherClient(boost::asio::any_io_executor executor);
  LauncherClient(const LauncherClient&) = delete;
  LauncherClient& operator=(const LauncherClient&) = delete;
  ~LauncherClient();

  /// Starts `program` and hands it the spec. Call it before any thread exists, since it forks.
  /// Throws std::runtime_error, with the reason, when the program cannot be started.
  void start(const std::string& program, const sandbox::LauncherSpec& spec);

  /// Resolves when the launcher has taken the spec, or with the step that failed.
  boost::asio::awaitable<Result<void>> ready();

  /// How the limits of sessions are kept on this machine; once ready.
  [[nodiscard]] const sandbox::LimitReport& limits() const noexcept { return limits_; }
  /// Why some of them are not kept hard; empty if all are.
  [[nodiscard]] const std::string& obstacle_to_limits() const noexcept { return obstacle_; }

  /// Makes a kind of sandbox known to the launcher, which prepares what its sandboxes share. Once
  /// ready. `sandbox_unavailable`, with the step, if the profile cannot be used on this machine;
  /// the launcher keeps nothing of it then.
  boost::asio::awaitable<Result<ProfileId>> define_profile(sandbox::SandboxProfile profile);

  /// No sandbox of this profile is made any more and its zygote ends. Sandboxes that exist go on;
  /// their later interpreters are started instead of forked.
  void forget_profile(ProfileId profile);

  /// Makes a sandbox and returns its data directory. Errors as request().
  boost::asio::awaitable<Result<UniqueFd>> create_sandbox(ProfileId profile,
                                                          std::uint64_t sandbox_id);

  /// Sends one request and waits for its reply. Returns the descriptors of `done`;
  /// `sandbox_unavailable` for `failed` and when the launcher is gone.
  boost::asio::awaitable<Result<std::vector<UniqueFd>>> request(sandbox::RequestKind kind,
                                                                std::uint64_t sandbox_id,
                                                                std::uint32_t interpreter_id = 0);

  /// kill_interpreter. Returns how the last interpreter of that id ended.
  boost::asio::awaitable<Result<sandbox::InterpreterEnd>> end_interpreter(
      std::uint64_t sandbox_id, std::uint32_t interpreter_id);

  /// Sends a request without waiting for the reply. Does nothing if the launcher is gone.
  void post(sandbox::RequestKind kind, std::uint64_t sandbox_id);

  [[nodiscard]] std::uint64_t new_sandbox_id() noexcept { return next_sandbox_id_++; }
  /// False when the launcher has ended or was never started.
  [[nodiscard]] bool alive() const noexcept { return alive_; }

  /// Resolves when the launcher cannot answer any more, for any reason. Call start() first.
  boost::asio::awaitable<void> lost_for_good();

  /// Ends the launcher and waits until it is gone.
  boost::asio::awaitable<void> stop();

 private:
  struct Pending;
  struct Process;

  boost::asio::awaitable<void> read_replies();
  void dispatch(sandbox::Received<sandbox::Reply> received);
  void lost();
  using Answer = sandbox::Received<sandbox::Reply>;
  boost::asio::awaitable<Result<Answer>> reply_to(std::uint64_t request_id);
  boost::asio::awaitable<Result<Answer>> ask(sandbox::Request request, std::string profile = {});
  boost::asio::awaitable<void> send(std::string message);
  void post(sandbox::Request request);

  boost::asio::any_io_executor executor_;
  boost::asio::posix::stream_descriptor socket_;
  std::unique_ptr<Process> process_;
  std::map<std::uint64_t, Pending> pending_;
  Event reader_ended_;
  sandbox::LimitReport limits_;
  std::string obstacle_;
  bool reading_ = false;
  bool alive_ = false;
  std::uint64_t next_request_id_ = 1;
  std::uint64_t next_sandbox_id_ = 1;
  std::uint64_t next_profile_id_ = 1;
};

}  // namespace dynsessions::execution
