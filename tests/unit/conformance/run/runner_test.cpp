#include "emulator/conformance/run/runner.h"

#include <deque>

#include "emulator/conformance/cases/case_loader.h"
#include "emulator/conformance/reports/report.h"
#include "tests/support/catch.h"
#include "tests/unit/conformance/cases/sample_case.h"

namespace dynsessions::conformance {
namespace {

using std::chrono::milliseconds;

/// A service that answers from a list, and deletes sessions on request.
struct FakeService {
  explicit FakeService(std::deque<HttpReply> in_order = {}) : replies(std::move(in_order)) {}

  std::deque<HttpReply> replies;
  std::vector<HttpRequest> requests;
  milliseconds time{0};
  std::size_t interrupted_at = 0;  ///< the number of the request that the user interrupts

  RunTarget target(bool is_emulator = false) {
    return {.send = [this](const std::vector<HttpRequest>& all,
                           std::chrono::seconds) { return answers(all); },
            .token = "a-secret-of-16-ch",
            .name = "a pool",
            .endpoint = "http://pool",
            .run = "run-",
            .redaction = Redaction("a-secret-of-16-ch", ""),
            .make_token = [](const std::vector<std::string>& of) { return "made-" + of.front(); },
            .is_emulator = is_emulator};
  }
  RunControl control() {
    return {[this] { return time; }, [this](milliseconds pause) { time += pause; },
            [this] { return was_interrupted_; }};
  }
  RunReport run(const std::vector<Case>& cases, Budget budget = {}, bool is_emulator = false) {
    RunReport report;
    Runner(target(is_emulator), budget, control(), report).run(cases, [](const CaseOutcome&) {});
    return report;
  }

 private:
  std::vector<Answer> answers(const std::vector<HttpRequest>& all) {
    std::vector<Answer> given;
    given.reserve(all.size());
    for (const HttpRequest& request : all) given.push_back(answer(request));
    return given;
  }
  Answer answer(const HttpRequest& request) {
    requests.push_back(request);
    if (requests.size() == interrupted_at) {
      was_interrupted_ = true;
      throw Interrupted();
    }
    if (request.method == "DELETE") return {HttpReply{204, {}, ""}, {}};
    if (replies.empty()) return {std::nullopt, "no server"};
    HttpReply reply = replies.front();
    replies.pop_front();
    return {reply, {}};
  }

