#include "emulator/conformance/run/interruption.h"

#include <csignal>

namespace dynsessions::conformance {
namespace {

volatile std::sig_atomic_t asked = 0;  // global because a signal handler gets no argument

void remember(int) { asked = 1; }

}  // namespace

Interruption::Interruption() {
  asked = 0;
  struct sigaction action {};
  action.sa_handler = remember;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // the next signal has its default effect
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

Interruption::~Interruption() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool Interruption::was_requested() { return asked != 0; }

}  // namespace dynsessions::conformance
