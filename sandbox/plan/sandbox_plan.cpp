#include "sandbox/plan/sandbox_plan.h"

#include <algorithm>
#include <stdexcept>

#include <sys/resource.h>
#include <unistd.h>

#include "sandbox/kernel/seccomp/seccomp_filter.h"

namespace dynsessions::sandbox {
namespace {

/// Limit for /tmp and /dev/shm, where packages keep many small files, each of which uses kernel
/// memory.
constexpr std::uint64_t kScratchInodes = 65'536;

/// tmpfs and cgroups treat 0 as "no limit" or refuse it, which is the opposite of its meaning here.
void require_limits(const Limits& limits) {
  for (const std::uint64_t limit :
       {limits.data_bytes, limits.data_inodes, limits.tmp_bytes, limits.shared_memory_bytes,
        limits.processes, limits.open_files, limits.memory_bytes, limits.cpu_hundredths}) {
    if (limit == 0) throw std::runtime_error("limits: a size of 0 is not a limit");
  }
}

std::string tmpfs_options(std::uint64_t bytes, std::uint64_t inodes, const char* mode) {
  return "size=" + std::to_string(bytes) + ",nr_inodes=" + std::to_string(inodes) + ",mode=" + mode;
}

/// Files that are written in large pieces get large pages, which halves the time of a large upload.
/// They make no file larger, except a file with holes that is written through a mapping: there a
/// touched byte can take 2 MB. Only a kernel that has this directory knows the option.
std::string with_large_pages(std::string options) {
  if (::access("/sys/kernel/mm/transparent_hugepage", F_OK) == 0) options += ",huge=within_size";
  return options;
}

/// The kernel refuses to send descriptors from a process if more descriptors of its user are in
/// flight than the process is allowed to open. A session can have its own limit plus one message
/// (253) in flight, so a launcher of the same user needs a higher limit.
std::uint64_t most_open_files_of_same_user() {
  constexpr std::uint64_t kMessage = 320;
  rlimit own{};
  if (::getrlimit(RLIMIT_NOFILE, &own) < 0) throw std::runtime_error("RLIMIT_NOFILE");
  if (own.rlim_cur <= 64) return own.rlim_cur;
  return own.rlim_cur > 2 * kMessage ? own.rlim_cur - kMessage : own.rlim_cur / 2;
}

void require_possible_without_namespaces(const SandboxProfile& profile) {
  for (const ReadOnlyBind& bind : profile.binds) {
    if (bind.source != bind.target) {
      throw std::runtime_error("bind target " + bind.target + ": only mounts could show it there");
    }
  }
  if (!profile.egress_program.empty()) {
    throw std::runtime_error("egress: needs a network namespace");
  }
  if (!profile.zygote.empty()) throw std::runtime_error("zygote: only jails can be forked into");
}

/// Matches egress_child.cpp: the network is descriptor 0, and a byte on descriptor 3 reports that
/// it is ready. slirp4netns's --enable-sandbox needs an id 0, which sandboxes do not have, so the
/// child confines itself instead. Without --enable-ipv6 and --api-socket it has neither IPv6 nor a
/// control socket.
std::vector<std::string> egress_arguments(const SandboxProfile& profile) {
  if (profile.egress_program.empty()) return {};
  return {kEgressProgramInside,      "--configure",      "--mtu=65520",
          "--disable-host-loopback", "--enable-seccomp", "--ready-fd=3",
          "--netns-type=path",       "/proc/self/fd/0",  "tap0"};
}

}  // namespace

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (std::string& text : strings) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

PlanBasis make_plan_basis(const LauncherSpec& spec, LauncherUser user) {
  PlanBasis basis;
  basis.tier = spec.tier;
  basis.user = user;
  basis.init_filter = compile_init_filter();
  basis.interpreter_filter = compile_interpreter_filter(spec.tier);
  return basis;
}

void prepare_plan(const PlanBasis& basis, const SandboxProfile& profile, SandboxPlan& plan) {
  if (profile.interpreter.empty()) throw std::runtime_error("interpreter: argv is empty");
  Limits limits = profile.limits;
  require_limits(limits);
  if (basis.user == LauncherUser::ordinary) {
    limits.open_files = std::min(limits.open_files, most_open_files_of_same_user());
  }
  if (basis.tier != Tier::full) require_possible_without_namespaces(profile);
  plan.tier = basis.tier;
  plan.user = basis.user;
  plan.path_library = profile.path_library;
  for (const ReadOnlyBind& bind : profile.binds) plan.shown_paths += bind.source + ':';
  plan.layout = root_layout(profile, basis.tier);
  plan.tmpfs_options.tmp = tmpfs_options(limits.tmp_bytes, kScratchInodes, "1777");
  plan.tmpfs_options.shared_memory =
      tmpfs_options(limits.shared_memory_bytes, kScratchInodes, "1777");
  plan.tmpfs_options.data =
      with_large_pages(tmpfs_options(limits.data_bytes, limits.data_inodes, "0755"));
  plan.init_filter = basis.init_filter;
  plan.interpreter_filter = basis.interpreter_filter;
  plan.limits = resource_limits(limits);
  plan.spec_limits = limits;
  plan.working_directory = environment_value(profile, "HOME", "/");
  plan.arguments = profile.interpreter;
  plan.environment = profile.environment;
  plan.argv = pointers_to(plan.arguments);
  plan.envp = pointers_to(plan.environment);
  plan.zygote_user = basis.zygote_user;
  if (!profile.egress_program.empty()) plan.egress_layout = egress_layout(profile.egress_program);
  plan.egress_arguments = egress_arguments(profile);
  plan.egress_argv = pointers_to(plan.egress_arguments);
  plan.packages = profile.packages;
  plan.zygote_arguments = profile.zygote;
  if (!profile.zygote.empty())
    plan.zygote_arguments.push_back(std::to_string(plan.zygote_user.uid));
  plan.zygote_argv = pointers_to(plan.zygote_arguments);
}

}  // namespace dynsessions::sandbox
