#include "sandbox/process/child_report.h"

#include <string>

#include <fcntl.h>
#include <sys/socket.h>

#include "tests/support/catch.h"

namespace dynsessions::sandbox {
namespace {

struct Channel {
  UniqueFd launcher;
  UniqueFd child;

  Channel() {
    int fds[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == 0);
    launcher = UniqueFd(fds[0]);
    child = UniqueFd(fds[1]);
  }

  /// Returns the reports that have arrived by now.
  ChildReports read() {
    ChildReports reports(UniqueFd(::fcntl(launcher.get(), F_DUPFD_CLOEXEC, 0)));
    reports.read(std::chrono::steady_clock::now());
    return reports;
  }
};

}  // namespace

TEST_CASE("a child that says nothing and closes has no failure", "[report]") {
  Channel channel;
  channel.child = UniqueFd();
  ChildReports reports = channel.read();
  CHECK(reports.have_ended());
  const ChildOutcome& outcome = reports.outcome();
  CHECK(outcome.failure.error_number == 0);
  CHECK(outcome.started == 0);
  CHECK_FALSE(outcome.descriptor);
}

TEST_CASE("pid, descriptor and failure of several reports are all kept", "[report]") {
  Channel channel;
  ChildReport started;
  started.pid = 17;
  REQUIRE(send_report(channel.child.get(), started).ok());
  REQUIRE(send_report(channel.child.get(), {}, channel.launcher.get()).ok());
  send_failure(channel.child.get(), {"mount", "/proc", EPERM});
  channel.child = UniqueFd();
  ChildReports reports = channel.read();
  CHECK(reports.have_ended());
  const ChildOutcome& outcome = reports.outcome();
  CHECK(outcome.started == 17);
  CHECK(outcome.descriptor);
  CHECK(outcome.failure.error_number == EPERM);
  CHECK(std::string(outcome.failure.step) == "mount /proc");
}

TEST_CASE("a start is known before the child has ended", "[report]") {
  Channel channel;
  ChildReport started;
  started.pid = 17;
  REQUIRE(send_report(channel.child.get(), {}).ok());
  REQUIRE(send_report(channel.child.get(), started).ok());
  ChildReports reports = channel.read();
  CHECK_FALSE(reports.have_ended());
  CHECK(reports.outcome().started == 17);
}

TEST_CASE("a child that says nothing in time has failed, and not before", "[report]") {
  Channel channel;
  ChildReports reports = channel.read();
  reports.read(reports.deadline() - std::chrono::nanoseconds(1));
  CHECK_FALSE(reports.have_ended());
  reports.read(reports.deadline());
  CHECK(reports.have_ended());
  CHECK(reports.outcome().failure.error_number == ETIMEDOUT);
  CHECK(std::string(reports.outcome().failure.step) == "await child");
}

TEST_CASE("a child that fails or ends has not started anything", "[report]") {
  Channel channel;
  if (GENERATE(true, false)) send_failure(channel.child.get(), {"enter", "pid", EPERM});
  channel.child = UniqueFd();
  CHECK(channel.read().outcome().started == 0);
}

TEST_CASE("a report of another size is a failure", "[report]") {
  Channel channel;
  REQUIRE(::send(channel.child.get(), "?", 1, 0) == 1);
  CHECK(channel.read().outcome().failure.error_number == EBADMSG);
}

TEST_CASE("a step is cut to its field and ends in NUL", "[report]") {
  char field[8] = {'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x'};
  format_step({"lay out", "/etc/passwd", EROFS}, field, sizeof(field));
  CHECK(std::string(field) == "lay out");
}

}  // namespace dynsessions::sandbox