  bool was_interrupted_ = false;
};

HttpReply good_reply() { return {200, {}, R"({"who":"run-1"})"}; }

std::vector<Case> sample_cases(const Json& file = sample_file()) {
  return parse_cases(file, Json::object());
}

TEST_CASE("a case whose answers are as expected is the same, and its session is deleted",
          "[conformance]") {
  FakeService service({good_reply()});
  const RunReport report = service.run(sample_cases());
  CHECK(report.outcomes.front().verdict == Verdict::same);
  CHECK(exit_code_of(report) == ExitCode::clean);
  REQUIRE(service.requests.size() == 2);
  CHECK(service.requests[1].method == "DELETE");
  CHECK_THAT(service.requests[1].target, Catch::StartsWith("session?identifier=run-1"));
}

TEST_CASE("a difference is reported with its step and a curl line without the token",
          "[conformance]") {
  FakeService service({{200, {}, R"({"who":"a-secret-of-16-ch"})"}});
  const RunReport report = service.run(sample_cases());
  const CaseOutcome& outcome = report.outcomes.front();
  CHECK(outcome.verdict == Verdict::different);
  REQUIRE(outcome.differences.size() == 1);
  CHECK(outcome.differences.front().place() == "step 1, $.who");
  CHECK(outcome.differences.front().actual == "\"$TOKEN\"");
  CHECK(exit_code_of(report) == ExitCode::different);
  for (const auto& text : {console_report(report), json_report(report), junit_report(report),
                           markdown_report(report), html_report(report)}) {
    CHECK(text.find("a-secret-of-16-ch") == std::string::npos);
  }
}

TEST_CASE("an answer that does not come is a difference, and the run continues", "[conformance]") {
  FakeService service{};
  const RunReport report = service.run(sample_cases());
  CHECK(report.outcomes.front().verdict == Verdict::different);
  CHECK(report.outcomes.front().differences.front().actual == "no server");
}

std::vector<Case> control_plane_cases() {
  Json file = sample_file();
  file["plane"] = "control";
  file["cases"][0]["session"] = "none";
  Json& step = file["cases"][0]["steps"][0];
  step["request"]["path"] = "${group}/pools/${pool}";
  step["expect"]["json"] = {{"who", "${pool}"}};
  return sample_cases(file);
}

TEST_CASE("cases of the control plane have a resource group, which is deleted", "[conformance]") {
  FakeService service({{201, {}, ""}, good_reply()});
  RunTarget target = service.target();
  target.subscription = "sub";
  RunReport report;
  Runner runner(std::move(target), {}, service.control(), report);
  runner.preflight();
  runner.run(control_plane_cases(), [](const CaseOutcome&) {});
  CHECK(report.outcomes.front().verdict == Verdict::same);
  CHECK(report.notes.empty());
  REQUIRE(service.requests.size() == 3);
  const std::string group = "subscriptions/sub/resourceGroups/run-group";
  CHECK(service.requests[0].method == "PUT");
  CHECK(service.requests[0].target == group + "?api-version=2021-04-01");
  CHECK(service.requests[1].target == group + "/pools/run-1?api-version=2024-10-02-preview");
  CHECK(service.requests[2].method == "DELETE");
  CHECK(service.requests[2].target == group + "?api-version=2021-04-01");
}

TEST_CASE("a control plane that refuses the resource group cannot be tested", "[conformance]") {
  FakeService service({{403, {}, ""}});
  RunTarget target = service.target();
  target.subscription = "sub";
  RunReport report;
  Runner runner(std::move(target), {}, service.control(), report);
  CHECK_THROWS_AS(runner.preflight(), Unreachable);
}

TEST_CASE("a known deviation is about the emulator alone", "[conformance]") {
  struct Row {
    std::string what;
    bool is_emulator, differs;
    Verdict verdict;
  };
  const auto row = GENERATE(values<Row>({
      {"the emulator differs as it says", true, true, Verdict::known_deviation},
      {"the emulator does not differ any more", true, false, Verdict::deviation_gone},
      {"a pool is as the case expects", false, false, Verdict::same},
      {"a pool differs", false, true, Verdict::different},
  }));
  DYNAMIC_SECTION(row.what) {
    Json file = sample_file();
    file["cases"][0]["deviation"] = {{"is", "on purpose"}, {"at", {"status", "body"}}};
    FakeService service({row.differs ? HttpReply{500, {}, ""} : good_reply()});
    const RunReport report = service.run(sample_cases(file), {}, row.is_emulator);
    CHECK(report.outcomes.front().verdict == row.verdict);
  }
}

TEST_CASE("a step with a retry is sent until its answer is as expected", "[conformance]") {
  Json file = sample_file();
  file["cases"][0]["steps"][0]["retry"] = {{"attempts", 3U}, {"pauseMilliseconds", 200U}};
  const HttpReply not_yet{200, {}, R"({"who":"other"})"};
  FakeService service({not_yet, not_yet, good_reply()});
  CHECK(service.run(sample_cases(file)).outcomes.front().verdict == Verdict::same);
  CHECK(service.time == milliseconds(400));
}

TEST_CASE("a case that the budget does not allow is not run", "[conformance]") {
  struct Row {
    std::string what;
    Budget budget;
  };
  const auto row = GENERATE(values<Row>({{"sessions", {false, 1, 100, std::chrono::minutes(1)}},
                                         {"requests", {false, 100, 2, std::chrono::minutes(1)}}}));
  DYNAMIC_SECTION(row.what) {
    Json file = sample_file();
    file["cases"][0]["apiVersions"] = {"2024-10-02-preview", "2025-10-02-preview"};
    FakeService service({good_reply()});
    const RunReport report = service.run(sample_cases(file), row.budget);
    CHECK(report.outcomes[0].verdict == Verdict::same);
    CHECK(report.outcomes[1].why == NotRun::budget);
    CHECK(exit_code_of(report) == ExitCode::budget_exhausted);
  }
}

TEST_CASE("cases that share a session use one, deleted at the end", "[conformance]") {
  Json file = sample_file();
  file["cases"][0]["apiVersions"] = {"2024-10-02-preview", "2025-10-02-preview"};
  file["cases"][0]["session"] = "shared";
  const HttpReply reply{200, {}, R"({"who":"run-shared"})"};
  FakeService service({reply, reply});
  const RunReport report = service.run(sample_cases(file));
  CHECK(report.count(Verdict::same) == 2);
  CHECK(report.spent.sessions == 1);
  REQUIRE(service.requests.size() == 3);
  CHECK(service.requests.back().method == "DELETE");
}

TEST_CASE("a refused token ends the run before the first case", "[conformance]") {
  const unsigned status = GENERATE(401U, 403U);
  FakeService service({{status, {}, ""}});
  RunReport report;
  Runner runner(service.target(), {}, service.control(), report);
  CHECK_THROWS_AS(runner.preflight(), Unreachable);
}

TEST_CASE("a deviation excuses the places that it names and no other", "[conformance]") {
  Json file = sample_file();
  file["cases"][0]["deviation"] = {{"is", "on purpose"}, {"at", {"$.wh?"}}};
  FakeService named({{200, {}, R"({"who":"other"})"}});
  CHECK(named.run(sample_cases(file), {}, true).outcomes[0].verdict == Verdict::known_deviation);
  FakeService other({{500, {}, R"({"who":"other"})"}});
  CHECK(other.run(sample_cases(file), {}, true).outcomes[0].verdict == Verdict::different);
}

TEST_CASE("exchanges in parallel are sent together and distinguished", "[conformance]") {
  Json file = sample_file();
  Json& steps = file["cases"][0]["steps"];
  steps[0] = {{"parallel", {steps[0], steps[0]}}};
  FakeService service({good_reply(), {404, {}, R"({"who":"run-1"})"}});
  const RunReport report = service.run(sample_cases(file));
  REQUIRE(report.outcomes.front().differences.size() == 1);
  CHECK(report.outcomes.front().differences.front().place() == "step 1.2, status");
}

TEST_CASE("an interruption leaves the case, and all behind it, not run and no session behind",
          "[conformance]") {
  Json file = sample_file();
  file["cases"][0]["apiVersions"] = {"2024-02-02-preview", "2024-10-02-preview",
                                     "2025-10-02-preview"};
  FakeService service({good_reply()});
  service.interrupted_at = 3;  // the first request of the second case
  const RunReport report = service.run(sample_cases(file));
  CHECK(report.outcomes[0].verdict == Verdict::same);
  CHECK(report.outcomes[1].why == NotRun::interruption);
  CHECK(report.outcomes[2].why == NotRun::interruption);
  CHECK(exit_code_of(report) == ExitCode::interrupted);
  CHECK(service.requests.back().method == "DELETE");
  CHECK_THAT(service.requests.back().target, Catch::StartsWith("session?identifier=run-2"));
}

TEST_CASE("further sessions that a case names are deleted and counted", "[conformance]") {
  Json file = sample_file();
  file["cases"][0]["steps"][0]["request"]["query"] = {{"identifier", "${run}other"}};
  FakeService service({good_reply()});
  const RunReport report = service.run(sample_cases(file));
  CHECK(report.spent.sessions == 2);
  CHECK_THAT(service.requests.back().target, Catch::StartsWith("session?identifier=run-other"));
}

TEST_CASE("a case can bring another token", "[conformance]") {
  Json file = sample_file();
  file["cases"][0]["steps"][0]["request"]["token"] = {"--no-role"};
  FakeService service({good_reply()});
  CHECK(service.run(sample_cases(file)).outcomes[0].verdict == Verdict::same);
  CHECK(service.requests[0].headers[0].second == "Bearer made---no-role");
  CHECK(service.requests[1].headers[0].second == "Bearer a-secret-of-16-ch");
}

TEST_CASE("a case that names more sessions than the budget has left is not begun",
          "[conformance]") {
  Json file = sample_file();
  file["cases"][0]["steps"][0]["request"]["query"] = {{"identifier", "${identifier}-b"}};
  FakeService service{};
  Budget budget;
  budget.sessions = 1;
  CHECK(service.run(sample_cases(file), budget).outcomes[0].why == NotRun::budget);
  CHECK(plan_of(sample_cases(file)).sessions == 2);
}

TEST_CASE("a slow case is run when it is asked for", "[conformance]") {
  Json file = sample_file();
  file["cases"][0]["cost"] = "slow";
  FakeService idle{};
  CHECK(idle.run(sample_cases(file)).outcomes[0].why == NotRun::slow);
  CHECK(idle.requests.empty());
  FakeService service({good_reply()});
  Budget budget;
  budget.slow = true;
  CHECK(service.run(sample_cases(file), budget).outcomes[0].verdict == Verdict::same);
}

TEST_CASE("a plan counts sessions, requests and the worst case", "[conformance]") {
  Json file = sample_file();
  file["cases"][0]["apiVersions"] = {"2024-10-02-preview", "2025-10-02-preview"};
  file["cases"][0]["steps"][0]["retry"] = {{"attempts", 3U}, {"pauseMilliseconds", 200U}};
  const Plan plan = plan_of(sample_cases(file));
  CHECK(plan.cases == 2);
  CHECK(plan.sessions == 2);
  CHECK(plan.requests == 6);
  CHECK(plan.worst_case == std::chrono::minutes(7));  // the sum of six deadlines and the pauses
}

}  // namespace
}  // namespace dynsessions::conformance
