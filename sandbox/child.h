#pragma once

#include "sandbox/mounts.h"
#include "sandbox/namespaces.h"
#include "sandbox/sandbox_plan.h"

/// What runs in a new process between clone and exec, as tables of steps. Nothing here allocates,
/// logs, throws or takes a lock; see step.h. `report` is a SOCK_SEQPACKET to the launcher, see
/// child_report.h; descriptors are in the launcher's numbering.
namespace dynsessions::sandbox {

/// For the first process in a sandbox's new namespaces.
struct BuilderContext {
  const SandboxPlan& plan;
  int report;
  int go;  ///< one byte comes when the id maps are written
  OpenTrees trees{};
};

/// Builds the sandbox, sends the descriptor of /mnt/data and ends.
[[noreturn]] void run_builder(BuilderContext& context);

/// For the init of a room.
struct RoomContext {
  const SandboxPlan& plan;
  const NamespaceHandles& sandbox;
  int report;
  int go;  ///< one byte comes when the launcher holds the room's namespaces
};

/// Enters the sandbox, starts init as a sibling (a child of the launcher) in new namespaces of
/// processes and mounts, reports its pid and ends. Init waits for `go`, mounts its /proc and stays.
[[noreturn]] void run_room_helper(RoomContext& context);

struct InterpreterContext {
  const SandboxPlan& plan;
  const NamespaceHandles& room;
  int report;
  int control;
  int standard_output;
  int standard_error;
};

/// Enters the room, starts the interpreter as a sibling, reports its pid and ends.
[[noreturn]] void run_entering_helper(InterpreterContext& context);

}  // namespace dynsessions::sandbox
