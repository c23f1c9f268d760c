#include "sandbox/kernel/seccomp/seccomp_filter.h"

#include <array>
#include <cerrno>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <seccomp.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/kernel/seccomp/seccomp_policy.h"

namespace dynsessions::sandbox {
namespace {

void require(bool success, const std::string& what) {
  if (!success) throw std::runtime_error("seccomp: " + what);
}

/// A filter under construction.
class Filter {
 public:
  explicit Filter(std::uint32_t default_action)
      : context_(::seccomp_init(default_action), &::seccomp_release) {
    require(context_ != nullptr, "init");
    set(SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    // Makes a binary tree: otherwise every system call would pass some 380 rules.
    set(SCMP_FLTATR_CTL_OPTIMIZE, 2);
  }

  /// Adds a rule. Unknown names are calls that this machine's kernels do not have; they need no
  /// rule.
  void add(std::uint32_t action, const char* name, std::span<const scmp_arg_cmp> comparisons = {}) {
    const int number = ::seccomp_syscall_resolve_name(name);
    if (number < 0) return;
    const int result =
        ::seccomp_rule_add_array(context_.get(), action, number,
                                 static_cast<unsigned>(comparisons.size()), comparisons.data());
    require(result == 0, std::string("rule for ") + name + ": errno " + std::to_string(-result));
  }

  [[nodiscard]] BpfProgram compile() const {
    const UniqueFd file(::memfd_create("seccomp", MFD_CLOEXEC));
    require(static_cast<bool>(file), "memory file");
    require(::seccomp_export_bpf(context_.get(), file.get()) == 0, "export");
    struct stat status {};
    require(::fstat(file.get(), &status) == 0, "size");
    const auto bytes = static_cast<std::size_t>(status.st_size);
    BpfProgram program(bytes / sizeof(sock_filter));
    const ssize_t size = ::pread(file.get(), program.data(), bytes, 0);
    require(size == status.st_size && bytes % sizeof(sock_filter) == 0, "read back");
    require(!program.empty() && program.size() <= BPF_MAXINSNS, "length");
    return program;
  }

 private:
  void set(scmp_filter_attr attribute, std::uint32_t value) {
    require(::seccomp_attr_set(context_.get(), attribute, value) == 0, "attribute");
  }

  std::unique_ptr<void, decltype(&::seccomp_release)> context_;
};

std::uint32_t refusal(int error_number) {
  return SCMP_ACT_ERRNO(static_cast<std::uint32_t>(error_number));
}

}  // namespace

namespace {

/// Adds one answer for the calls of all groups, except those in `but`, which get another answer
/// elsewhere.
void add_groups(Filter& filter, std::uint32_t action, std::span<const SyscallGroup> groups,
                const std::set<std::string>& but) {
  for (const SyscallGroup& group : groups) {
    for (const char* name : group.names) {
      if (!but.contains(name)) filter.add(action, name);
    }
  }
}

}  // namespace

BpfProgram compile_interpreter_filter(Tier tier) {
  Filter filter(refusal(ENOSYS));
  const bool restricted = tier == Tier::restricted;
  const std::set<std::string> stricter =
      restricted ? ruled_in_restricted_tier() : std::set<std::string>();
  add_groups(filter, SCMP_ACT_ALLOW, allowed_groups(), stricter);
  add_groups(filter, refusal(EPERM), refused_groups(), stricter);
  if (restricted) add_groups(filter, refusal(EPERM), groups_refused_in_restricted_tier(), {});
  std::vector<ArgumentRule> rules = argument_rules();
  std::erase_if(rules, [&](const ArgumentRule& rule) { return stricter.contains(rule.name); });
  if (restricted) {
    const auto more = argument_rules_of_restricted_tier();
    rules.insert(rules.end(), more.begin(), more.end());
  }
  for (const ArgumentRule& rule : rules) {
    std::vector<scmp_arg_cmp> comparisons{rule.first};
    if (rule.second) comparisons.push_back(*rule.second);
    if (rule.third) comparisons.push_back(*rule.third);
    const std::uint32_t action =
        rule.error_number == 0 ? SCMP_ACT_ALLOW : refusal(rule.error_number);
    filter.add(action, rule.name, comparisons);
  }
  return filter.compile();
}

BpfProgram compile_init_filter() {
  Filter filter(SCMP_ACT_KILL_PROCESS);
  for (const char* name : {"close", "pause"}) filter.add(SCMP_ACT_ALLOW, name);
  return filter.compile();
}

}  // namespace dynsessions::sandbox
