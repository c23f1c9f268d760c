#include "sandbox/process/child_report.h"

#include <array>
#include <cstring>
#include <utility>

#include <sys/socket.h>

namespace dynsessions::sandbox {
namespace {

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
  // If this cannot be sent, the launcher is gone, and this process will soon end too.
  static_cast<void>(send_report(socket, report));
}

ChildReports::ChildReports(UniqueFd socket, std::chrono::milliseconds timeout)
    : socket_(std::move(socket)), deadline_(std::chrono::steady_clock::now() + timeout) {}

void ChildReports::read(Time now) {
  while (!ended_ && read_one()) {
  }
  if (!ended_ && now >= deadline_) fail(ETIMEDOUT);
}

/// Returns false if there is no message now.
bool ChildReports::read_one() {
  Message message;
  const ssize_t size = ::recvmsg(socket_.get(), &message.header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (size < 0 && errno == EINTR) return true;
  if (size < 0 && errno == EAGAIN) return false;
  if (size == 0) {
    ended_ = true;
    return false;
  }
  if (size != static_cast<ssize_t>(sizeof(ChildReport))) {
    fail(size < 0 ? errno : EBADMSG);
    return false;
  }
  take_descriptor(message, outcome_);
  if (message.report.pid != 0) outcome_.started = message.report.pid;
  if (message.report.error_number != 0) outcome_.failure = message.report;
  return true;
}

void ChildReports::fail(int error_number) {
  format_step({"await child", nullptr, error_number}, outcome_.failure.step,
              sizeof(outcome_.failure.step));
  outcome_.failure.error_number = error_number;
  ended_ = true;
}

}  // namespace dynsessions::sandbox
