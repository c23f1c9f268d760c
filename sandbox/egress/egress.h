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

/// The launcher's side of a sandbox's outward network: the slirp4netns process that provides it,
/// from its start until the sandbox ends. No caller waits for it; the launcher's loop continues its
/// start.
///
/// If the process exits before its sandbox, the session continues without a network, with a message
/// on stderr.
namespace dynsessions::sandbox {

class Egress {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `sandbox` must outlive it. Throws StepError.
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
  /// The latest time for the next call of advance() while there is work.
  [[nodiscard]] Time deadline() const;
  /// Continues without waiting. Returns whether the network is up and all networks are closed that
  /// must be. Throws StepError if that cannot be reached.
  bool advance(Time now);

  /// Starts to close these networks too; replaces a closing that is in progress. Throws StepError.
  void close(std::span<const Ipv4Network> networks);
  /// Ends the process; the sandbox then has no network.
  void end();

  /// Returns true if `pid` was one of its processes.
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
  void log_standard_error() const;

  const NamespaceHandles& sandbox_;
  pid_t pid_ = 0;
  std::optional<ChildReports> reports_;  ///< reports of the process; empty once it has reported
  UniqueFd ready_;                       ///< until it is up
  UniqueFd standard_error_;              ///< until it is up
  std::optional<Closing> closing_;
  Time deadline_;  ///< deadline for the network to come up
};

}  // namespace dynsessions::sandbox
