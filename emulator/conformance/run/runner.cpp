#include "emulator/conformance/run/runner.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include <boost/algorithm/string/case_conv.hpp>

#include "emulator/base/identifiers.h"
#include "emulator/conformance/cases/template.h"
#include "emulator/conformance/run/curl.h"
#include "emulator/conformance/run/exchange.h"
#include "emulator/conformance/run/interruption.h"

namespace dynsessions::conformance {
namespace {

using std::chrono::milliseconds;

/// All dialects share one store of sessions (CONTRACT.md section 0 fact 1), so every session can be
/// deleted at a version that has the operation.
constexpr const char* kVersionThatDeletes = "2025-10-02-preview";
constexpr unsigned kNoContent = 204;
/// The api-version for resource groups (CONTROL-PLANE.md section 3.1).
constexpr const char* kVersionOfGroups = "2021-04-01";
constexpr const char* kRegion = "northeurope";

/// std::this_thread::sleep_for would sleep on after a signal.
void pause_until_signal(milliseconds time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const std::chrono::nanoseconds rest = time - seconds;
  const std::timespec wanted{seconds.count(), rest.count()};
  ::nanosleep(&wanted, nullptr);
}

}  // namespace

RunControl RunControl::real() {
  return {[] {
            return std::chrono::duration_cast<milliseconds>(
                std::chrono::steady_clock::now().time_since_epoch());
          },
          pause_until_signal, Interruption::was_requested};
}

Runner::Runner(RunTarget target, Budget budget, RunControl control, RunReport& report)
    : target_(std::move(target)),
      budget_(budget),
      control_(std::move(control)),
      report_(report),
      start_(control_.now() - report.spent.time) {
  report_.target = target_.name;
}

void Runner::preflight() {
  if (is_control_plane()) {
    const Answer made = send_for_group("PUT");
    if (!made.reply) throw Unreachable(made.failure);
    if (made.reply->status == 200 || made.reply->status == 201) return;
    throw Unreachable(target_.name + " answers the creation of a resource group with " +
                      std::to_string(made.reply->status) +
                      "; it needs a subscription (--subscription), and a token for its own "
                      "audience with the right to create groups");
  }
  const Json request{{"method", "GET"}, {"path", "listSessions"}, {"query", {{"skip", "0"}}}};
  const HttpRequest http = to_http(request, {target_.run, kVersionThatDeletes, target_.token});
  const Answer answer = send({http}, deadline_of(Cost::free)).front();
  if (!answer.reply) throw Unreachable(answer.failure);
  const unsigned status = answer.reply->status;
  if (status == 401 || status == 403) {
    throw Unreachable(target_.name + " refuses the token with " + std::to_string(status) +
                      "; it needs the audience https://dynamicsessions.io and the role Azure "
                      "ContainerApps Session Executor");
  }
}

void Runner::run(const std::vector<Case>& cases, const OnOutcome& on_outcome) {
  for (const Case& test_case : cases) {
    report_.spent.time = control_.now() - start_;
    const NotRun why = reason_not_to_run(test_case);
    CaseOutcome outcome = why == NotRun::was_run ? run_unless_interrupted(test_case)
                                                 : CaseOutcome::not_run(test_case, why);
    target_.redaction.apply(outcome);
    on_outcome(outcome);
    report_.outcomes.push_back(std::move(outcome));
  }
  if (shared_session_used_) delete_session(target_.run + "shared");
  if (is_control_plane()) delete_group();
  report_.spent.time = control_.now() - start_;
}

NotRun Runner::reason_not_to_run(const Case& test_case) {
  if (control_.interrupted()) return NotRun::interruption;
  if (test_case.cost == Cost::slow && !budget_.slow) return NotRun::slow;
  const bool shares = test_case.session == SessionUse::shared;
  const bool needs_session =
      test_case.session == SessionUse::fresh || (shares && !shared_session_used_);
  if (!fits(test_case, needs_session, report_.spent, budget_)) return NotRun::budget;
  if (needs_session) ++report_.spent.sessions;
  if (shares) shared_session_used_ = true;
  return NotRun::was_run;
}

CaseOutcome Runner::run_unless_interrupted(const Case& test_case) {
  ++case_number_;
  const milliseconds start = control_.now();
  const std::string identifier = identifier_for(test_case);
  CaseOutcome outcome = CaseOutcome::not_run(test_case, NotRun::interruption);
  try {
    outcome = run_case(test_case, identifier);
    outcome.verdict = verdict_on(outcome);
  } catch (const Interrupted&) {
    // An interrupted case has no outcome; its session is deleted later.
  }
  if (test_case.session == SessionUse::fresh) delete_session(identifier);
  for (const std::string& other : std::exchange(other_identifiers_, {})) delete_session(other);
  outcome.duration = control_.now() - start;
  return outcome;
}

CaseOutcome Runner::run_case(const Case& test_case, const std::string& identifier) {
  Json variables = variables_for(identifier);
  CaseOutcome outcome{test_case, {}, {}, {}, {}};
  for (std::size_t i = 0; i < test_case.steps.size() && outcome.differences.empty(); ++i) {
    Attempt attempt = run_step(test_case, test_case.steps[i], variables);
    variables.update(attempt.captured);
    for (Difference& found : attempt.differences) found.step = i + 1;
    outcome.differences = std::move(attempt.differences);
    outcome.curl = std::move(attempt.curl);
  }
  return outcome;
}

Runner::Attempt Runner::run_step(const Case& test_case, const Step& step, const Json& variables) {
  for (unsigned left = step.retry.attempts; left > 1; --left) {
    Attempt attempt = send_step(test_case, step, variables);
    if (attempt.differences.empty()) return attempt;
    control_.pause(step.retry.pause);
    if (control_.interrupted()) throw Interrupted();
  }
  return send_step(test_case, step, variables);
}

Runner::Attempt Runner::send_step(const Case& test_case, const Step& step, const Json& variables) {
  // Stops here: send() would treat requests after an interruption as cleaning up.
  if (control_.interrupted()) throw Interrupted();
  std::vector<HttpRequest> requests;
  for (const Exchange& exchange : step.exchanges) {
    requests.push_back(request_of(exchange.request, test_case, variables));
  }
  const std::vector<Answer> answers = send(requests, deadline_of(test_case.cost));
  Attempt all;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Scope scope{test_case.api_version, {&variables}};
    const Json expect = fill(step.exchanges[i].expect, scope, Unknown::refuse);
    Attempt one = judge(step.exchanges[i], expect, answers[i]);
    if (all.curl.empty() && !one.differences.empty()) {
      all.curl = curl_line(requests[i], target_.token);
    }
    for (Difference& found : one.differences) {
      if (answers.size() > 1) found.exchange = i + 1;
      all.differences.push_back(std::move(found));
    }
    all.captured.update(one.captured);
  }
  return all;
}

