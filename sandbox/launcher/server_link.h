#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <system_error>

#include "sandbox/base/unique_fd.h"
#include "sandbox/limits/control_groups.h"
#include "sandbox/spec/launch_spec.h"
#include "sandbox/spec/launcher_protocol.h"

/// The launcher's end of its socket to the server (launcher_protocol.h).
namespace dynsessions::sandbox {

/// What the launcher hears and says once it serves. Speaking blocks while the server does not read:
/// a server that is stuck gets no new sandboxes either. A server that is gone is told nothing; the
/// next receive() says that it is. Throws std::system_error for a broken socket.
class ServerLink {
 public:
  explicit ServerLink(UniqueFd socket) : socket_(std::move(socket)) {}

  [[nodiscard]] int descriptor() const { return socket_.get(); }
  /// Nothing when there is none (`would_block`), or when the server is gone.
  [[nodiscard]] std::optional<ReceivedRequest> receive(bool& would_block) const;

  /// The answer to the spec.
  void ready(const LimitReport& limits,
             const std::optional<ControlGroups::Failure>& groups_failure) const;
  void done(const Request& request, const std::vector<int>& descriptors = {}) const;
  /// The answer to a kill.
  void killed(std::uint64_t request_id, std::uint64_t sandbox_id, Exhausted exhausted) const;
  void failed(const Request& request, const std::string& step, int error_number) const;
  /// An event, which nobody asked for.
  void interpreter_exited(std::uint64_t sandbox_id, std::uint32_t interpreter_id, int wait_status,
                          Exhausted exhausted) const;

 private:
  void send(const Reply& reply, const std::vector<int>& descriptors = {}) const;

  UniqueFd socket_;
};

/// The server's first message; nothing when it is gone, or was told that this is none. Throws
/// std::system_error for a broken socket.
[[nodiscard]] std::optional<LauncherSpec> receive_spec(int socket);

/// Tells a server that waits for the answer to its spec that this process could not even become a
/// launcher: say, because the host allows no user namespaces.
void report_unfit(int socket, const std::system_error& error);

}  // namespace dynsessions::sandbox
