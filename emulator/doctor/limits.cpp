#include "emulator/doctor/limits.h"

#include <algorithm>

#include "emulator/app/descriptors.h"

namespace dynsessions::doctor {
namespace {

using sandbox::LimitKind;
using sandbox::LimitState;

constexpr const char* kGiveGroups =
    "let the server have cgroups: run as root, or as `systemd-run --user --scope "
    "-p Delegate=yes dynsessions`; in a container: --privileged --user root, "
    "or limits of the container (--memory, --cpus, --pids-limit) for all sessions together";
constexpr const char* kSwitchOn = "start without --control-groups off";

/// The consequence of a limit that is not hard.
std::string consequence(const std::string& name, LimitKind kind) {
  if (kind == LimitKind::hard) return {};
  if (name == "memory") return "; for a moment a session can have more";
  if (name == "processes") return "; other programs of the user count as well";
  return "; a session can take all of it";
}

Check check_limit(const std::string& name, const LimitState& state) {
  std::string finding = words_for(state.kind);
  if (state.kind != LimitKind::absent) finding += ", by " + words_for(state.means);
  finding += consequence(name, state.kind);
  const auto verdict = state.kind == LimitKind::hard ? Verdict::good : Verdict::warning;
  return {"limits", name, verdict, finding, {}};
}

/// All limits that need a cgroup are missing for the same reason, so only the first line gives it.
void explain(Checks& checks, const std::string& obstacle) {
  const auto first = std::find_if(checks.begin(), checks.end(), [](const Check& check) {
    return check.verdict == Verdict::warning;
  });
  if (first == checks.end()) return;
  if (!obstacle.empty()) first->finding += " (" + obstacle + ")";
  first->cure = obstacle.empty() ? kSwitchOn : kGiveGroups;
}

Check check_files(const LimitState& state) {
  if (state.kind == LimitKind::hard) {
    return {"limits", "files", Verdict::good, "hard, by " + words_for(state.means), {}};
  }
  return {"limits", "files", Verdict::warning,
          words_for(state.kind) + ", by " + words_for(state.means) +
              "; for a moment a session can take more of the disk",
          "--sandbox full, which has separate file systems"};
}

Check check_kernel_objects(const LimitState& state, const SessionUserFacts& users) {
  const std::string finding = words_for(state.kind) + ", by " + words_for(state.means);
  if (state.kind == LimitKind::hard) {
    return {"limits", "kernel objects", Verdict::good, finding, {}};
  }
  return {"limits", "kernel objects", Verdict::warning,
          finding +
              "; several sessions together can use up the limits of a user for inotify "
              "instances, queued signals and timers" +
              (users.are_separate ? "" : ", descriptors in flight and pipe pages"),
          users.missing.empty()
              ? "run the server as root; in a container, with --cap-add SYS_ADMIN --cap-add "
                "SYS_PTRACE"
              : "give the server " + users.missing + "; in a container, with --cap-add"};
}

}  // namespace

Checks check_limits(const sandbox::LimitReport& report, const std::string& obstacle,
                    const SessionUserFacts& users) {
  Checks checks{check_limit("memory", report.memory), check_limit("processes", report.processes),
                check_limit("CPU", report.cpu)};
  explain(checks, obstacle);
  checks.push_back(check_files(report.files));
  checks.push_back(check_kernel_objects(report.kernel_objects, users));
  checks.push_back({"limits", "open files", Verdict::good, "hard, by RLIMIT_NOFILE", {}});
  return checks;
}

Check check_descriptors(std::uint64_t descriptor_limit, std::uint64_t sessions) {
  const DescriptorShortage shortage = descriptor_shortage(descriptor_limit, sessions);
  if (!shortage.finding.empty()) {
    return {"limits", "open files of the server", Verdict::warning, shortage.finding,
            shortage.cure};
  }
  return {"limits",
          "open files of the server",
          Verdict::good,
          std::to_string(descriptor_limit) + " open files, enough for " + std::to_string(sessions) +
              " sessions",
          {}};
}

}  // namespace dynsessions::doctor
