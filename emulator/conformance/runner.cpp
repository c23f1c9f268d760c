#include "emulator/conformance/runner.h"

#include <chrono>
#include <set>
#include <thread>
#include <utility>

#include "emulator/conformance/curl.h"
#include "emulator/conformance/exchange.h"
#include "emulator/conformance/template.h"

namespace dynsessions::conformance {
namespace {

using std::chrono::milliseconds;

/// All dialects address one store of sessions (CONTRACT.md section 0 fact 1), so any session can be
/// deleted at a version that has the operation.
constexpr const char* kVersionThatDeletes = "2025-10-02-preview";
constexpr unsigned kNoContent = 204;

/// A token that an answer quotes must not reach a report.
void take_out(std::string& text, const std::string& secret) {
  if (secret.empty()) return;
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret)) {
    text.replace(at, secret.size(), "$TOKEN");
  }
}

}  // namespace

Patience Patience::real() {
  return {[] {
            return std::chrono::duration_cast<milliseconds>(
                std::chrono::steady_clock::now().time_since_epoch());
          },
          [](milliseconds time) { std::this_thread::sleep_for(time); }};
}

Runner::Runner(RunTarget target, Budget budget, Patience patience)
    : target_(std::move(target)), budget_(budget), patience_(std::move(patience)) {
  report_.target = target_.name;
}

void Runner::preflight() {
  const Json request{{"method", "GET"}, {"path", "listSessions"}, {"query", {{"skip", "0"}}}};
  HttpRequest http = to_http(request, {target_.run, kVersionThatDeletes, target_.token});
  const HttpReply reply = send(http, deadline_of(Cost::free));
  if (reply.status == 401 || reply.status == 403) {
    throw Unreachable(target_.name + " refuses the token with " + std::to_string(reply.status) +
                      "; it needs the audience https://dynamicsessions.io and the role Azure "
                      "ContainerApps Session Executor");
  }
}

RunReport Runner::run(const std::vector<Case>& cases) {
  const milliseconds start = patience_.now();
  for (const Case& test_case : cases) {
    const bool needs_session = test_case.session == SessionUse::fresh ||
                               (test_case.session == SessionUse::shared && !shared_session_used_);
    report_.spent.time = patience_.now() - start;
    if (!fits(test_case, needs_session, report_.spent, budget_)) {
      report_.outcomes.push_back({test_case, Verdict::not_run, {}, {}, {}});
      continue;
    }
    if (needs_session) ++report_.spent.sessions;
    if (test_case.session == SessionUse::shared) shared_session_used_ = true;
    report_.outcomes.push_back(run_case(test_case));
  }
  if (shared_session_used_) delete_session(target_.run + "shared");
  report_.spent.time = patience_.now() - start;
  return std::move(report_);
}

CaseOutcome Runner::run_case(const Case& test_case) {
  ++case_number_;
  const milliseconds start = patience_.now();
  const std::string identifier = identifier_for(test_case);
  Json variables{{"identifier", identifier}, {"run", target_.run}, {"endpoint", target_.endpoint}};
  CaseOutcome outcome{test_case, {}, {}, {}, {}};
  for (std::size_t i = 0; i < test_case.steps.size() && outcome.differences.empty(); ++i) {
    Attempt attempt = run_step(test_case, test_case.steps[i], variables);
    variables.update(attempt.captured);
    for (Difference& found : attempt.differences) {
      found.where = "step " + std::to_string(i + 1) + ", " + found.where;
      take_out(found.actual, target_.token);
      outcome.differences.push_back(std::move(found));
    }
    if (!outcome.differences.empty()) outcome.curl = std::move(attempt.curl);
  }
  if (test_case.session == SessionUse::fresh) delete_session(identifier);
  outcome.verdict = verdict_on(test_case, outcome.differences.empty());
  outcome.duration = patience_.now() - start;
  return outcome;
}

Runner::Attempt Runner::run_step(const Case& test_case, const Step& step, const Json& variables) {
  for (unsigned left = step.retry.attempts; left > 1; --left) {
    Attempt attempt = exchange(test_case, step, variables);
    if (attempt.differences.empty()) return attempt;
    patience_.pause(step.retry.pause);
  }
  return exchange(test_case, step, variables);
}

Runner::Attempt Runner::exchange(const Case& test_case, const Step& step, const Json& variables) {
  const Scope scope{test_case.api_version, {&variables}};
  const Json request = fill(step.request, scope, Unknown::refuse);
  const Json expect = fill(step.expect, scope, Unknown::refuse);
  const RequestDefaults defaults{variables.at("identifier").get<std::string>(),
                                 test_case.api_version, target_.token};
  const HttpRequest http = to_http(request, defaults);
  Attempt attempt;
  attempt.curl = curl_line(http, target_.token);
  try {
    const HttpReply reply = send(http, deadline_of(test_case.cost));
    attempt.differences = compare(expect, reply);
    Captured captured = capture(step.capture, reply);
    attempt.differences.insert(attempt.differences.end(), captured.missing.begin(),
                               captured.missing.end());
    attempt.captured = std::move(captured.values);
  } catch (const Unreachable& error) {
    attempt.differences.push_back({"exchange", "an answer", error.what()});
  }
  return attempt;
}

Verdict Runner::verdict_on(const Case& test_case, bool same) const {
  const bool may_differ = target_.is_emulator && !test_case.deviation.empty();
  if (same) return may_differ ? Verdict::deviation_gone : Verdict::same;
  return may_differ ? Verdict::known_deviation : Verdict::different;
}

std::string Runner::identifier_for(const Case& test_case) const {
  return test_case.session == SessionUse::shared ? target_.run + "shared"
                                                 : target_.run + std::to_string(case_number_);
}

void Runner::delete_session(const std::string& identifier) {
  const Json request{{"method", "DELETE"}, {"path", "session"}};
  const HttpRequest http = to_http(request, {identifier, kVersionThatDeletes, target_.token});
  try {
    const HttpReply reply = send(http, deadline_of(Cost::cheap));
    // 400 SessionWithIdentifierNotFound: the case itself ended it.
    const auto code = reply.header("x-ms-error-code");
    if (reply.status != kNoContent && code != "SessionWithIdentifierNotFound") {
      report_.notes.push_back("session " + identifier + " was not deleted (status " +
                              std::to_string(reply.status) + "); its cooldown will end it");
    }
  } catch (const Unreachable& error) {
    report_.notes.push_back("session " + identifier + " was not deleted: " + error.what());
  }
}

HttpReply Runner::send(const HttpRequest& request, std::chrono::seconds deadline) {
  ++report_.spent.requests;
  return target_.send(request, deadline);
}

}  // namespace dynsessions::conformance
