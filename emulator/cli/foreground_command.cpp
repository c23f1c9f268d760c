#include "emulator/cli/foreground_command.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dynsessions::cli {
namespace {

sigset_t watched_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD})
    ::sigaddset(&signals, signal);
  return signals;
}

[[noreturn]] void become(const std::vector<std::string>& words,
                         const std::vector<client_environment::Variable>& variables,
                         const sigset_t& signals) {
  for (const auto& [name, value] : variables) {
    if (value) {
      ::setenv(name.c_str(), value->c_str(), 1);
    } else {
      ::unsetenv(name.c_str());
    }
  }
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  ::sigprocmask(SIG_SETMASK, &signals, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // the program must not outlive this process and its server
  ::execvp(argv[0], argv.data());
  const int error = errno;
  std::fprintf(stderr, "dynsessions exec: cannot run %s: %s\n", argv[0], std::strerror(error));
  ::_exit(error == ENOENT ? 127 : 126);
}

/// The terminal sends its signals to the whole group, the program included.
bool is_of_terminal(const siginfo_t& signal) { return signal.si_code == SI_KERNEL; }

int wait_for(pid_t child, const sigset_t& signals) {
  for (;;) {
    siginfo_t received;
    const int signal = ::sigwaitinfo(&signals, &received);
    if (signal > 0 && signal != SIGCHLD && !is_of_terminal(received)) ::kill(child, signal);
    int status = 0;
    if (::waitpid(child, &status, WNOHANG) != child) continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
}

}  // namespace

int run_in_foreground(const std::vector<std::string>& words,
                      const std::vector<client_environment::Variable>& variables) {
  const sigset_t watched = watched_signals();
  sigset_t before;
  // Blocked before the fork, so that no exit and no signal is missed.
  ::sigprocmask(SIG_BLOCK, &watched, &before);
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) become(words, variables, before);
  return wait_for(child, watched);
}

}  // namespace dynsessions::cli
