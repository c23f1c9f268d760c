#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "sandbox/base/unique_fd.h"
#include "sandbox/kernel/cgroups/cgroups.h"
#include "sandbox/protocol/launcher_protocol.h"
#include "sandbox/protocol/launcher_spec.h"

/// The launcher's end of its socket to the server (launcher_protocol.h).
namespace dynsessions::sandbox {

/// Receives requests and sends replies. Sending blocks while the server does not read: a server
/// that is stuck gets no new sandboxes either. Replies to a server that is gone are dropped; the
/// next receive() reports it. Throws StepError if the kernel does not send the descriptors of a
/// reply, and std::system_error for a broken socket.
class ServerLink {
 public:
  explicit ServerLink(UniqueFd socket) : socket_(std::move(socket)) {}

  [[nodiscard]] int descriptor() const { return socket_.get(); }
  /// Returns nullopt if no request waits (`would_block`) or if the server is gone.
  [[nodiscard]] std::optional<ReceivedRequest> receive(bool& would_block) const;

  /// The answer to the spec.
  void ready(const LimitReport& limits,
             const std::optional<Cgroups::Failure>& groups_failure) const;
  void done(const Request& request, const std::vector<int>& descriptors = {}) const;
  /// The answer to a kill.
  void killed(std::uint64_t request_id, std::uint64_t sandbox_id, const InterpreterEnd& end) const;
  void failed(const Request& request, const std::string& step, int error_number) const;
  /// An event, sent without a request.
  void interpreter_exited(std::uint64_t sandbox_id, std::uint32_t interpreter_id,
                          const InterpreterEnd& end) const;

 private:
  void send(const Reply& reply, const std::vector<int>& descriptors = {}) const;

  UniqueFd socket_;
};

/// Receives the server's first message. Returns nullopt if the server is gone, or if the message is
/// not a spec; the latter is answered. Throws std::system_error for a broken socket.
[[nodiscard]] std::optional<LauncherSpec> receive_spec(int socket);

/// Answers the spec with a failure of the preparation, for example because the host does not allow
/// user namespaces.
void report_failure(int socket, const std::system_error& error);

}  // namespace dynsessions::sandbox
