#include "sandbox/isolation/sandboxes.h"

#include <csignal>

#include <fcntl.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>

#include "sandbox/egress/closed_networks.h"
#include "sandbox/egress/egress_child.h"
#include "sandbox/isolation/starting.h"
#include "sandbox/isolation/verification.h"
#include "sandbox/steps/child.h"
#include "sandbox/steps/child_report.h"
#include "sandbox/zygote/zygote_protocol.h"

namespace dynsessions::sandbox {
namespace {

void map_ids(const SandboxPlan& plan, pid_t pid) {
  require(write_id_maps(pid, kInsideUid, plan.outside_uid, kInsideGid, plan.outside_gid),
          "map ids");
}

void send_go(const FdPair& go) {
  require(checked(::send(go.ours.get(), "g", 1, MSG_NOSIGNAL)), "go");
}

/// What `give_birth` has born in the room, which gets `channels`' other ends.
template <typename GiveBirth>
StartedInterpreter start_in_room(const SandboxPlan& plan, EmptyRoom& room,
                                 const GiveBirth& give_birth) {
  Channels channels;
  const ChildOutcome outcome = give_birth(room.namespaces, channels);
  // In the loop: until its helper is gone, one that was forked is not our child.
  UnfinishedProcess interpreter(outcome.started, UnfinishedProcess::Reaping::in_loop);
  require_no_failure(outcome);
  if (interpreter.get() == 0) throw StepError("start inside", EPIPE);
  require_confined(find_weakness(interpreter.get(), plan.outside_uid, plan.outside_gid));
  require_confined(find_leak(interpreter.get(), room.namespaces));
  return {{room.init.keep(), interpreter.keep()},
          std::move(channels.control.ours),
          std::move(channels.output.ours),
          std::move(channels.error.ours)};
}

std::vector<Ipv4Network> networks_to_close(const SandboxPlan& plan) {
  if (plan.egress_arguments.empty()) return {};
  try {
    return closed_networks();
  } catch (const std::system_error& error) {
    throw StepError(error.what(), error.code().value());
  }
}

}  // namespace

CreatedSandbox create_sandbox(const SandboxPlan& plan, const GroupEntrance& groups) {
  const std::vector<Ipv4Network> closed = networks_to_close(plan);
  FdPair report = make_socket_pair(SOCK_SEQPACKET);
  FdPair go = make_socket_pair(SOCK_STREAM);
  const UnfinishedProcess builder(clone_process_into(groups, kNamespacesOfBirth));
  if (builder.get() < 0) throw StepError("clone", errno);
  if (builder.get() == 0) {
    BuilderContext context{plan, groups, report.theirs.get(), go.theirs.get(), closed};
    run_builder(context);
  }
  report.theirs = UniqueFd();
  go.theirs = UniqueFd();
  CreatedSandbox created;
  require_no_failure(await_start(report.ours.get()));
  require(open_namespaces(builder.get(), created.namespaces), "open namespaces");
  map_ids(plan, builder.get());
  send_go(go);
  ChildOutcome outcome = await_child(report.ours.get());
  require_no_failure(outcome);
  if (!outcome.descriptor) throw StepError("data directory", EBADF);
  created.data_directory = std::move(outcome.descriptor);
  return created;
}

std::unique_ptr<EmptyRoom> make_room(const SandboxPlan& plan, const NamespaceHandles& sandbox,
                                     const GroupEntrance& groups) {
  FdPair report = make_socket_pair(SOCK_SEQPACKET);
  FdPair go = make_socket_pair(SOCK_STREAM);
  const UnfinishedProcess helper(clone_process_into(groups, 0));
  if (helper.get() < 0) throw StepError("fork", errno);
  if (helper.get() == 0) {
    RoomContext context{plan, sandbox, groups, report.theirs.get(), go.theirs.get()};
    run_room_helper(context);
  }
  report.theirs = UniqueFd();
  go.theirs = UniqueFd();
  const ChildOutcome started = await_start(report.ours.get());
  // Init ends last, perhaps after an interpreter whose helper was too late to tell us of it: to
  // wait for it here might be for ever.
  auto room = std::make_unique<EmptyRoom>(started.started);
  require_no_failure(started);
  if (room->init.get() == 0) throw StepError("start init", ECHILD);
  require(open_namespaces(room->init.get(), room->namespaces), "open room");
  send_go(go);
  require_no_failure(await_child(report.ours.get()));
  require_confined(find_weakness(room->init.get(), plan.outside_uid, plan.outside_gid));
  return room;
}

StartedInterpreter start_interpreter(const SandboxPlan& plan, EmptyRoom& room,
                                     const GroupEntrance& groups) {
  return start_in_room(plan, room, [&](const NamespaceHandles& namespaces, Channels& channels) {
    const UnfinishedProcess helper(clone_process_into(groups, 0));
    if (helper.get() < 0) throw StepError("fork", errno);
    if (helper.get() == 0) {
      InterpreterContext context{namespaces,
                                 groups.files,
                                 plan.limits,
                                 plan.interpreter_filter,
                                 plan.working_directory.c_str(),
                                 channels.report.theirs.get(),
                                 channels.control.theirs.get(),
                                 channels.output.theirs.get(),
                                 channels.error.theirs.get()};
      run_entering_helper(plan, context);
    }
    channels.report.theirs = UniqueFd();
    return await_child(channels.report.ours.get());
  });
}

StartedEgress start_egress(const SandboxPlan& plan, const NamespaceHandles& sandbox) {
  FdPair report = make_socket_pair(SOCK_SEQPACKET);
  FdPair ready = make_pipe();
  FdPair complaints = make_pipe();
  UnfinishedProcess egress(clone_process(CLONE_NEWPID));
  if (egress.get() < 0) throw StepError("egress: fork", errno);
  if (egress.get() == 0) {
    EgressContext context{plan, sandbox, report.theirs.get(), ready.theirs.get(),
                          complaints.theirs.get()};
    run_egress(context);
  }
  report.theirs = UniqueFd();
  const ChildReport failure = await_child(report.ours.get()).failure;
  if (failure.error_number != 0) {
    throw StepError(std::string("egress: ") + failure.step, failure.error_number);
  }
  return {egress.keep(), std::move(ready.ours), std::move(complaints.ours)};
}

StartedZygote start_zygote(const SandboxPlan& plan, const NamespaceHandles& home) {
  FdPair report = make_socket_pair(SOCK_SEQPACKET);
  FdPair socket = make_socket_pair(SOCK_SEQPACKET);
  UnfinishedProcess zygote(clone_process(0));
  if (zygote.get() < 0) throw StepError("fork", errno);
  if (zygote.get() == 0) {
    ZygoteContext context{plan, home, report.theirs.get(), socket.theirs.get()};
    run_zygote(context);
  }
  report.theirs = UniqueFd();
  require_no_failure(await_child(report.ours.get()));
  return {zygote.keep(), std::move(socket.ours)};
}

StartedInterpreter fork_interpreter(const SandboxPlan& plan, EmptyRoom& room,
                                    const GroupEntrance& groups, int zygote) {
  return start_in_room(plan, room, [&](const NamespaceHandles& namespaces, Channels& channels) {
    std::vector<int> descriptors;
    for (const UniqueFd& handle : namespaces) descriptors.push_back(handle.get());
    for (const FdPair* pair :
         {&channels.report, &channels.control, &channels.output, &channels.error}) {
      descriptors.push_back(pair->theirs.get());
    }
    for (const UniqueFd& file : groups.files) descriptors.push_back(file.get());
    const ForkRequest request;
    try {
      send_message(zygote, &request, sizeof(request), descriptors);
    } catch (const std::system_error& error) {
      throw StepError("zygote: send", error.code().value());
    }
    channels.report.theirs = UniqueFd();
    return await_child(channels.report.ours.get());
  });
}

}  // namespace dynsessions::sandbox
