#pragma once

#include <memory>

#include "sandbox/base/unique_fd.h"
#include "sandbox/isolation/isolation.h"
#include "sandbox/isolation/starting.h"
#include "sandbox/limits/control_group_entrance.h"
#include "sandbox/steps/namespaces.h"
#include "sandbox/steps/sandbox_plan.h"
#include "sandbox/steps/step.h"

/// The launcher's side of making sandboxes and starting interpreters in them. Each function either
/// succeeds wholly, was verified from outside, or throws StepError and leaves nothing behind but
/// what it killed, for the launcher's loop to reap.
///
/// A sandbox is namespaces and mounts; no process keeps them, their handles do. Every interpreter
/// gets a *room* in it: a PID namespace of its own with a /proc of its own, made for it and ended
/// with it; that of a sandbox's first interpreter is made when the sandbox is. Interpreters of one
/// sandbox share its files, loopback, IPC and limits, but no processes. That is what makes several
/// of them safe, in three ways:
///
/// - A newcomer has capabilities and a copy of the launcher's memory until it execs. Code that runs
///   in the sandbox already has no pid for it: it cannot signal, stop, trace, reprioritise or limit
///   it, nor open its /proc. In its own room there is nobody but init.
/// - So nothing that it does can make the launcher wait. Set-up takes about a millisecond; ten
///   seconds per process are the end of patience with the machine.
/// - SIGKILL to the room's init ends the room and nothing else. The kernel lets nothing in it fork
///   or hide any more: fork bombs and daemons end with the interpreter that started them, and init
///   is only reaped when all are gone.
namespace dynsessions::sandbox {

struct CreatedSandbox {
  NamespaceHandles namespaces;  ///< keep the sandbox; that of PIDs is dead, rooms have their own
  UniqueFd data_directory;      ///< /mnt/data
};

/// An interpreter and the init of its room. Both are the launcher's own children and only its loop
/// reaps them, so that their pids are safe to signal until then. Init is never reaped first.
struct InterpreterProcesses {
  pid_t init = 0;
  pid_t interpreter = 0;
};

struct StartedInterpreter {
  InterpreterProcesses processes;
  UniqueFd control;
  UniqueFd standard_output;
  UniqueFd standard_error;
};

/// How to get into the control groups of a sandbox goes with each call; see ControlGroups::open().
[[nodiscard]] CreatedSandbox create_sandbox(const SandboxPlan& plan, const GroupEntrance& groups);

/// A room with nobody in it but its init, which ends with this object unless it is kept. Only the
/// loop reaps it, and says so to whoever has the object.
struct EmptyRoom {
  explicit EmptyRoom(pid_t pid) : init(pid, UnfinishedProcess::Reaping::in_loop) {}
  UnfinishedProcess init;
  NamespaceHandles namespaces;  ///< to enter it by
};

[[nodiscard]] std::unique_ptr<EmptyRoom> make_room(const SandboxPlan& plan,
                                                   const NamespaceHandles& sandbox,
                                                   const GroupEntrance& groups);

/// Keeps the room's init.
[[nodiscard]] StartedInterpreter start_interpreter(const SandboxPlan& plan, EmptyRoom& room,
                                                   const GroupEntrance& groups);

struct StartedEgress {
  pid_t pid = 0;
  UniqueFd ready;       ///< a byte comes when the sandbox has its network; end of file: it failed
  UniqueFd complaints;  ///< and here it says why
};

/// slirp4netns for one sandbox. It has only just begun.
[[nodiscard]] StartedEgress start_egress(const SandboxPlan& plan, const NamespaceHandles& sandbox);

struct StartedZygote {
  pid_t pid = 0;
  UniqueFd socket;  ///< see zygote_protocol.h
};

/// With `home` around it. It has only just begun to load.
[[nodiscard]] StartedZygote start_zygote(const SandboxPlan& plan, const NamespaceHandles& home);

/// As start_interpreter(), by the zygote at the other end of `zygote`. EPIPE when it is gone.
[[nodiscard]] StartedInterpreter fork_interpreter(const SandboxPlan& plan, EmptyRoom& room,
                                                  const GroupEntrance& groups, int zygote);

}  // namespace dynsessions::sandbox
