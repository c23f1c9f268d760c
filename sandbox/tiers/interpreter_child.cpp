#include "sandbox/tiers/interpreter_child.h"

#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/kernel/landlock/landlock.h"
#include "sandbox/kernel/privileges/privileges.h"
#include "sandbox/kernel/seccomp/bpf_program.h"
#include "sandbox/process/child_setup.h"

namespace dynsessions::sandbox {
namespace {

constexpr Step<InterpreterContext> kConfiningSteps[] = {
    {"session", [](InterpreterContext&) { return checked(::setsid()); }},
    {"session user",
     [](InterpreterContext& c) {
       const auto& user = c.confinement.user;
       return user ? become_user(user->uid, user->gid) : StepResult{};
     }},
    {"landlock",
     [](InterpreterContext& c) {
       return c.confinement.tier == Tier::restricted ? enter_landlock(c.confinement.ruleset)
                                                     : StepResult{};
     }},
    {"descriptors",
     [](InterpreterContext& c) {
       return arrange_descriptors({c.report, c.control, c.standard_output, c.standard_error});
     }},
    {"working directory",
     [](InterpreterContext& c) { return checked(::chdir(c.working_directory)); }},
    {"signals", [](InterpreterContext&) { return unblock_signals(); }},
    {"limits", [](InterpreterContext& c) { return apply_limits(c.limits); }},
    {"privileges",
     [](InterpreterContext& c) {
       // A process without capabilities cannot lock the securebits, and need not.
       return c.confinement.user ? drop_privileges() : drop_capabilities();
     }},
    {"seccomp",
     [](InterpreterContext& c) {
       return c.confinement.tier == Tier::insecure ? StepResult{} : install_filter(c.filter);
     }},
};

}  // namespace

StepFailure confine_interpreter(InterpreterContext& context) {
  return run_steps<InterpreterContext>(kConfiningSteps, context);
}

}  // namespace dynsessions::sandbox