Runner::Attempt Runner::judge(const Exchange& exchange, const Json& expect,
                              const Answer& answer) const {
  if (!answer.reply) return {{{"exchange", "an answer", answer.failure}}, {}, Json::object()};
  Attempt attempt{compare(expect, *answer.reply), {}, Json::object()};
  Captured captured = capture(exchange.capture, *answer.reply);
  attempt.differences.insert(attempt.differences.end(), captured.missing.begin(),
                             captured.missing.end());
  attempt.captured = std::move(captured.values);
  return attempt;
}

HttpRequest Runner::request_of(const Json& request, const Case& test_case, const Json& variables) {
  const Scope scope{test_case.api_version, {&variables}};
  const Json filled = fill(request, scope, Unknown::refuse);
  remember_identifiers(filled, variables.value("identifier", Json()));
  const std::string token =
      filled.contains("token")
          ? target_.make_token(filled.at("token").get<std::vector<std::string>>())
          : target_.token;
  return to_http(filled, {variables.value("identifier", ""), test_case.api_version, token});
}

void Runner::remember_identifiers(const Json& request, const Json& usual) {
  const Json given = request.value("query", Json::object()).value("identifier", Json());
  const Json list = given.is_array() ? given : Json::array({given});
  for (const Json& one : list) {
    if (!one.is_string() || one == usual || one == target_.run + "shared") continue;
    const auto identifier = one.get<std::string>();
    if (!identifier.starts_with(target_.run)) continue;  // invalid on purpose: no session has it
    if (other_identifiers_.insert(identifier).second) ++report_.spent.sessions;
  }
}

