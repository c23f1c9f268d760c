#pragma once

#include <chrono>
#include <span>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/egress/closed_networks.h"
#include "sandbox/kernel/namespaces/namespaces.h"
#include "sandbox/plan/sandbox_plan.h"

/// The launcher's side of a sandbox's network outward: the slirp4netns process that is it, from its
/// start until the sandbox ends. Nothing waits for it to come up; the launcher's loop asks.
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
  /// To be watched for input until it is up.
  [[nodiscard]] int ready_descriptor() const { return ready_.get(); }
  /// When to give up on it.
  [[nodiscard]] Time deadline() const { return deadline_; }
  /// Whether the network is up by now. Throws StepError when it will not be.
  bool is_up(Time now);

  /// Closes these networks too. Throws StepError.
  void close(std::span<const Ipv4Network> networks) const;
  /// Ends the process; the sandbox has no network any more.
  void end() const;

  /// True when `pid` was its.
  bool reaped(pid_t pid, int wait_status);

 private:
  void log_complaints() const;

  const NamespaceHandles& sandbox_;
  pid_t pid_ = 0;
  UniqueFd ready_;       ///< until it is up
  UniqueFd complaints_;  ///< until it is up
  Time deadline_;
};

}  // namespace dynsessions::sandbox
