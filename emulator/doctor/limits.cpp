#include "emulator/doctor/limits.h"

namespace dynsessions::doctor {
namespace {

using sandbox::LimitKind;
using sandbox::LimitState;

constexpr const char* kGiveGroups =
    "let the server have control groups: run as root, or as `systemd-run --user --scope "
    "-p Delegate=yes dynsessions`; in Docker: --privileged; and not with --control-groups off";

/// What it means that a limit is not hard.
std::string consequence(const std::string& name, LimitKind kind) {
  if (kind == LimitKind::hard) return {};
  if (name == "memory") return "; for a moment a session can have more";
  if (name == "processes") return "; other programs of the user count as well";
  return "; a session can take all of it";
}

Check check_limit(const std::string& name, const LimitState& state, const std::string& obstacle) {
  const bool hard = state.kind == LimitKind::hard;
  std::string finding = words_for(state.kind);
  if (state.kind != LimitKind::absent) finding += ", by " + words_for(state.means);
  finding += consequence(name, state.kind);
  if (!hard && !obstacle.empty()) finding += " (" + obstacle + ")";
  return {"limits", name, hard ? Verdict::good : Verdict::warning, finding,
          hard ? "" : kGiveGroups};
}

Check check_files(const LimitState& state) {
  if (state.kind == LimitKind::hard) {
    return {"limits", "files", Verdict::good, "hard, by " + words_for(state.means), {}};
  }
  return {"limits", "files", Verdict::warning,
          words_for(state.kind) + "; a session can fill the disk, only each file has a limit",
          "--sandbox full, which has file systems of its own"};
}

}  // namespace

Checks check_limits(const sandbox::LimitReport& report, const std::string& obstacle) {
  return {check_limit("memory", report.memory, obstacle),
          check_limit("processes", report.processes, obstacle),
          check_limit("CPU", report.cpu, obstacle),
          check_files(report.files),
          {"limits", "open files", Verdict::good, "hard, by RLIMIT_NOFILE", {}}};
}

}  // namespace dynsessions::doctor
