#include "emulator/execution/launcher_client.h"

#include <array>
#include <optional>
#include <utility>

#include <fcntl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/process/v2.hpp>
#include <boost/process/v2/posix/default_launcher.hpp>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <system_error>

namespace dynsessions::execution {
namespace asio = boost::asio;
namespace process_v2 = boost::process::v2;

using sandbox::Received;
using sandbox::Reply;
using sandbox::ReplyKind;
using sandbox::Request;
using sandbox::RequestKind;

struct LauncherClient::Process {
  process_v2::process handle;
};

/// One request that waits for its reply.
struct LauncherClient::Pending {
  explicit Pending(const asio::any_io_executor& executor) : answered(executor) {}
  Event answered;
  std::optional<Received<Reply>> reply;
};

namespace {

constexpr int kSocketInChild = 3;
/// The launcher answers the spec with this id.
constexpr std::uint64_t kSpecReply = 0;

Error launcher_gone() {
  return {ErrorCode::sandbox_unavailable,
          "The sandbox launcher has ended.",
          {},
          "restart the emulator; its log says why the launcher ended"};
}

Error profile_too_long() {
  return {ErrorCode::sandbox_unavailable,
          "The sandbox could not be set up: profile: its description is longer than " +
              std::to_string(sandbox::kMaxSpecBytes) + " bytes",
          {},
          "step `profile` failed",
          "profile"};
}

const char* name_of(RequestKind kind) {
  switch (kind) {
    case RequestKind::define_profile:
      return "define_profile";
    case RequestKind::forget_profile:
      return "forget_profile";
    case RequestKind::create_sandbox:
      return "create_sandbox";
    case RequestKind::start_interpreter:
      return "start_interpreter";
    case RequestKind::fork_interpreter:
      return "fork_interpreter";
    case RequestKind::interrupt_interpreter:
      return "interrupt_interpreter";
    case RequestKind::kill_interpreter:
      return "kill_interpreter";
    case RequestKind::destroy_sandbox:
      return "destroy_sandbox";
  }
  return "unknown";
}

std::string step_and_reason(const Reply& reply) {
  return std::string(sandbox::step_name(reply)) + ": " +
         std::generic_category().message(reply.error_number);
}

std::pair<UniqueFd, UniqueFd> socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::system_error(errno, std::generic_category(), "socketpair");
  }
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// Gives the child its end of the socket under a fixed number. Boost 1.81's own bind_fd would do,
/// but its on_setup returns nothing, which g++ turns into a crash at -O3.
struct PassSocket {
  int socket;

  boost::system::error_code on_setup(process_v2::posix::default_launcher& launcher,
                                     const process_v2::filesystem::path&, const char* const*) {
    launcher.fd_whitelist.push_back(kSocketInChild);
    return {};
  }
  boost::system::error_code on_exec_setup(process_v2::posix::default_launcher&,
                                          const process_v2::filesystem::path&,
                                          const char* const*) const {
    if (::dup2(socket, kSocketInChild) >= 0) return {};
    return {errno, boost::system::system_category()};
  }
};

/// In a plain function, so that the launch-time helpers (and what they keep open) end with it.
process_v2::process start_process(asio::any_io_executor executor, const std::string& program,
                                  const UniqueFd& socket) {
  return process_v2::process(executor, program, {std::to_string(kSocketInChild)},
                             PassSocket{socket.get()});
}

}  // namespace

LauncherClient::LauncherClient(asio::any_io_executor executor)
    : executor_(executor), socket_(executor), reader_ended_(executor) {}

LauncherClient::~LauncherClient() = default;

void LauncherClient::start(const std::string& program, const sandbox::LauncherSpec& spec) {
  auto [ours, theirs] = socket_pair();
  process_ = std::make_unique<Process>(Process{start_process(executor_, program, theirs)});
  const std::string json = to_json(spec);
  sandbox::send_message(ours.get(), json.data(), json.size());
  ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
  socket_.assign(ours.release());
  alive_ = true;
  reading_ = true;
  pending_.try_emplace(kSpecReply, executor_);
  asio::co_spawn(executor_, read_replies(), [this](const std::exception_ptr&) {
    // However reading ended, nobody will answer any more.
    lost();
    reading_ = false;
    reader_ended_.notify();
  });
}

