#pragma once

#include <string>
#include <vector>

#include <linux/filter.h>
#include <sys/types.h>

#include "sandbox/limits/limits.h"
#include "sandbox/spec/launch_spec.h"
#include "sandbox/steps/root_layout.h"

/// Everything that the children of the launcher need and may not allocate themselves, prepared
/// once from a SandboxProfile. The children read it in their copy of the launcher's memory; it is
/// never changed after it was made.
namespace dynsessions::sandbox {

/// A compiled seccomp filter.
using BpfProgram = std::vector<sock_filter>;

enum class LauncherUser {
  root,     ///< real root: sessions have the uid and gid of the launcher's spec
  ordinary  ///< in the full tier inside a user namespace of ours: sessions have the launcher's
};

/// What the plans of all profiles of a launcher have in common.
struct PlanBasis {
  Tier tier = Tier::full;
  LauncherUser user = LauncherUser::root;
  BpfProgram init_filter;
  BpfProgram interpreter_filter;
  uid_t outside_uid = 0;  ///< who a session's processes are outside
  gid_t outside_gid = 0;
};

/// Throws std::runtime_error if sessions would run as root, or if the filters do not compile.
[[nodiscard]] PlanBasis make_plan_basis(const LauncherSpec& spec, LauncherUser user);

struct SandboxPlan {
  Tier tier = Tier::full;
  LauncherUser user = LauncherUser::root;
  std::vector<LayoutEntry> layout;
  std::string tmp_options;  ///< of the tmpfs mounts, as mount(2) takes them
  std::string shared_memory_options;
  std::string data_options;
  Limits spec_limits;
  BpfProgram init_filter;
  BpfProgram interpreter_filter;
  ResourceLimits limits;
  std::string path_library;       ///< below the full tier; may be empty
  std::string shown_paths;        ///< sources of the profile's binds, with colons between them
  std::string working_directory;  ///< HOME of the profile's environment, / without one
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  std::vector<std::string> zygote_arguments;  ///< empty: no zygote
  std::vector<std::string> packages;
  std::vector<LayoutEntry> egress_layout;     ///< what slirp4netns sees
  std::vector<std::string> egress_arguments;  ///< empty: no network outward
  std::vector<char*> egress_argv;             ///< points into egress_arguments, ends with null
  std::vector<char*> zygote_argv;             ///< points into zygote_arguments, ends with null
  std::vector<char*> argv;                    ///< points into arguments, ends with null
  std::vector<char*> envp;                    ///< points into environment, ends with null
  uid_t outside_uid = 0;                      ///< who a session's processes are outside
  gid_t outside_gid = 0;

  SandboxPlan() = default;
  SandboxPlan(const SandboxPlan&) = delete;  // argv and envp point into it
  SandboxPlan& operator=(const SandboxPlan&) = delete;
};

/// As execve takes them: they point into `strings`, a null ends them.
[[nodiscard]] std::vector<char*> pointers_to(std::vector<std::string>& strings);

/// Fills the plan. Throws std::runtime_error if the profile cannot be used on this host.
void prepare_plan(const PlanBasis& basis, const SandboxProfile& profile, SandboxPlan& plan);

}  // namespace dynsessions::sandbox
