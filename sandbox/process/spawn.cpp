#include "sandbox/process/spawn.h"

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dynsessions::sandbox {

FdPair make_socket_pair(int type) {
  int fds[2];
  if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) < 0) throw StepError("socket pair", errno);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

FdPair make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) < 0) throw StepError("pipe", errno);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

FdPair make_output_pipe() {
  constexpr mode_t kWritersOnly = S_IRUSR | S_IWUSR | S_IWGRP | S_IWOTH;
  FdPair pipe = make_pipe();
  if (::fchmod(pipe.child_end.get(), kWritersOnly) < 0) throw StepError("pipe", errno);
  return pipe;
}

void require(const StepResult& result, const char* step) {
  if (result.ok()) return;
  char name[sizeof(ChildReport::step)];
  format_step({step, result.detail, result.error_number}, name, sizeof(name));
  throw StepError(name, result.error_number);
}

void require_no_failure(const ChildOutcome& outcome) {
  if (outcome.failure.error_number == 0) return;
  throw StepError(outcome.failure.step, outcome.failure.error_number);
}

void require_confined(const char* weakness) {
  if (weakness != nullptr) throw StepError(std::string("verify ") + weakness, EPERM);
}

}  // namespace dynsessions::sandbox
