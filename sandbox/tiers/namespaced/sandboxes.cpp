#include "sandbox/tiers/namespaced/sandboxes.h"

#include <csignal>

#include <fcntl.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>

#include "sandbox/egress/closed_networks.h"
#include "sandbox/process/child_report.h"
#include "sandbox/process/clone_process.h"
#include "sandbox/process/spawn.h"
#include "sandbox/process/step_error.h"
#include "sandbox/tiers/namespaced/child.h"
#include "sandbox/tiers/namespaced/zygote_protocol.h"
#include "sandbox/tiers/verification.h"

namespace dynsessions::sandbox {
namespace {

void map_ids(UserIds user, pid_t pid) {
  require(write_id_maps(pid, kInsideUid, user.uid, kInsideGid, user.gid), "map ids");
}

void send_go(const FdPair& go) {
  require(checked(::send(go.ours.get(), "g", 1, MSG_NOSIGNAL)), "go");
}

/// Starts an interpreter in the jail with `spawn`, which receives the child's ends of the channels.
template <typename Spawn>
StartedInterpreter start_in_jail(UserIds user, PendingJail& jail, const Spawn& spawn) {
  Channels channels;
  const ChildOutcome outcome = spawn(jail.namespaces, channels);
  // In the loop: until its helper is gone, one that was forked is not our child.
  UnfinishedProcess interpreter(outcome.started, UnfinishedProcess::Reaping::in_loop);
  require_no_failure(outcome);
  if (interpreter.get() == 0) throw StepError("start inside", EPIPE);
  require_confined(find_weakness(interpreter.get(), user.uid, user.gid));
  require_confined(find_leak(interpreter.get(), jail.namespaces));
  return {{jail.init.keep(), interpreter.keep()},
          std::move(channels.control.ours),
          std::move(channels.output.ours),
          std::move(channels.error.ours)};
}

}  // namespace

CreatedSandbox create_sandbox(const SandboxPlan& plan, const SandboxUser& user,
                              const CgroupJoin& groups) {
  const std::vector<Ipv4Network> closed =
      plan.egress_arguments.empty() ? std::vector<Ipv4Network>() : closed_networks();
  FdPair report = make_socket_pair(SOCK_SEQPACKET);
  FdPair go = make_socket_pair(SOCK_STREAM);
  BuilderContext context{plan, groups, user.owner, report.theirs.get(), go.theirs.get(), closed};
  pid_t pid = 0;
  const StepFailure failure = start_builder(context, pid);
  const UnfinishedProcess builder(pid);
  if (failure) require({failure.error_number, failure.detail}, failure.step);
  report.theirs = UniqueFd();
  go.theirs = UniqueFd();
  CreatedSandbox created;
  require_no_failure(await_start(report.ours.get()));
  require(open_namespaces(builder.get(), created.namespaces), "open namespaces");
  map_ids(user.ids, builder.get());
  send_go(go);
  ChildOutcome outcome = await_child(report.ours.get());
  require_no_failure(outcome);
  if (!outcome.descriptor) throw StepError("data directory", EBADF);
  created.data_directory = std::move(outcome.descriptor);
  return created;
}

std::unique_ptr<PendingJail> make_jail(const SandboxPlan& plan, UserIds user,
                                       const NamespaceHandles& sandbox, const CgroupJoin& groups) {
  FdPair report = make_socket_pair(SOCK_SEQPACKET);
  FdPair go = make_socket_pair(SOCK_STREAM);
  const UnfinishedProcess helper(clone_process_into(groups, 0));
  if (helper.get() < 0) throw StepError("fork", errno);
  if (helper.get() == 0) {
    JailContext context{plan, sandbox, groups, report.theirs.get(), go.theirs.get()};
    run_jail_helper(context);
  }
  report.theirs = UniqueFd();
  go.theirs = UniqueFd();
  const ChildOutcome started = await_start(report.ours.get());
  // Init ends last, perhaps after an interpreter whose helper was too late to tell us of it: to
  // wait for it here might be for ever.
  auto jail = std::make_unique<PendingJail>(started.started);
  require_no_failure(started);
  if (jail->init.get() == 0) throw StepError("start init", ECHILD);
  require(open_namespaces(jail->init.get(), jail->namespaces), "open jail");
  send_go(go);
  require_no_failure(await_child(report.ours.get()));
  require_confined(find_weakness(jail->init.get(), user.uid, user.gid));
  return jail;
}

StartedInterpreter start_interpreter(const SandboxPlan& plan, UserIds user, PendingJail& jail,
                                     const CgroupJoin& groups) {
  return start_in_jail(user, jail, [&](const NamespaceHandles& namespaces, Channels& channels) {
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

StartedInterpreter fork_interpreter(const SandboxUser& user, PendingJail& jail,
                                    const CgroupJoin& groups, int zygote) {
  return start_in_jail(user.ids, jail, [&](const NamespaceHandles& namespaces, Channels& channels) {
    std::vector<int> descriptors;
    for (const UniqueFd& handle : namespaces) descriptors.push_back(handle.get());
    for (const FdPair* pair :
         {&channels.report, &channels.control, &channels.output, &channels.error}) {
      descriptors.push_back(pair->theirs.get());
    }
    for (const UniqueFd& file : groups.files) descriptors.push_back(file.get());
    const ForkRequest request{user.owner};
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