Verdict Runner::verdict_on(const CaseOutcome& outcome) const {
  const Deviation& deviation = outcome.test_case.deviation;
  const bool may_differ = target_.is_emulator && deviation.exists();
  if (outcome.differences.empty()) return may_differ ? Verdict::deviation_gone : Verdict::same;
  const auto explained = [&](const Difference& found) { return deviation.explains(found.where); };
  const bool all_explained =
      std::all_of(outcome.differences.begin(), outcome.differences.end(), explained);
  return may_differ && all_explained ? Verdict::known_deviation : Verdict::different;
}

std::string Runner::identifier_for(const Case& test_case) const {
  return test_case.session == SessionUse::shared ? target_.run + "shared"
                                                 : target_.run + std::to_string(case_number_);
}

Json Runner::variables_for(const std::string& identifier) const {
  if (!is_control_plane()) {
    return {{"identifier", identifier}, {"run", target_.run}, {"endpoint", target_.endpoint}};
  }
  return {{"run", target_.run},
          {"endpoint", target_.endpoint},
          {"subscription", "subscriptions/" + target_.subscription},
          {"group", group_path()},
          {"groupInLowerCase", boost::algorithm::to_lower_copy(group_path())},
          {"pool", identifier},
          {"guid", random_uuid()}};
}

std::string Runner::group_path() const {
  return "subscriptions/" + target_.subscription + "/resourceGroups/" + target_.run + "group";
}

Answer Runner::send_for_group(const char* method) {
  Json request{{"method", method}, {"path", group_path()}};
  if (request["method"] == "PUT") request["json"] = {{"location", kRegion}};
  const HttpRequest http = to_http(request, {"", kVersionOfGroups, target_.token});
  return send({http}, deadline_of(Cost::cheap)).front();
}

/// Deletes the resource group of the run, and thereby its pools.
void Runner::delete_group() {
  try {
    const Answer answer = send_for_group("DELETE");
    if (answer.reply && answer.reply->status < 300) return;
    const std::string why =
        answer.reply ? "status " + std::to_string(answer.reply->status) : answer.failure;
    report_.notes.push_back("the resource group " + target_.run + "group was not deleted (" +
                            target_.redaction.text(why) + "); delete it");
  } catch (const Interrupted&) {
    delete_group();  // interrupted while the request was sent: send it again
  }
}

void Runner::delete_session(const std::string& identifier) {
  const Json request{{"method", "DELETE"}, {"path", "session"}};
  const HttpRequest http = to_http(request, {identifier, kVersionThatDeletes, target_.token});
  const auto note = [&](const std::string& why) {
    report_.notes.push_back("session " + identifier + " was not deleted (" +
                            target_.redaction.text(why) + "); its cooldown will end it");
  };
  try {
    const Answer answer = send({http}, deadline_of(Cost::cheap)).front();
    if (!answer.reply) return note(answer.failure);
    // 400 SessionWithIdentifierNotFound: the case has deleted the session itself.
    const auto code = answer.reply->header("x-ms-error-code");
    if (answer.reply->status != kNoContent && code != "SessionWithIdentifierNotFound") {
      note("status " + std::to_string(answer.reply->status));
    }
  } catch (const Interrupted&) {
    delete_session(identifier);  // interrupted while the request was sent: send it again
  }
}

std::vector<Answer> Runner::send(const std::vector<HttpRequest>& requests,
                                 std::chrono::seconds deadline) {
  report_.spent.requests += static_cast<std::uint32_t>(requests.size());
  return target_.send(requests, deadline);
}

}  // namespace dynsessions::conformance
