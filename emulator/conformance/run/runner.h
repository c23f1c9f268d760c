#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "emulator/conformance/run/budget.h"
#include "emulator/conformance/run/outcome.h"
#include "emulator/conformance/run/redaction.h"
#include "emulator/conformance/run/send.h"

namespace dynsessions::conformance {

/// The clock, pauses and interruptions of a run. Tests replace all three.
struct RunControl {
  std::function<std::chrono::milliseconds()> now;
  /// Waits; returns early if the run is interrupted.
  std::function<void(std::chrono::milliseconds)> pause;
  std::function<bool()> interrupted;

  static RunControl real();
};

/// The target of a run, and the credentials for it.
struct RunTarget {
  Send send;
  std::string token;
  std::string name;      ///< for the report
  std::string endpoint;  ///< `${endpoint}`: the URL in front of the cases' paths
  std::string run;       ///< `${run}`: the prefix of all identifiers of this run
  Redaction redaction;
  /// Makes a token from arguments of `dynsessions token`, for a case with a separate token.
  std::function<std::string(const std::vector<std::string>&)> make_token;
  bool is_emulator = false;  ///< known deviations apply to the emulator only
  /// The subscription in which the run creates a resource group, if the target is a control plane.
  /// Empty: the target is a data plane.
  std::string subscription = {};
};

/// Called with each case as soon as it is done: for a progress line or a checkpoint.
using OnOutcome = std::function<void(const CaseOutcome&)>;

/// Runs cases one after the other and adds their outcomes to a report, which must outlive the
/// runner. Sends only to the target and keeps no answer longer than a case. The token is in
/// requests and nowhere else.
class Runner {
 public:
  Runner(RunTarget target, Budget budget, RunControl control, RunReport& report);

  /// Sends a request that needs no session, before any case runs; at a control plane, creates the
  /// resource group of the run. Throws Unreachable if there is no answer or the token is refused.
  void preflight();

  /// Deletes the run's sessions and resource group, even after an interruption. Throws CaseError
  /// for a case that cannot be sent.
  void run(const std::vector<Case>& cases, const OnOutcome& on_outcome);

 private:
  /// The outcome of a step, or of one exchange of it.
  struct Attempt {
    Differences differences;
    std::string curl;  ///< command for the first exchange that differs
    Json captured = Json::object();
  };

  [[nodiscard]] NotRun reason_not_to_run(const Case& test_case);
  CaseOutcome run_unless_interrupted(const Case& test_case);
  CaseOutcome run_case(const Case& test_case, const std::string& identifier);
  Attempt run_step(const Case& test_case, const Step& step, const Json& variables);
  Attempt send_step(const Case& test_case, const Step& step, const Json& variables);
  [[nodiscard]] Attempt judge(const Exchange& exchange, const Json& expect,
                              const Answer& answer) const;
  [[nodiscard]] HttpRequest request_of(const Json& request, const Case& test_case,
                                       const Json& variables);
  /// Remembers the other sessions of a case. Their names begin with the name of the run.
  void remember_identifiers(const Json& request, const Json& usual);
  [[nodiscard]] Verdict verdict_on(const CaseOutcome& outcome) const;
  [[nodiscard]] std::string identifier_for(const Case& test_case) const;
  /// The variables that a case begins with.
  [[nodiscard]] Json variables_for(const std::string& identifier) const;
  [[nodiscard]] bool is_control_plane() const { return !target_.subscription.empty(); }
  /// The path of the resource group, without a leading slash.
  [[nodiscard]] std::string group_path() const;
  Answer send_for_group(const char* method);
  void delete_group();
  void delete_session(const std::string& identifier);
  std::vector<Answer> send(const std::vector<HttpRequest>& requests, std::chrono::seconds deadline);

  const RunTarget target_;
  const Budget budget_;
  const RunControl control_;
  RunReport& report_;
  /// Start of the run, as if one runner had run all cases of the report.
  const std::chrono::milliseconds start_;
  std::set<std::string> other_identifiers_;  ///< further sessions of the running case
  bool shared_session_used_ = false;
  std::size_t case_number_ = 0;
};

}  // namespace dynsessions::conformance
