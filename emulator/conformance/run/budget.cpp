#include "emulator/conformance/run/budget.h"

#include <algorithm>
#include <set>
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

/// Number of sessions that a case names besides its own: `${identifier}-b`, `${run}other`.
std::uint32_t other_sessions_of(const Case& one) {
  std::set<std::string> names;
  for (const Step& step : one.steps) {
    for (const Exchange& exchange : step.exchanges) {
      const Json query = exchange.request.value("query", Json::object());
      const Json given = query.value("identifier", Json());
      const Json list = given.is_array() ? given : Json::array({given});
      for (const Json& name : list) {
        if (name.is_string() && name != "${identifier}") names.insert(name.get<std::string>());
      }
    }
  }
  std::erase_if(names, [](const std::string& name) {
    return name == "${run}shared" ||
           !(name.starts_with("${identifier}") || name.starts_with("${run}"));
  });
  return static_cast<std::uint32_t>(names.size());
}

/// Exchanges of a step are sent together, so a step waits for one deadline.
std::chrono::seconds worst_case_of(const Case& one) {
  std::chrono::milliseconds time{0};
  for (const Step& step : one.steps) {
    time += step.retry.attempts * (deadline_of(one.cost) + step.retry.pause);
  }
  return std::chrono::ceil<std::chrono::seconds>(time);
}

std::string limit_text(std::int64_t limit) {
  return limit == kUnlimited ? "" : " (at most " + std::to_string(limit) + ")";
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
    plan.sessions += other_sessions_of(one);
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
       << "  sessions  " << plan.sessions << limit_text(budget.sessions)
       << ", a shared one and those of one case at a time, deleted afterwards\n"
       << "  requests  " << plan.requests << limit_text(budget.requests)
       << " if every repetition is needed\n"
       << "  minutes   " << plan.worst_case.count() << limit_text(budget.time.count())
       << " if all of them take their longest time\n";
  return text.str();
}

bool fits(const Case& next, bool needs_session, const Spent& spent, const Budget& budget) {
  return spent.sessions + (needs_session ? 1 : 0) + other_sessions_of(next) <= budget.sessions &&
         spent.requests + requests_of(next) <= budget.requests && spent.time < budget.time;
}

}  // namespace dynsessions::conformance
