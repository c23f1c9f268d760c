#include "emulator/conformance/run/budget.h"

#include <algorithm>
#include <sstream>

namespace dynsessions::conformance {
namespace {

std::uint32_t requests_of(const Case& one) {
  std::uint32_t requests = 0;
  for (const Step& step : one.steps) {
    requests += step.retry.attempts * static_cast<std::uint32_t>(step.exchanges.size());
  }
  return requests;
}

/// Exchanges of a step go out together, so that a step waits for one deadline.
std::chrono::seconds worst_case_of(const Case& one) {
  std::chrono::milliseconds time{0};
  for (const Step& step : one.steps) {
    time += step.retry.attempts * (deadline_of(one.cost) + step.retry.pause);
  }
  return std::chrono::ceil<std::chrono::seconds>(time);
}

}  // namespace

std::vector<Case> without_slow(std::vector<Case> cases, const Budget& budget) {
  if (!budget.slow) {
    std::erase_if(cases, [](const Case& one) { return one.cost == Cost::slow; });
  }
  return cases;
}

Plan plan_of(const std::vector<Case>& cases) {
  Plan plan;
  plan.cases = cases.size();
  std::chrono::seconds worst_case{0};
  bool shares = false;
  for (const Case& one : cases) {
    plan.requests += requests_of(one);
    worst_case += worst_case_of(one);
    shares = shares || one.session == SessionUse::shared;
    if (one.session == SessionUse::fresh) ++plan.sessions;
  }
  if (shares) ++plan.sessions;
  plan.worst_case = std::chrono::ceil<std::chrono::minutes>(worst_case);
  return plan;
}

std::string describe(const Plan& plan, const Budget& budget, const std::string& target) {
  std::ostringstream text;
  text << "Plan for " << target << "\n"
       << "  cases     " << plan.cases << "\n"
       << "  sessions  " << plan.sessions << " (at most " << budget.sessions
       << "), one at a time beside a shared one, deleted when their case ends\n"
       << "  requests  " << plan.requests << " (at most " << budget.requests << ")\n"
       << "  minutes   " << plan.worst_case.count()
       << " if every request meets its deadline (at most " << budget.time.count() << ")\n";
  return text.str();
}

bool fits(const Case& next, bool needs_session, const Spent& spent, const Budget& budget) {
  return spent.sessions + (needs_session ? 1 : 0) <= budget.sessions &&
         spent.requests + requests_of(next) <= budget.requests && spent.time < budget.time;
}

}  // namespace dynsessions::conformance
