#include "sandbox/egress/egress_child.h"

#include <csignal>
#include <cstdlib>

#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/kernel/privileges/privileges.h"
#include "sandbox/kernel/rlimits/resource_limits.h"
#include "sandbox/process/child_setup.h"

namespace dynsessions::sandbox {
namespace {

constexpr const char* kTunDevice = "/dev/net/tun";

constexpr std::size_t kNetworkHandle = 3;
static_assert(kNamespaceKinds[kNetworkHandle].flag == CLONE_NEWNET);

/// On some machines only root can open the device, and slirp4netns must not be root: it gets a
/// separate node, which an ordinary user cannot make.
StepResult open_up_tun_device() {
  struct stat status {};
  if (::stat(kTunDevice, &status) < 0) return {errno, kTunDevice};
  constexpr mode_t kForAll = S_IROTH | S_IWOTH;
  if ((status.st_mode & kForAll) == kForAll) return {};
  const char* options = "size=4k,nr_inodes=2,mode=0755";
  if (::mount("tmpfs", "/dev/net", "tmpfs", MS_NOSUID | MS_NOEXEC, options) < 0) {
    return {errno, kTunDevice};
  }
  if (::mknod(kTunDevice, S_IFCHR | 0600, status.st_rdev) < 0) return {errno, kTunDevice};
  return checked(::chmod(kTunDevice, 0666), kTunDevice);
}

/// 0 is the sandbox's network, as slirp4netns's arguments say; 1 is the launcher's /dev/null.
StepResult arrange(EgressContext& context) {
  if (::dup2(context.sandbox[kNetworkHandle].get(), STDIN_FILENO) < 0) return {errno, "network"};
  return arrange_descriptors(
      {context.report, context.ready, STDOUT_FILENO, context.standard_error});
}

/// A session can have as many connections as descriptors; their buffers are private memory.
constexpr ResourceLimit kLimits[] = {{RLIMIT_CORE, 1, "RLIMIT_CORE"},
                                     {RLIMIT_NOFILE, 1024, "RLIMIT_NOFILE"},
                                     {RLIMIT_DATA, rlim_t{256} << 20, "RLIMIT_DATA"}};

/// Its stderr has no reader after it is ready.
StepResult ignore_broken_pipes() {
  return ::signal(SIGPIPE, SIG_IGN) == SIG_ERR ? StepResult{errno} : StepResult{};
}

/// These are capabilities in the sandbox's user namespace, where they reach only that sandbox.
constexpr std::uint32_t kCapabilities = (1U << CAP_SYS_ADMIN) |  // to enter the network
                                        (1U << CAP_NET_ADMIN);   // to make its interface

constexpr Step<EgressContext> kSteps[] = {
    {"session", [](EgressContext&) { return checked(::setsid()); }},
    {"own mounts", [](EgressContext&) { return checked(::unshare(CLONE_NEWNS)); }},
    {"isolate mounts", [](EgressContext&) { return isolate_mounts(); }},
    {"tun device", [](EgressContext&) { return open_up_tun_device(); }},
    {"open tree", [](EgressContext& c) { return open_host_trees(c.plan.egress_layout, c.trees); }},
    {"new root", [](EgressContext&) { return mount_new_root(); }},
    {"lay out", [](EgressContext& c) { return lay_out_root(c.plan.egress_layout, c.trees); }},
    {"mount proc", [](EgressContext&) { return mount_proc(); }},
    {"change root", [](EgressContext&) { return pivot_to_new_root(); }},
    {"read-only root", [](EgressContext&) { return make_root_read_only(); }},
    {"enter", [](EgressContext& c) { return enter_namespaces(view_of(c.sandbox), CLONE_NEWUSER); }},
    {"session user", [](EgressContext&) { return become_session_user(); }},
    {"descriptors", arrange},
    {"limits", [](EgressContext&) { return apply_limits(kLimits); }},
    {"signals", [](EgressContext&) { return unblock_signals(); }},
    {"broken pipes", [](EgressContext&) { return ignore_broken_pipes(); }},
    {"privileges", [](EgressContext&) { return keep_only(kCapabilities); }},
    {"no_new_privs", [](EgressContext&) { return forbid_new_privileges(); }},
};

constexpr Step<ClosingContext> kClosingSteps[] = {
    {"enter",
     [](ClosingContext& c) {
       return enter_namespaces(view_of(c.sandbox), CLONE_NEWUSER | CLONE_NEWNET);
     }},
    {"close networks", [](ClosingContext& c) { return close_networks(c.networks); }},
};

}  // namespace

void run_closing(ClosingContext& context) {
  const StepFailure failure = run_steps<ClosingContext>(kClosingSteps, context);
  if (failure) report_and_exit(context.report, failure);
  ChildReport done;
  done.pid = ::getpid();
  ::_exit(send_report(context.report, done).ok() ? EXIT_SUCCESS : EXIT_FAILURE);
}

void run_egress(EgressContext& context) {
  StepFailure failure = run_steps<EgressContext>(kSteps, context);
  if (!failure) {
    const SandboxPlan& plan = context.plan;
    char* const no_environment[] = {nullptr};
    ::execve(plan.egress_argv[0], plan.egress_argv.data(), no_environment);
    failure = {"execute", plan.egress_argv[0], errno};
  }
  report_and_exit(context.report, failure);
}

}  // namespace dynsessions::sandbox
