#include "sandbox/launcher/server_link.h"

#include <cerrno>
#include <stdexcept>
#include <string>

#include <sys/socket.h>

#include "sandbox/process/step_error.h"

namespace dynsessions::sandbox {

namespace {

Reply make_answer(std::uint64_t request_id, std::uint64_t sandbox_id) {
  Reply reply{};
  reply.kind = ReplyKind::done;
  reply.request_id = request_id;
  reply.sandbox_id = sandbox_id;
  return reply;
}

void add_failure(Reply& reply, const std::string& step, int error_number) {
  reply.error_number = error_number;
  step.copy(reply.step, sizeof(reply.step) - 1);
}

Reply make_failure(const Request& request, const std::string& step, int error_number) {
  Reply reply = make_answer(request.request_id, request.sandbox_id);
  reply.kind = ReplyKind::failed;
  add_failure(reply, step, error_number);
  return reply;
}

void tell(int socket, const Reply& reply) { send_message(socket, &reply, sizeof(reply)); }

}  // namespace

std::optional<ReceivedRequest> ServerLink::receive(bool& would_block) const {
  return receive_request(socket_.get(), would_block);
}

void ServerLink::ready(const LimitReport& limits,
                       const std::optional<Cgroups::Failure>& groups_failure) const {
  Reply reply = make_answer(0, 0);
  reply.limits = limits;
  if (groups_failure) add_failure(reply, groups_failure->step, groups_failure->error_number);
  send(reply);
}

void ServerLink::done(const Request& request, const std::vector<int>& descriptors) const {
  send(make_answer(request.request_id, request.sandbox_id), descriptors);
}

void ServerLink::killed(std::uint64_t request_id, std::uint64_t sandbox_id,
                        const InterpreterEnd& end) const {
  Reply reply = make_answer(request_id, sandbox_id);
  reply.end = end;
  send(reply);
}

void ServerLink::failed(const Request& request, const std::string& step, int error_number) const {
  send(make_failure(request, step, error_number));
}

void ServerLink::interpreter_exited(std::uint64_t sandbox_id, std::uint32_t interpreter_id,
                                    const InterpreterEnd& end) const {
  Reply event{};
  event.kind = ReplyKind::interpreter_exited;
  event.interpreter_id = interpreter_id;
  event.sandbox_id = sandbox_id;
  event.end = end;
  send(event);
}

void ServerLink::send(const Reply& reply, const std::vector<int>& descriptors) const {
  try {
    send_message(socket_.get(), &reply, sizeof(reply), descriptors);
  } catch (const std::system_error& error) {
    // The launcher's user has too many descriptors in flight. Those of a session count if it shares
    // the user.
    if (error.code().value() == ETOOMANYREFS) throw StepError("send descriptors", ETOOMANYREFS);
    if (error.code() != std::errc::broken_pipe) throw;
  }
}

std::optional<LauncherSpec> receive_spec(int socket) {
  std::string text(kMaxSpecBytes + 1, '\0');
  const ssize_t size = ::recv(socket, text.data(), text.size(), 0);
  if (size < 0) throw std::system_error(errno, std::generic_category(), "receive spec");
  if (size == 0) return std::nullopt;
  try {
    if (static_cast<std::size_t>(size) > kMaxSpecBytes) throw std::runtime_error("spec: too long");
    text.resize(static_cast<std::size_t>(size));
    return launcher_spec_from_json(text);
  } catch (const std::runtime_error& error) {
    tell(socket, make_failure({}, error.what(), EINVAL));
    return std::nullopt;
  }
}

void report_failure(int socket, const std::system_error& error) {
  // The receiver adds the text for the error number itself.
  std::string step = error.what();
  const std::string words = ": " + error.code().message();
  if (step.ends_with(words)) step.resize(step.size() - words.size());
  tell(socket, make_failure({}, step, error.code().value()));
}

}  // namespace dynsessions::sandbox
