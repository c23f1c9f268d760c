#include "sandbox/sandbox_plan.h"

#include <stdexcept>

#include <unistd.h>

#include "sandbox/seccomp_filter.h"

namespace dynsessions::sandbox {
namespace {

std::string tmpfs_options(std::uint64_t bytes, std::uint64_t inodes, const char* mode) {
  // tmpfs reads 0 as "no limit", the opposite of what anyone who writes it here means.
  if (bytes == 0 || inodes == 0) throw std::runtime_error("limits: a size of 0 is not a limit");
  return "size=" + std::to_string(bytes) + ",nr_inodes=" + std::to_string(inodes) + ",mode=" + mode;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (std::string& text : strings) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

void prepare_plan(const LaunchSpec& spec, Tier tier, SandboxPlan& plan) {
  if (spec.interpreter.empty()) throw std::runtime_error("interpreter: argv is empty");
  const Limits& limits = spec.limits;
  plan.layout = root_layout(spec);
  plan.tmp_options = tmpfs_options(limits.tmp_bytes, limits.data_inodes, "1777");
  plan.shared_memory_options =
      tmpfs_options(limits.shared_memory_bytes, limits.data_inodes, "1777");
  plan.data_options = tmpfs_options(limits.data_bytes, limits.data_inodes, "0755");
  plan.init_filter = compile_init_filter();
  plan.interpreter_filter = compile_interpreter_filter();
  plan.limits = resource_limits(limits);
  plan.spec_limits = limits;
  plan.working_directory = environment_value(spec, "HOME", "/");
  plan.arguments = spec.interpreter;
  plan.environment = spec.environment;
  plan.argv = pointers(plan.arguments);
  plan.envp = pointers(plan.environment);
  plan.outside_uid = tier == Tier::root ? spec.session_uid : ::geteuid();
  plan.outside_gid = tier == Tier::root ? spec.session_gid : ::getegid();
  plan.packages = spec.packages;
  plan.zygote_arguments = spec.zygote;
  if (!spec.zygote.empty()) plan.zygote_arguments.push_back(std::to_string(plan.outside_uid));
  plan.zygote_argv = pointers(plan.zygote_arguments);
  if (tier == Tier::root && (plan.outside_uid == 0 || plan.outside_gid == 0)) {
    throw std::runtime_error("session_uid and session_gid: a session never runs as root");
  }
}

}  // namespace dynsessions::sandbox
