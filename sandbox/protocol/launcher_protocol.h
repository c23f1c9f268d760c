#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sandbox/base/unique_fd.h"
#include "sandbox/protocol/limit_report.h"

/// The protocol between server and launcher over one SOCK_SEQPACKET socket. The server's first
/// message is the LauncherSpec as JSON. The launcher answers `done` (or `failed` with the step)
/// with request id 0: `limits` reports how they can be enforced here; if not all of them are hard,
/// `step` and `error_number` hold the reason. After that, fixed structs go both ways, with
/// descriptors attached by SCM_RIGHTS. End of file on either side ends everything: the launcher
/// kills all sandboxes and exits.
namespace dynsessions::sandbox {

enum class RequestKind : std::uint32_t {
  create_sandbox = 1,     ///< namespaces and mounts; done carries 1 descriptor: /mnt/data
  start_interpreter,      ///< done carries 3: control socket, stdout pipe, stderr pipe
  fork_interpreter,       ///< the same, forked from the zygote of the sandbox's profile
  interrupt_interpreter,  ///< SIGINT to the interpreter's process group
  kill_interpreter,  ///< SIGKILL to the interpreter and all processes that it started; done when
                     ///< all are gone; carries the InterpreterEnd of the last interpreter of this
                     ///< id
  destroy_sandbox,   ///< the same for all interpreters; done when everything is gone
  define_profile,    ///< followed, in the same message, by the SandboxProfile as JSON
  forget_profile,    ///< ends its zygote; its sandboxes continue without a zygote
  ping,              ///< does nothing; `done` shows that the launcher works
};

struct Request {
  RequestKind kind{};
  /// Chosen by the server, unique within the sandbox.
  std::uint32_t interpreter_id = 0;
  std::uint64_t request_id = 0;  ///< chosen by the server, not 0; repeated in the reply
  std::uint64_t sandbox_id = 0;  ///< chosen by the server, unique for the launcher's life
  /// Chosen by the server, not 0, unique for the launcher's life; for create_sandbox,
  /// define_profile and forget_profile.
  std::uint64_t profile_id = 0;
};

enum class ReplyKind : std::uint32_t {
  done = 1,
  failed,              ///< `step` and `error_number` have the reason; nothing half-made is left
  interpreter_exited,  ///< an event (request id 0) with `end`: the interpreter and all that it
                       ///< started are gone
};

/// The limit for which the launcher or the kernel ended an interpreter.
enum class ExceededLimit : std::uint32_t { none, memory, files };

/// How an interpreter ended. Both members are zero if none has ended.
struct InterpreterEnd {
  std::int32_t wait_status;  ///< status as from waitpid(2)
  ExceededLimit exceeded;    ///< of its session
};

struct Reply {
  ReplyKind kind;
  std::int32_t error_number;
  std::uint32_t interpreter_id;  ///< id of the interpreter that exited
  InterpreterEnd end;
  LimitReport limits;  ///< set in the answer to the spec
  std::uint64_t request_id;
  std::uint64_t sandbox_id;
  char step[64];  ///< name of the step that failed, NUL-terminated
};

static_assert(std::is_trivially_copyable_v<Request> && std::is_trivially_copyable_v<Reply>);

inline constexpr std::size_t kMaxDescriptors = 15;
/// The maximum in one sandbox at a time.
inline constexpr std::size_t kMaxInterpreters = 4;
/// Longest JSON of a LauncherSpec or a SandboxProfile.
inline constexpr std::size_t kMaxSpecBytes = std::size_t{64} << 10;

template <typename Message>
struct Received {
  Message message;
  /// Close-on-exec. Empty if this process had no free descriptor for one of them.
  std::vector<UniqueFd> descriptors;
};

/// Sends one message with descriptors (borrowed). Throws std::system_error.
void send_message(int socket, const void* message, std::size_t size,
                  const std::vector<int>& descriptors = {});

/// Like receive_message() for any type; returns false instead of nullopt.
[[nodiscard]] bool receive_exactly(int socket, void* message, std::size_t size,
                                   std::vector<UniqueFd>& descriptors, bool& would_block);

/// Receives one message of exactly sizeof(Message) bytes. Returns nullopt if the peer is gone, or,
/// with `would_block` set, if a non-blocking socket has no message. Throws std::system_error for a
/// broken socket and std::runtime_error for a message of another size.
template <typename Message>
std::optional<Received<Message>> receive_message(int socket, bool& would_block) {
  static_assert(std::is_trivially_copyable_v<Message>);
  Received<Message> received{};
  if (!receive_exactly(socket, &received.message, sizeof(Message), received.descriptors,
                       would_block)) {
    return std::nullopt;
  }
  return received;
}

/// A request as the launcher receives it.
struct ReceivedRequest {
  Request request;
  std::string profile;  ///< JSON; empty unless the request is define_profile
};

/// Like receive_message(). Only define_profile has a text; a text longer than kMaxSpecBytes counts
/// as a message of another size.
[[nodiscard]] std::optional<ReceivedRequest> receive_request(int socket, bool& would_block);

/// Serialises a request; `profile` is the JSON of define_profile.
[[nodiscard]] std::string request_message(const Request& request, const std::string& profile = {});

[[nodiscard]] std::string_view step_name(const Reply& reply);

}  // namespace dynsessions::sandbox
