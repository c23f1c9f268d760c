#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "emulator/base/clock.h"
#include "emulator/base/event.h"
#include "emulator/base/fifo_semaphore.h"
#include "emulator/base/result.h"
#include "sandbox/base/unique_fd.h"
#include "sandbox/protocol/launcher_protocol.h"
#include "sandbox/protocol/launcher_spec.h"
#include "sandbox/protocol/sandbox_profile.h"

namespace dynsessions::execution {

/// Names a profile of the launcher; the default value names none.
struct ProfileId {
  std::uint64_t value = 0;
  bool operator==(const ProfileId&) const = default;
};

/// The server's end of the launcher process: starts it, sends requests, matches replies. One for
/// the program's life, on the event-loop thread. When the server exits, for any reason, the
/// launcher reads end of file and ends every sandbox.
///
/// No caller waits for ever. Each request has a deadline by its kind. While requests wait, the
/// client pings the launcher once a second. After kSilence without any message all requests fail,
/// and later ones fail at once, until the launcher sends a message again.
class LauncherClient {
 public:
  /// After this long without a reply to pings, the launcher counts as stuck.
  static constexpr std::chrono::seconds kSilence{5};
  /// Time that the launcher has to exit after the end of its socket, before it is killed.
  static constexpr std::chrono::seconds kExitGrace{5};

  /// `real_time` measures the deadlines and must outlive the client.
  LauncherClient(boost::asio::any_io_executor executor, Clock& real_time);
  LauncherClient(const LauncherClient&) = delete;
  LauncherClient& operator=(const LauncherClient&) = delete;
  ~LauncherClient();

  /// Starts `program` and sends it the spec. It forks, so call it before any thread exists. Throws
  /// std::runtime_error, with the reason, if the program cannot be started.
  void start(const std::string& program, const sandbox::LauncherSpec& spec);

  /// Resolves when the launcher has accepted the spec, or with the step that failed.
  boost::asio::awaitable<Result<void>> ready();

  /// How the limits of sessions are enforced on this machine. Call it after ready().
  [[nodiscard]] const sandbox::LimitReport& limits() const noexcept { return limits_; }
  /// The reason why some limits are not hard; empty if all are.
  [[nodiscard]] const std::string& obstacle_to_limits() const noexcept { return obstacle_; }

  /// Turns to end a sandbox, for all pools together: as many as keep the processors busy while
  /// other sessions hardly wait for one.
  [[nodiscard]] FifoSemaphore& endings() noexcept { return endings_; }

  /// Makes a kind of sandbox known to the launcher, which prepares what its sandboxes share. Call
  /// it after ready(). Returns `sandbox_unavailable`, with the step, if the profile cannot be used
  /// on this machine; the launcher then forgets it. Equal profiles have one id and share what the
  /// launcher prepares, until forget_profile() was called as often as define_profile().
  boost::asio::awaitable<Result<ProfileId>> define_profile(sandbox::SandboxProfile profile);

  /// The last call for a profile ends its zygote, and no more sandboxes of it can be made. Existing
  /// sandboxes continue; their later interpreters are started instead of forked.
  void forget_profile(ProfileId profile);

  /// Makes a sandbox and returns its data directory. Returns the same errors as request().
  boost::asio::awaitable<Result<UniqueFd>> create_sandbox(ProfileId profile,
                                                          std::uint64_t sandbox_id);

  /// Sends one request and waits for its reply. Returns the descriptors of `done`. Returns
  /// `sandbox_unavailable` for `failed`, if the launcher is gone, or if no reply comes in time. A
  /// request that ends a sandbox or an interpreter still reaches the launcher as soon as it works
  /// again. `within` shortens the deadline of the kind.
  boost::asio::awaitable<Result<std::vector<UniqueFd>>> request(
      sandbox::RequestKind kind, std::uint64_t sandbox_id, std::uint32_t interpreter_id = 0,
      std::optional<Clock::Duration> within = std::nullopt);

  /// Sends kill_interpreter. Returns how the last interpreter with that id ended.
  boost::asio::awaitable<Result<sandbox::InterpreterEnd>> end_interpreter(
      std::uint64_t sandbox_id, std::uint32_t interpreter_id,
      std::optional<Clock::Duration> within = std::nullopt);

  /// Asks the launcher whether it works. Returns false if it is gone or does not reply in time.
  boost::asio::awaitable<bool> answers(Clock::Duration within);

  /// Sends a request without waiting for the reply. Does nothing if the launcher is gone.
  void post(sandbox::RequestKind kind, std::uint64_t sandbox_id);

  [[nodiscard]] std::uint64_t new_sandbox_id() noexcept { return next_sandbox_id_++; }
  /// False if the launcher has ended or was never started.
  [[nodiscard]] bool alive() const noexcept { return alive_; }

  /// Resolves when the launcher cannot answer any more, for any reason. Call start() first.
  boost::asio::awaitable<void> lost_for_good();

  /// Closes the connection. The launcher ends every sandbox, and all requests fail.
  void hang_up();

  /// Ends the launcher and waits until it is gone. If it does not exit within kExitGrace it is
  /// killed, and the kernel ends every sandbox.
  boost::asio::awaitable<void> stop();

 private:
  struct Pending;
  struct Process;

  using Answer = sandbox::Received<sandbox::Reply>;

  boost::asio::awaitable<void> read_replies();
  void dispatch(sandbox::Received<sandbox::Reply> received);
  void lost();
  boost::asio::awaitable<Result<Answer>> ask(sandbox::Request request,
                                             std::optional<Clock::Duration> within = std::nullopt,
                                             std::string profile = {});
  boost::asio::awaitable<Result<Answer>> reply_to(std::uint64_t request_id,
                                                  Clock::TimePoint deadline);
  void post(sandbox::Request request);
  void post_forget(ProfileId profile);
  void send(std::string message);
  void flush();
  void wake_waiting();
  void watch();
  void stop_watching();
  void check_silence();

  struct SharedProfile {
    ProfileId id;
    std::size_t users = 0;
  };

  boost::asio::any_io_executor executor_;
  Clock& real_time_;
  boost::asio::posix::stream_descriptor socket_;
  std::unique_ptr<Process> process_;
  std::deque<std::string> outbox_;  ///< messages that the socket had no room for
  bool waits_for_room_ = false;
  std::map<std::uint64_t, Pending> pending_;
  std::optional<Clock::TimerId> watch_timer_;  ///< set while requests wait
  Clock::TimePoint last_message_at_;  ///< time of the last message, or of the start of the watch
  bool silent_ = false;
  Event reader_ended_;
  sandbox::LimitReport limits_;
  std::string obstacle_;
  FifoSemaphore endings_;
  bool reading_ = false;
  bool alive_ = false;
  std::uint64_t next_request_id_ = 1;
  std::uint64_t next_sandbox_id_ = 1;
  std::uint64_t next_profile_id_ = 1;
  std::map<std::string, SharedProfile> profiles_;  ///< keyed by JSON
};

}  // namespace dynsessions::execution
