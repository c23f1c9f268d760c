#pragma once

#include <optional>

#include <sys/types.h>

#include "sandbox/tiers/interpreter_child.h"

/// The supervisor of a jail in a tier without PID namespaces: the parent of the interpreter, which
/// also adopts every orphan that the interpreter leaves. It ends them all when its lifeline to the
/// launcher closes (also if the launcher was killed) or when the interpreter exits. It runs under
/// the rules of step.h.
///
/// With Landlock's signal scope, it is in a separate domain around the interpreter's. Then kill(-1)
/// reaches everything in the jail and nothing else, at once: the kernel lets no process fork in
/// between. Without the scope, it kills its children until none is left, because every orphan
/// becomes its child.
namespace dynsessions::sandbox {

struct SupervisorContext {
  InterpreterContext& interpreter;
  char* const* argv;
  char* const* envp;
  int lifeline;      ///< one byte: SIGINT to the interpreter; end of file: end the jail
  int signal_scope;  ///< ruleset of make_signal_ruleset(); -1: none
};

/// Reports the interpreter's pid, and its wait status (an int) on the lifeline when all processes
/// are gone.
[[noreturn]] void run_supervisor(SupervisorContext& context);

}  // namespace dynsessions::sandbox
