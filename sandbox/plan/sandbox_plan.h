#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "sandbox/base/user_ids.h"
#include "sandbox/kernel/mounts/mounts.h"
#include "sandbox/kernel/mounts/root_layout.h"
#include "sandbox/kernel/rlimits/resource_limits.h"
#include "sandbox/kernel/seccomp/bpf_program.h"
#include "sandbox/protocol/launcher_spec.h"
#include "sandbox/protocol/sandbox_profile.h"

/// Everything that children of the launcher need but cannot allocate themselves, prepared once from
/// a SandboxProfile. The children read it in their copy of the launcher's memory; it never changes
/// after it was made.
namespace dynsessions::sandbox {

enum class LauncherUser {
  root,     ///< real root: each session has a separate user (session_users.h)
  ordinary  ///< sessions have the launcher's user; in the full tier in a user namespace
};

/// The part that the plans of all profiles of a launcher share.
struct PlanBasis {
  Tier tier = Tier::full;
  LauncherUser user = LauncherUser::root;
  BpfProgram init_filter;
  BpfProgram interpreter_filter;
  UserIds zygote_user{};  ///< a user of this host; set by the launcher
};

/// Throws std::runtime_error if the filters do not compile.
[[nodiscard]] PlanBasis make_plan_basis(const LauncherSpec& spec, LauncherUser user);

struct SandboxPlan {
  Tier tier = Tier::full;
  LauncherUser user = LauncherUser::root;
  std::vector<LayoutEntry> layout;
  TmpfsOptions tmpfs_options;
  Limits spec_limits;
  BpfProgram init_filter;
  BpfProgram interpreter_filter;
  ResourceLimits limits;
  std::string path_library;       ///< below the full tier; can be empty
  std::string shown_paths;        ///< sources of the profile's binds, with colons between them
  std::string working_directory;  ///< HOME of the profile's environment; / if it has none
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  /// Empty: no zygote. The last argument is the user as which the zygote uses files.
  std::vector<std::string> zygote_arguments;
  std::vector<std::string> packages;
  std::vector<LayoutEntry> egress_layout;     ///< the files that slirp4netns sees
  std::vector<std::string> egress_arguments;  ///< empty: no outward network
  std::vector<char*> egress_argv;             ///< points into egress_arguments, ends with null
  std::vector<char*> zygote_argv;             ///< points into zygote_arguments, ends with null
  std::vector<char*> argv;                    ///< points into arguments, ends with null
  std::vector<char*> envp;                    ///< points into environment, ends with null
  UserIds zygote_user{};                      ///< of this host

  SandboxPlan() = default;
  SandboxPlan(const SandboxPlan&) = delete;  // argv and envp point into it
  SandboxPlan& operator=(const SandboxPlan&) = delete;
};

/// Returns pointers into `strings`, with a null at the end, as execve takes them.
[[nodiscard]] std::vector<char*> pointers_to(std::vector<std::string>& strings);

/// Fills the plan. Throws std::runtime_error if the profile cannot be used on this host.
void prepare_plan(const PlanBasis& basis, const SandboxProfile& profile, SandboxPlan& plan);

}  // namespace dynsessions::sandbox
