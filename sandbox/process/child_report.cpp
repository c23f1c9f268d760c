#include "sandbox/process/child_report.h"

#include <array>
#include <chrono>
#include <cstring>

#include <poll.h>

#include <sys/socket.h>

namespace dynsessions::sandbox {
namespace {

/// A sandbox takes about a millisecond; only a machine in distress comes near this.
constexpr std::chrono::seconds kPatience{10};

struct Message {
  ChildReport report;
  iovec part{&report, sizeof(report)};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr header{};

  Message() {
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
  }
  Message(const Message&) = delete;  // header points into this object
  Message& operator=(const Message&) = delete;
};

void take_descriptor(Message& message, ChildOutcome& outcome) {
  const cmsghdr* control = CMSG_FIRSTHDR(&message.header);
  if (control == nullptr || control->cmsg_type != SCM_RIGHTS) return;
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(control), sizeof(fd));
  outcome.descriptor = UniqueFd(fd);
}

void fail_outcome(ChildOutcome& outcome, int error_number) {
  format_step({"await child", nullptr, error_number}, outcome.failure.step,
              sizeof(outcome.failure.step));
  outcome.failure.error_number = error_number;
}

/// False when there is nothing more to read.
bool receive_one(int socket, ChildOutcome& outcome) {
  Message message;
  const ssize_t size = ::recvmsg(socket, &message.header, MSG_CMSG_CLOEXEC);
  if (size < 0 && errno == EINTR) return true;
  if (size == 0) return false;
  if (size != static_cast<ssize_t>(sizeof(ChildReport))) {
    fail_outcome(outcome, size < 0 ? errno : EBADMSG);
    return false;
  }
  take_descriptor(message, outcome);
  if (message.report.pid != 0) outcome.started = message.report.pid;
  if (message.report.error_number != 0) outcome.failure = message.report;
  return true;
}

}  // namespace

void format_step(const StepFailure& failure, char* field, std::size_t size) {
  std::size_t used = 0;
  const auto append = [&](const char* text) {
    while (*text != '\0' && used + 1 < size) field[used++] = *text++;
  };
  append(failure.step);
  if (failure.detail != nullptr) {
    append(" ");
    append(failure.detail);
  }
  field[used] = '\0';
}

StepResult send_report(int socket, const ChildReport& report, int descriptor) {
  Message message;
  message.report = report;
  if (descriptor < 0) {
    message.header.msg_control = nullptr;
    message.header.msg_controllen = 0;
  } else {
    cmsghdr* control = CMSG_FIRSTHDR(&message.header);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(sizeof(descriptor));
    std::memcpy(CMSG_DATA(control), &descriptor, sizeof(descriptor));
  }
  return checked(::sendmsg(socket, &message.header, MSG_NOSIGNAL));
}

void send_failure(int socket, const StepFailure& failure) {
  ChildReport report;
  report.error_number = failure.error_number;
  format_step(failure, report.step, sizeof(report.step));
  // When this cannot be sent the launcher is gone, and with it soon this process.
  static_cast<void>(send_report(socket, report));
}

namespace {

/// Until end of file, or until `enough` of what has come.
ChildOutcome await(int socket, bool (*enough)(const ChildOutcome&)) {
  ChildOutcome outcome;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd readable{socket, POLLIN, 0};
    const int ready = left.count() > 0 ? ::poll(&readable, 1, static_cast<int>(left.count())) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      fail_outcome(outcome, ready == 0 ? ETIMEDOUT : errno);
      return outcome;
    }
    if (!receive_one(socket, outcome) || enough(outcome)) return outcome;
  }
}

}  // namespace

ChildOutcome await_child(int socket) {
  return await(socket, [](const ChildOutcome&) { return false; });
}

ChildOutcome await_start(int socket) {
  return await(socket, [](const ChildOutcome& outcome) { return outcome.started != 0; });
}

}  // namespace dynsessions::sandbox
