#include "emulator/execution/launcher_requests.h"

namespace dynsessions::execution {

using sandbox::RequestKind;

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
    case RequestKind::ping:
      return "ping";
  }
  return "unknown";
}

std::chrono::seconds deadline_of(RequestKind kind) {
  switch (kind) {
    case RequestKind::fork_interpreter:
      return std::chrono::seconds(120);
    case RequestKind::create_sandbox:
    case RequestKind::start_interpreter:
    case RequestKind::kill_interpreter:
    case RequestKind::destroy_sandbox:
      return std::chrono::seconds(60);
    case RequestKind::define_profile:
    case RequestKind::forget_profile:
    case RequestKind::interrupt_interpreter:
    case RequestKind::ping:
      return std::chrono::seconds(30);
  }
  return std::chrono::seconds(30);
}

bool must_arrive(RequestKind kind) {
  return kind == RequestKind::kill_interpreter || kind == RequestKind::destroy_sandbox ||
         kind == RequestKind::forget_profile;
}

}  // namespace dynsessions::execution
