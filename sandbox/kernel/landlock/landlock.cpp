#include "sandbox/kernel/landlock/landlock.h"

#include <algorithm>

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/process/step_error.h"

namespace dynsessions::sandbox {
namespace {

// Newer than the headers of the distribution; values from the kernel's documentation.
constexpr std::uint64_t kTruncate = 1ULL << 14;
constexpr std::uint64_t kDeviceControl = 1ULL << 15;
constexpr std::uint64_t kBindTcp = 1ULL << 0;
constexpr std::uint64_t kConnectTcp = 1ULL << 1;
constexpr std::uint64_t kScopeAbstractSocket = 1ULL << 0;
constexpr std::uint64_t kScopeSignal = 1ULL << 1;

/// The structure of ABI 6; older kernels accept a shorter one.
struct RulesetAttributes {
  std::uint64_t handled_files;
  std::uint64_t handled_network;
  std::uint64_t scoped;
};

constexpr std::uint64_t kFirstAbiFiles = (1ULL << 13) - 1;
constexpr std::uint64_t kReadFile = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t kRead = kReadFile | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kReadAndExecute = kRead | LANDLOCK_ACCESS_FS_EXECUTE;
constexpr std::uint64_t kUseDevice = kReadFile | LANDLOCK_ACCESS_FS_WRITE_FILE;
constexpr std::uint64_t kDeviceNodes = LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK;
constexpr std::uint64_t kForFiles = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                    kReadFile | kTruncate | kDeviceControl;

/// Files of /proc that describe the machine, not a process.
constexpr const char* kFacts[] = {"/proc/cpuinfo", "/proc/filesystems", "/proc/loadavg",
                                  "/proc/meminfo", "/proc/stat",        "/proc/uptime",
                                  "/proc/version"};

/// The list of CPUs, which /proc/stat shows too. Of the other files in the directory only the names
/// are visible.
constexpr const char* kCpus = "/sys/devices/system/cpu";
constexpr const char* kFactsOfCpus[] = {"online", "possible", "present"};
constexpr const char* kFactsOfCpu[] = {"thread_siblings", "core_siblings"};
/// The CPU limit of the whole machine or container. If these files exist, joblib reads them, and
/// fails if it is not allowed to.
constexpr const char* kCpuQuota[] = {"/sys/fs/cgroup/cpu.max",
                                     "/sys/fs/cgroup/cpu/cpu.cfs_quota_us",
                                     "/sys/fs/cgroup/cpu/cpu.cfs_period_us"};

std::uint64_t known_files(int abi) {
  std::uint64_t files = kFirstAbiFiles;
  if (abi >= 2) files |= LANDLOCK_ACCESS_FS_REFER;
  if (abi >= kLandlockWithTruncate) files |= kTruncate;
  if (abi >= 5) files |= kDeviceControl;
  return files;
}

UniqueFd create_ruleset(const RulesetAttributes& attributes, int abi) {
  const std::size_t size = abi >= kLandlockWithScopes ? sizeof(attributes)
                           : abi >= 4                 ? 2 * sizeof(std::uint64_t)
                                                      : sizeof(std::uint64_t);
  UniqueFd ruleset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0)));
  if (!ruleset) throw StepError("landlock: ruleset", errno);
  return ruleset;
}

StepResult add_rule(int ruleset, int path, std::uint64_t access) {
  landlock_path_beneath_attr rule{};
  rule.allowed_access = access;
  rule.parent_fd = path;
  return checked(::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0));
}

void allow(const UniqueFd& ruleset, const std::string& path, std::uint64_t access) {
  const UniqueFd file(::open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) < 0) throw StepError("landlock: " + path, errno);
  if (!S_ISDIR(status.st_mode)) access &= kForFiles;
  const StepResult result = add_rule(ruleset.get(), file.get(), access);
  if (!result.ok()) throw StepError("landlock: " + path, result.error_number);
}

/// A container can show fewer of them.
void allow_cpus(const UniqueFd& ruleset) {
  const auto is_there = [](const std::string& path) { return ::access(path.c_str(), F_OK) == 0; };
  const auto allow_if_there = [&](const std::string& path, std::uint64_t access) {
    if (is_there(path)) allow(ruleset, path, access);
  };
  const std::string cpus = kCpus;
  allow_if_there(cpus, LANDLOCK_ACCESS_FS_READ_DIR);
  for (const char* path : kCpuQuota) allow_if_there(path, kReadFile);
  for (const char* fact : kFactsOfCpus) allow_if_there(cpus + '/' + fact, kReadFile);
  for (unsigned cpu = 0; is_there(cpus + "/cpu" + std::to_string(cpu)); ++cpu) {
    const std::string topology = cpus + "/cpu" + std::to_string(cpu) + "/topology/";
    for (const char* fact : kFactsOfCpu) allow_if_there(topology + fact, kReadFile);
  }
}

StepResult restrict_self(int ruleset) {
  const StepResult result = checked(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
  return result.ok() ? checked(::syscall(SYS_landlock_restrict_self, ruleset, 0)) : result;
}

}  // namespace

int landlock_abi() {
  const long abi =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return static_cast<int>(std::max(abi, 0L));
}

UniqueFd make_session_ruleset(std::span<const LayoutEntry> layout,
                              const std::vector<std::string>& directories) {
  const int abi = landlock_abi();
  const std::uint64_t files = known_files(abi);
  RulesetAttributes attributes{files, 0, 0};
  if (abi >= 4) attributes.handled_network = kBindTcp | kConnectTcp;
  if (abi >= kLandlockWithScopes) attributes.scoped = kScopeAbstractSocket | kScopeSignal;
  UniqueFd ruleset = create_ruleset(attributes, abi);
  for (const LayoutEntry& entry : layout) {
    if (entry.kind != LayoutEntry::Kind::tree) continue;
    allow(ruleset, entry.source, entry.tree_is_device ? kUseDevice : kReadAndExecute);
  }
  for (const char* path : kFacts) allow(ruleset, path, kRead);
  allow_cpus(ruleset);
  for (const std::string& directory : directories) allow(ruleset, directory, files & ~kDeviceNodes);
  return ruleset;
}

UniqueFd make_signal_ruleset() { return create_ruleset({0, 0, kScopeSignal}, kLandlockWithScopes); }

StepResult enter_landlock(int session_ruleset) {
  const int self = ::open("/proc/self", O_PATH | O_CLOEXEC);
  if (self < 0) return {errno, "/proc/self"};
  const StepResult result = add_rule(session_ruleset, self, kRead);
  ::close(self);
  return result.ok() ? restrict_self(session_ruleset) : result;
}

StepResult enter_signal_scope(int signal_ruleset) { return restrict_self(signal_ruleset); }

}  // namespace dynsessions::sandbox
