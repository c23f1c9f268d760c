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

/// Time as a run sees it, and whether somebody is tired of it; tests replace all three.
struct Patience {
  std::function<std::chrono::milliseconds()> now;
  std::function<void(std::chrono::milliseconds)> pause;  ///< shorter when interrupted
  std::function<bool()> interrupted;

  static Patience real();
};

/// Against what, and as whom.
struct RunTarget {
  Send send;
  std::string token;
  std::string name;      ///< for the report
  std::string endpoint;  ///< `${endpoint}`: the URL that the cases' paths are below
  std::string run;       ///< `${run}`: what all identifiers of this run begin with
  Redaction redaction;
  /// Makes a token by the arguments of `dynsessions token`, for a case that brings its own.
  std::function<std::string(const std::vector<std::string>&)> make_token;
  bool is_emulator = false;  ///< known deviations are about the emulator only
};

/// Hears of each case as soon as it is done: a progress line, a checkpoint.
using OnOutcome = std::function<void(const CaseOutcome&)>;

/// Runs cases one after the other and adds what came of them to a report, which outlives it. Sends
/// only to the target; remembers no answer beyond a case. The token is in requests and nowhere
/// else.
class Runner {
 public:
  Runner(RunTarget target, Budget budget, Patience patience, RunReport& report);

  /// Asks for something that needs no session, before any case does. Throws Unreachable when there
  /// is no answer, or when the token is refused.
  void preflight();

  /// Leaves no session behind, interrupted or not. Throws CaseError for a case that cannot be sent.
  void run(const std::vector<Case>& cases, const OnOutcome& on_outcome);

 private:
  /// What came of a step, or of one exchange of it.
  struct Attempt {
    Differences differences;
    std::string curl;  ///< of the first exchange that differs
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
  /// A case may name sessions beside its own, all of which begin with the run's name.
  void remember_identifiers(const Json& request, const Json& usual);
  [[nodiscard]] Verdict verdict_on(const CaseOutcome& outcome) const;
  [[nodiscard]] std::string identifier_for(const Case& test_case) const;
  void delete_session(const std::string& identifier);
  std::vector<Answer> send(const std::vector<HttpRequest>& requests, std::chrono::seconds deadline);

  const RunTarget target_;
  const Budget budget_;
  const Patience patience_;
  RunReport& report_;
  const std::chrono::milliseconds start_;    ///< as if every runner of the report had begun at once
  std::set<std::string> other_identifiers_;  ///< of the case that runs
  bool shared_session_used_ = false;
  std::size_t case_number_ = 0;
};

}  // namespace dynsessions::conformance
