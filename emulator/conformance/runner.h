#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "emulator/conformance/budget.h"
#include "emulator/conformance/case.h"
#include "emulator/conformance/http_client.h"
#include "emulator/conformance/report.h"

namespace dynsessions::conformance {

/// Time as a run sees it; tests replace both.
struct Patience {
  std::function<std::chrono::milliseconds()> now;
  std::function<void(std::chrono::milliseconds)> pause;

  static Patience real();
};

/// Against what, and as whom.
struct RunTarget {
  Send send;
  std::string token;
  std::string name;          ///< for the report
  std::string endpoint;      ///< `${endpoint}`: the URL that the cases' paths are below
  std::string run;           ///< `${run}`: what all identifiers of this run begin with
  bool is_emulator = false;  ///< known deviations are about the emulator only
};

/// Runs cases one after the other. Sends only to the target; remembers no answer beyond a case. The
/// token is in requests and nowhere else.
class Runner {
 public:
  Runner(RunTarget target, Budget budget, Patience patience);

  /// Asks for something that needs no session, before any case does. Throws Unreachable when there
  /// is no answer, or when the token is refused.
  void preflight();

  /// Throws CaseError for a case that cannot be sent.
  [[nodiscard]] RunReport run(const std::vector<Case>& cases);

 private:
  struct Attempt {
    Differences differences;
    std::string curl;
    Json captured = Json::object();
  };

  CaseOutcome run_case(const Case& test_case);
  Attempt run_step(const Case& test_case, const Step& step, const Json& variables);
  Attempt exchange(const Case& test_case, const Step& step, const Json& variables);
  [[nodiscard]] Verdict verdict_on(const Case& test_case, bool same) const;
  [[nodiscard]] std::string identifier_for(const Case& test_case) const;
  void delete_session(const std::string& identifier);
  HttpReply send(const HttpRequest& request, std::chrono::seconds deadline);

  const RunTarget target_;
  const Budget budget_;
  const Patience patience_;
  RunReport report_;
  bool shared_session_used_ = false;
  std::size_t case_number_ = 0;
};

}  // namespace dynsessions::conformance
