#include "sandbox/launcher.h"

#include <algorithm>
#include <csignal>
#include <cstring>

#include <poll.h>
#include <unistd.h>

#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>

namespace dynsessions::sandbox {

namespace {

Reply make_failure(const Request& request, const std::string& step, int error_number) {
  Reply reply{};
  reply.kind = ReplyKind::failed;
  reply.error_number = error_number;
  reply.request_id = request.request_id;
  reply.sandbox_id = request.sandbox_id;
  step.copy(reply.step, sizeof(reply.step) - 1);
  return reply;
}

}  // namespace

void report_unfit(int socket, const std::system_error& error) {
  const Reply reply = make_failure({}, error.what(), error.code().value());
  send_message(socket, &reply, sizeof(reply));
}

Launcher::Launcher(UniqueFd socket, UniqueFd children, Tier tier)
    : socket_(std::move(socket)), children_(std::move(children)), tier_(tier) {}

void Launcher::run() {
  if (!receive_spec()) return;
  pollfd watched[] = {{socket_.get(), POLLIN, 0}, {children_.get(), POLLIN, 0}};
  for (;;) {
    if (::poll(watched, std::size(watched), -1) < 0) {
      if (errno == EINTR) continue;
      throw std::system_error(errno, std::generic_category(), "poll");
    }
    // Exits first, so that a request sees the sandboxes as they are.
    if (watched[1].revents != 0) reap();
    if (watched[0].revents != 0 && !serve_one()) return;
  }
}

bool Launcher::receive_spec() {
  std::string text(kMaxSpecBytes + 1, '\0');
  const ssize_t size = ::recv(socket_.get(), text.data(), text.size(), 0);
  if (size < 0) throw std::system_error(errno, std::generic_category(), "receive spec");
  if (size == 0) return false;
  Request request{};
  try {
    if (static_cast<std::size_t>(size) > kMaxSpecBytes) throw std::runtime_error("spec: too long");
    text.resize(static_cast<std::size_t>(size));
    prepare_plan(launch_spec_from_json(text), tier_, plan_);
  } catch (const std::exception& error) {
    answer_failure(request, error.what(), EINVAL);
    return false;
  }
  answer(0, 0);
  return true;
}

bool Launcher::serve_one() {
  bool would_block = false;
  const auto received = receive_message<Request>(socket_.get(), would_block);
  if (!received) return would_block;
  try {
    serve(received->message);
  } catch (const StepError& error) {
    answer_failure(received->message, error.what(), error.error_number());
  }
  return true;
}

void Launcher::serve(const Request& request) {
  switch (request.kind) {
    case RequestKind::create_sandbox:
      return create(request);
    case RequestKind::start_interpreter:
      return start(request);
    case RequestKind::interrupt_interpreter:
      return interrupt(request);
    case RequestKind::kill_interpreter:
      return kill(request);
    case RequestKind::destroy_sandbox:
      return destroy(request);
  }
  throw StepError("request: unknown kind", EINVAL);
}

void Launcher::create(const Request& request) {
  if (entries_.contains(request.sandbox_id)) throw StepError("create: id in use", EEXIST);
  CreatedSandbox created = create_sandbox(plan_);
  entries_[request.sandbox_id].sandbox = std::move(created.sandbox);
  answer(request.request_id, request.sandbox_id, {created.data_directory.get()});
}

void Launcher::start(const Request& request) {
  Sandbox& sandbox = find(request).sandbox;
  if (sandbox.interpreter != 0) throw StepError("start: an interpreter lives", EBUSY);
  const InterpreterStreams streams = start_interpreter(plan_, sandbox);
  answer(request.request_id, request.sandbox_id,
         {streams.control.get(), streams.standard_output.get(), streams.standard_error.get()});
}

void Launcher::interrupt(const Request& request) {
  const Sandbox& sandbox = find(request).sandbox;
  if (sandbox.interpreter == 0) throw StepError("interrupt: no interpreter", ESRCH);
  if (::kill(-sandbox.interpreter, SIGINT) < 0) throw StepError("interrupt", errno);
  answer(request.request_id, request.sandbox_id);
}

void Launcher::kill(const Request& request) {
  Entry& entry = find(request);
  if (entry.kill_request != 0) throw StepError("kill: under way", EALREADY);
  kill_all_but_init(entry.sandbox);
  if (entry.sandbox.interpreter == 0) return answer(request.request_id, request.sandbox_id);
  entry.kill_request = request.request_id;
}

void Launcher::destroy(const Request& request) {
  Entry& entry = find(request);
  if (::kill(entry.sandbox.init, SIGKILL) < 0) throw StepError("destroy", errno);
  entry.destroy_request = request.request_id;
}

void Launcher::reap() {
  signalfd_siginfo info;
  while (::read(children_.get(), &info, sizeof(info)) > 0) {
  }
  // One signal may stand for many exits.
  int wait_status = 0;
  for (pid_t pid = 0; (pid = ::waitpid(-1, &wait_status, WNOHANG)) > 0;) {
    const auto entry = std::find_if(entries_.begin(), entries_.end(), [pid](const auto& each) {
      return each.second.sandbox.init == pid || each.second.sandbox.interpreter == pid;
    });
    if (entry == entries_.end()) continue;
    if (entry->second.sandbox.init == pid) {
      init_exited(entry);
    } else {
      interpreter_exited(entry, wait_status);
    }
  }
}

void Launcher::interpreter_exited(Entries::iterator entry, int wait_status) {
  auto& [sandbox_id, state] = *entry;
  state.sandbox.interpreter = 0;
  Reply event{};
  event.kind = ReplyKind::interpreter_exited;
  event.wait_status = wait_status;
  event.sandbox_id = sandbox_id;
  send(event);
  if (state.kill_request != 0) answer(std::exchange(state.kill_request, 0), sandbox_id);
}

/// The kernel lets init end only after everything else in its PID namespace.
void Launcher::init_exited(Entries::iterator entry) {
  const std::uint64_t sandbox_id = entry->first;
  const std::uint64_t destroy_request = entry->second.destroy_request;
  entries_.erase(entry);  // its namespace handles would keep the mounts alive
  if (destroy_request != 0) return answer(destroy_request, sandbox_id);
  Reply event{};
  event.kind = ReplyKind::sandbox_ended;
  event.sandbox_id = sandbox_id;
  send(event);
}

Launcher::Entry& Launcher::find(const Request& request) {
  const auto entry = entries_.find(request.sandbox_id);
  if (entry == entries_.end()) throw StepError("request: no such sandbox", ENOENT);
  if (entry->second.destroy_request != 0) throw StepError("request: being destroyed", EALREADY);
  return entry->second;
}

void Launcher::answer(std::uint64_t request_id, std::uint64_t sandbox_id,
                      const std::vector<int>& descriptors) {
  Reply reply{};
  reply.kind = ReplyKind::done;
  reply.request_id = request_id;
  reply.sandbox_id = sandbox_id;
  send(reply, descriptors);
}

void Launcher::answer_failure(const Request& request, const std::string& step, int error_number) {
  send(make_failure(request, step, error_number));
}

// Blocks while the server does not read: a server that is stuck gets no new sandboxes either.
void Launcher::send(const Reply& reply, const std::vector<int>& descriptors) {
  try {
    send_message(socket_.get(), &reply, sizeof(reply), descriptors);
  } catch (const std::system_error& error) {
    // The server is gone, as the next receive will say too.
    if (error.code() != std::errc::broken_pipe) throw;
  }
}

}  // namespace dynsessions::sandbox