asio::awaitable<void> LauncherClient::read_replies() {
  while (true) {
    const auto [error] = co_await socket_.async_wait(asio::posix::stream_descriptor::wait_read,
                                                     asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    bool would_block = false;
    while (auto received = sandbox::receive_message<Reply>(socket_.native_handle(), would_block)) {
      dispatch(std::move(*received));
    }
    if (!would_block) co_return;
  }
}

void LauncherClient::dispatch(Received<Reply> received) {
  const Reply& reply = received.message;
  // An interpreter that exits also closes its control socket, which is where its owner learns of
  // it.
  if (reply.kind == ReplyKind::interpreter_exited) return;
  const auto found = pending_.find(reply.request_id);
  if (found == pending_.end()) return;  // posted: nobody waits, the descriptors close here
  found->second.reply = std::move(received);
  found->second.answered.notify();
}

void LauncherClient::lost() {
  alive_ = false;
  for (auto& [id, pending] : pending_) pending.answered.notify();
}

asio::awaitable<Result<LauncherClient::Answer>> LauncherClient::reply_to(std::uint64_t request_id) {
  Pending& pending = pending_.at(request_id);
  while (!pending.reply && alive_) co_await pending.answered.wait();
  auto reply = std::move(pending.reply);
  pending_.erase(request_id);
  if (!reply) co_return launcher_gone();
  if (reply->message.kind == ReplyKind::done) co_return std::move(*reply);
  // The name of the step, which can have a path of the host, does not matter then.
  if (lacks_descriptors(reply->message.error_number)) co_return no_descriptors();
  const std::string step(sandbox::step_name(reply->message));
  co_return Error{ErrorCode::sandbox_unavailable,
                  "The sandbox could not be set up: " + step_and_reason(reply->message),
                  {},
                  "step `" + step + "` failed on this machine",
                  step};
}

asio::awaitable<Result<void>> LauncherClient::ready() {
  if (!pending_.contains(kSpecReply)) co_return launcher_gone();
  auto reply = co_await reply_to(kSpecReply);
  if (!reply) co_return reply.error();
  limits_ = reply->message.limits;
  if (reply->message.error_number != 0) obstacle_ = step_and_reason(reply->message);
  co_return Result<void>();
}

asio::awaitable<void> LauncherClient::send(std::string message) {
  while (alive_) {
    try {
      sandbox::send_message(socket_.native_handle(), message.data(), message.size());
      co_return;
    } catch (const std::system_error& error) {
      if (error.code() != std::errc::resource_unavailable_try_again) co_return lost();
    }
    co_await socket_.async_wait(asio::posix::stream_descriptor::wait_write,
                                asio::as_tuple(asio::use_awaitable));
  }
}

asio::awaitable<Result<LauncherClient::Answer>> LauncherClient::ask(Request request,
                                                                    std::string profile) {
  if (!alive_) co_return launcher_gone();
  request.request_id = next_request_id_++;
  spdlog::debug("launcher request {}: {} of sandbox {}", request.request_id, name_of(request.kind),
                request.sandbox_id);
  pending_.try_emplace(request.request_id, executor_);
  std::string message = request_message(request, profile);
  co_await send(std::move(message));
  co_return co_await reply_to(request.request_id);
}

asio::awaitable<Result<ProfileId>> LauncherClient::define_profile(sandbox::SandboxProfile profile) {
  std::string json = sandbox::to_json(profile);
  if (json.size() > sandbox::kMaxSpecBytes) co_return profile_too_long();
  const ProfileId id{next_profile_id_++};
  const Request request{.kind = RequestKind::define_profile, .profile_id = id.value};
  auto answer = co_await ask(request, std::move(json));
  if (!answer) co_return answer.error();
  co_return id;
}

void LauncherClient::forget_profile(ProfileId profile) {
  post(Request{.kind = RequestKind::forget_profile, .profile_id = profile.value});
}

asio::awaitable<Result<UniqueFd>> LauncherClient::create_sandbox(ProfileId profile,
                                                                 std::uint64_t sandbox_id) {
  const Request request{
      .kind = RequestKind::create_sandbox, .sandbox_id = sandbox_id, .profile_id = profile.value};
  auto answer = co_await ask(request);
  if (!answer) co_return answer.error();
  if (answer->descriptors.empty()) {
    post(RequestKind::destroy_sandbox, sandbox_id);
    co_return no_descriptors();
  }
  co_return std::move(answer->descriptors.at(0));
}

asio::awaitable<Result<std::vector<UniqueFd>>> LauncherClient::request(
    RequestKind kind, std::uint64_t sandbox_id, std::uint32_t interpreter_id) {
  const Request message{.kind = kind, .interpreter_id = interpreter_id, .sandbox_id = sandbox_id};
  auto answer = co_await ask(message);
  if (!answer) co_return answer.error();
  const bool has_descriptors =
      kind == RequestKind::start_interpreter || kind == RequestKind::fork_interpreter;
  if (has_descriptors && answer->descriptors.empty()) co_return no_descriptors();
  co_return std::move(answer->descriptors);
}

asio::awaitable<Result<sandbox::InterpreterEnd>> LauncherClient::end_interpreter(
    std::uint64_t sandbox_id, std::uint32_t interpreter_id) {
  const Request message{.kind = RequestKind::kill_interpreter,
                        .interpreter_id = interpreter_id,
                        .sandbox_id = sandbox_id};
  auto answer = co_await ask(message);
  if (!answer) co_return answer.error();
  co_return answer->message.end;
}

void LauncherClient::post(RequestKind kind, std::uint64_t sandbox_id) {
  post(Request{.kind = kind, .sandbox_id = sandbox_id});
}

void LauncherClient::post(Request request) {
  request.request_id = next_request_id_++;
  asio::co_spawn(executor_, send(sandbox::request_message(request)),
                 asio::detached);  // send() lets no exception out
}

asio::awaitable<void> LauncherClient::lost_for_good() {
  while (reading_) co_await reader_ended_.wait();
}

asio::awaitable<void> LauncherClient::stop() {
  if (!process_) co_return;
  // The launcher ends itself, and thereby every sandbox, when it reads end of file.
  if (socket_.is_open()) ::shutdown(socket_.native_handle(), SHUT_RDWR);
  co_await lost_for_good();
  socket_.close();
  co_await process_->handle.async_wait(asio::as_tuple(asio::use_awaitable));
  process_.reset();
}

}  // namespace dynsessions::execution
