#include "emulator/execution/launcher_client.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/process/v2.hpp>
#include <boost/process/v2/posix/default_launcher.hpp>

#include "emulator/base/spawn.h"
#include "emulator/base/spdlog.h"
#include "emulator/execution/launcher_requests.h"

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
/// Pause between two checks whether the launcher still answers.
constexpr std::chrono::seconds kWatchPause{1};
/// Time that the launcher has for the spec: it compiles the filters and looks for cgroups.
constexpr std::chrono::seconds kPreparation{60};
/// Sandboxes that end at once: an ending one takes its share of a processor from the others.
constexpr std::size_t kEndingsAtOnce = 4;
/// As many more if ending sandboxes have a lower CPU weight.
constexpr std::size_t kMoreInCpuGroups = 12;

Error launcher_gone() {
  return {ErrorCode::sandbox_unavailable,
          "The sandbox launcher has ended.",
          {},
          "restart the emulator; its log says why the launcher ended"};
}

Error launcher_silent() {
  return {ErrorCode::sandbox_unavailable,
          "The sandbox launcher does not answer.",
          {},
          "the launcher process was stopped, or the machine is overloaded",
          kLauncherReply};
}

Error profile_too_long() {
  return {ErrorCode::sandbox_unavailable,
          "The sandbox could not be set up: profile: its description is longer than " +
              std::to_string(sandbox::kMaxSpecBytes) + " bytes",
          {},
          "step `profile` failed",
          "profile"};
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

/// Passes the child's end of the socket under a fixed number. bind_fd of Boost 1.81 could do this,
/// but its on_setup lacks a return statement, which makes g++ code crash at -O3.
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

/// A separate plain function, so that the launch-time helpers (and the descriptors they keep open)
/// end with it.
process_v2::process start_process(asio::any_io_executor executor, const std::string& program,
                                  const UniqueFd& socket) {
  return process_v2::process(executor, program, {std::to_string(kSocketInChild)},
                             PassSocket{socket.get()});
}

}  // namespace

LauncherClient::LauncherClient(asio::any_io_executor executor, Clock& real_time)
    : executor_(executor),
      real_time_(real_time),
      socket_(executor),
      reader_ended_(executor),
      endings_(executor, kEndingsAtOnce) {}

LauncherClient::~LauncherClient() { stop_watching(); }

