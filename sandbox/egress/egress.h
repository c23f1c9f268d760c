#pragma once

#include <chrono>
#include <optional>
#include <span>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/egress/closed_networks.h"
#include "sandbox/kernel/namespaces/namespaces.h"
#include "sandbox/plan/sandbox_plan.h"
#include "sandbox/process/child_report.h"
#include "sandbox/process/spawn.h"

/// The launcher's side of a sandbox's network outward: the slirp4netns process that is it, from its
/// start until the sandbox ends. Nothing waits for it; the launcher's loop asks.
///
/// When it dies before its sandbox, the session goes on without a network, and it is said on
/// stderr.
namespace dynsessions::sandbox {

class Egress {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `sandbox` outlives it. Throws StepError.
  Egress(const SandboxPlan& plan, const NamespaceHandles& sandbox);
  Egress(const Egress&) = delete;
  Egress& operator=(const Egress&) = delete;
  /// Kills it; the launcher's loop reaps it.
  ~Egress();

  [[nodiscard]] pid_t process() const { return pid_; }
  /// Whether advance() has work: the network is not up yet, or networks are being closed.
  [[nodiscard]] bool is_pending() const { return descriptor() >= 0; }
  /// Descriptor to poll for input; -1 if there is no work.
  [[nodiscard]] int descriptor() const;
  /// When advance() must be called at the latest while there is work.
  [[nodiscard]] Time deadline() const;
  /// Continues without waiting. Returns whether the network is up and all networks are closed that
  /// should be. Throws StepError when that will not be.
  bool advance(Time now);

  /// Starts to close these networks too, instead of those that are being closed. Throws StepError.
  void close(std::span<const Ipv4Network> networks);
  /// Ends the process; the sandbox has no network any more.
  void end();

  /// True when `pid` was one of its processes.
  bool reaped(pid_t pid, int wait_status);

 private:
  /// A process in the sandbox that closes networks.
  struct Closing {
    ChildReports reports;
    UnfinishedProcess helper;
  };

  bool has_begun(Time now);
  bool is_up(Time now);
  bool has_closed(Time now);
  void log_complaints() const;

  const NamespaceHandles& sandbox_;
  pid_t pid_ = 0;
  std::optional<ChildReports> reports_;  ///< until it has begun
  UniqueFd ready_;                       ///< until it is up
  UniqueFd complaints_;                  ///< until it is up
  std::optional<Closing> closing_;
  Time deadline_;  ///< for the network to come up
};

}  // namespace dynsessions::sandbox