void LauncherClient::start(const std::string& program, const sandbox::LauncherSpec& spec) {
  auto [own_end, launcher_end] = socket_pair();
  process_ = std::make_unique<Process>(Process{start_process(executor_, program, launcher_end)});
  const std::string json = to_json(spec);
  sandbox::send_message(own_end.get(), json.data(), json.size());
  ::fcntl(own_end.get(), F_SETFL, O_NONBLOCK);
  socket_.assign(own_end.release());
  alive_ = true;
  reading_ = true;
  pending_.try_emplace(kSpecReply, executor_);
  spawn(executor_, read_replies(), [this](const std::exception_ptr&) {
    // For whatever reason reading ended, no reply will come any more.
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
  last_message_at_ = real_time_.now();
  silent_ = false;
  const Reply& reply = received.message;
  // An interpreter that exits also closes its control socket, which informs its owner.
  if (reply.kind == ReplyKind::interpreter_exited) return;
  const auto found = pending_.find(reply.request_id);
  // No caller waits for this reply; its descriptors are closed here.
  if (found == pending_.end()) return;
  found->second.reply = std::move(received);
  found->second.answered.notify();
}

void LauncherClient::lost() {
  alive_ = false;
  stop_watching();
  wake_waiting();
}

void LauncherClient::wake_waiting() {
  for (auto& [id, pending] : pending_) pending.answered.notify();
}

/// Starts to check for silence. Without this check, long work (some requests, such as a fork, take
/// long) could not be distinguished from a stuck launcher.
void LauncherClient::watch() {
  if (watch_timer_) return;
  last_message_at_ = real_time_.now();
  auto look = [this] { check_silence(); };
  watch_timer_ = real_time_.call_at(last_message_at_ + kWatchPause, look);
}

/// A timer that is left would keep an event loop from ending.
void LauncherClient::stop_watching() {
  if (watch_timer_) real_time_.cancel(*std::exchange(watch_timer_, std::nullopt));
}

void LauncherClient::check_silence() {
  watch_timer_.reset();
  if (pending_.empty() || !alive_) return;
  const auto quiet_for = real_time_.now() - last_message_at_;
  if (quiet_for >= kSilence) {
    spdlog::error("the sandbox launcher has sent nothing for {} s", kSilence.count());
    silent_ = true;
    return wake_waiting();
  }
  if (quiet_for >= kWatchPause) post(Request{.kind = RequestKind::ping});
  auto look = [this] { check_silence(); };
  watch_timer_ = real_time_.call_at(real_time_.now() + kWatchPause, look);
}

asio::awaitable<Result<LauncherClient::Answer>> LauncherClient::reply_to(
    std::uint64_t request_id, Clock::TimePoint deadline) {
  struct Erasure {  // runs also when a cancelled coroutine unwinds
    std::map<std::uint64_t, Pending>& pending;
    std::uint64_t id;
    ~Erasure() { pending.erase(id); }
  };
  const Erasure erasure{pending_, request_id};
  Pending& pending = pending_.at(request_id);
  bool expired = false;
  auto expire = [&expired, &pending] {
    expired = true;
    pending.answered.notify();
  };
  const ScopedTimer timer(real_time_, deadline, expire);
  while (!pending.reply && alive_ && !silent_ && !expired) co_await pending.answered.wait();
  auto reply = std::move(pending.reply);
  if (!reply) co_return alive_ ? launcher_silent() : launcher_gone();
  if (reply->message.kind == ReplyKind::done) co_return std::move(*reply);
  // Replaces the step, whose name can contain a path of the host.
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
  auto reply = co_await reply_to(kSpecReply, real_time_.now() + kPreparation);
  if (!reply) co_return reply.error();
  limits_ = reply->message.limits;
  if (limits_.cpu.kind != sandbox::LimitKind::absent) endings_.add_permits(kMoreInCpuGroups);
  if (reply->message.error_number != 0) obstacle_ = step_and_reason(reply->message);
  co_return Result<void>();
}

void LauncherClient::send(std::string message) {
  outbox_.push_back(std::move(message));
  if (!waits_for_room_) flush();
}

void LauncherClient::flush() {
  for (; alive_ && !outbox_.empty(); outbox_.pop_front()) {
    try {
      sandbox::send_message(socket_.native_handle(), outbox_.front().data(),
                            outbox_.front().size());
    } catch (const std::system_error& error) {
      if (error.code() != std::errc::resource_unavailable_try_again) return lost();
      waits_for_room_ = true;
      return socket_.async_wait(asio::posix::stream_descriptor::wait_write,
                                [this](const boost::system::error_code& failure) {
                                  if (failure) return;  // this client has stopped
                                  waits_for_room_ = false;
                                  flush();
                                });
    }
  }
}

asio::awaitable<Result<LauncherClient::Answer>> LauncherClient::ask(
    Request request, std::optional<Clock::Duration> within, std::string profile) {
  if (!alive_) co_return launcher_gone();
  if (silent_ && !must_arrive(request.kind)) co_return launcher_silent();
  request.request_id = next_request_id_++;
  spdlog::debug("launcher request {}: {} of sandbox {}", request.request_id, name_of(request.kind),
                request.sandbox_id);
  pending_.try_emplace(request.request_id, executor_);
  watch();
  send(request_message(request, profile));
  const Clock::Duration limit = within.value_or(deadline_of(request.kind));
  co_return co_await reply_to(request.request_id, real_time_.now() + limit);
}

asio::awaitable<Result<ProfileId>> LauncherClient::define_profile(sandbox::SandboxProfile profile) {
  std::string json = sandbox::to_json(profile);
  if (json.size() > sandbox::kMaxSpecBytes) co_return profile_too_long();
  if (!profiles_.contains(json)) {
    const ProfileId id{next_profile_id_++};
    const Request request{.kind = RequestKind::define_profile, .profile_id = id.value};
    auto answer = co_await ask(request, std::nullopt, json);
    if (!answer) co_return answer.error();
    const bool is_first = profiles_.try_emplace(json, SharedProfile{id}).second;
    if (!is_first) post_forget(id);  // another caller defined it in the meantime
  }
  SharedProfile& shared = profiles_.at(json);
  ++shared.users;
  co_return shared.id;
}

void LauncherClient::forget_profile(ProfileId profile) {
  const auto found = std::find_if(profiles_.begin(), profiles_.end(),
                                  [&](const auto& entry) { return entry.second.id == profile; });
  if (found == profiles_.end() || --found->second.users > 0) return;
  profiles_.erase(found);
  post_forget(profile);
}

void LauncherClient::post_forget(ProfileId profile) {
  post(Request{.kind = RequestKind::forget_profile, .profile_id = profile.value});
}

asio::awaitable<Result<UniqueFd>> LauncherClient::create_sandbox(ProfileId profile,
                                                                 std::uint64_t sandbox_id) {
  const Request request{
      .kind = RequestKind::create_sandbox, .sandbox_id = sandbox_id, .profile_id = profile.value};
  if (silent_) co_return launcher_silent();
  auto answer = co_await ask(request);
  if (answer && !answer->descriptors.empty()) co_return std::move(answer->descriptors.at(0));
  // A late launcher still makes the sandbox. Destroying a sandbox that does not exist does no harm.
  post(RequestKind::destroy_sandbox, sandbox_id);
  co_return answer ? no_descriptors() : answer.error();
}

asio::awaitable<Result<std::vector<UniqueFd>>> LauncherClient::request(
    RequestKind kind, std::uint64_t sandbox_id, std::uint32_t interpreter_id,
    std::optional<Clock::Duration> within) {
  const Request message{.kind = kind, .interpreter_id = interpreter_id, .sandbox_id = sandbox_id};
  auto answer = co_await ask(message, within);
  if (!answer) co_return answer.error();
  const bool has_descriptors =
      kind == RequestKind::start_interpreter || kind == RequestKind::fork_interpreter;
  if (has_descriptors && answer->descriptors.empty()) co_return no_descriptors();
  co_return std::move(answer->descriptors);
}

asio::awaitable<Result<sandbox::InterpreterEnd>> LauncherClient::end_interpreter(
    std::uint64_t sandbox_id, std::uint32_t interpreter_id, std::optional<Clock::Duration> within) {
  const Request message{.kind = RequestKind::kill_interpreter,
                        .interpreter_id = interpreter_id,
                        .sandbox_id = sandbox_id};
  auto answer = co_await ask(message, within);
  if (!answer) co_return answer.error();
  co_return answer->message.end;
}

asio::awaitable<bool> LauncherClient::answers(Clock::Duration within) {
  const Request ping{.kind = RequestKind::ping};
  const auto answer = co_await ask(ping, within);
  co_return answer.has_value();
}

void LauncherClient::post(RequestKind kind, std::uint64_t sandbox_id) {
  post(Request{.kind = kind, .sandbox_id = sandbox_id});
}

void LauncherClient::post(Request request) {
  request.request_id = next_request_id_++;
  if (alive_) send(sandbox::request_message(request));
}

asio::awaitable<void> LauncherClient::lost_for_good() {
  while (reading_) co_await reader_ended_.wait();
}

void LauncherClient::hang_up() {
  if (socket_.is_open()) ::shutdown(socket_.native_handle(), SHUT_RDWR);
}

asio::awaitable<void> LauncherClient::stop() {
  if (!process_) co_return;
  // The launcher exits, and thereby ends every sandbox, when it reads end of file.
  hang_up();
  co_await lost_for_good();
  socket_.close();
  auto kill = [this] {
    spdlog::error("the sandbox launcher does not exit and is killed");
    ::kill(process_->handle.id(), SIGKILL);
  };
  {
    const ScopedTimer timer(real_time_, real_time_.now() + kExitGrace, kill);
    co_await process_->handle.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  process_.reset();
}

}  // namespace dynsessions::execution
