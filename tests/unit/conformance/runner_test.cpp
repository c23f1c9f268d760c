#include "emulator/conformance/runner.h"

#include <deque>

#include "emulator/conformance/case_loader.h"
#include "tests/support/catch.h"
#include "tests/unit/conformance/sample_case.h"

namespace dynsessions::conformance {
namespace {

using std::chrono::milliseconds;

/// A service that answers from a list, and deletes sessions as asked.
struct FakeService {
  std::deque<HttpReply> replies;
  std::vector<HttpRequest> requests;
  milliseconds time{0};

  RunTarget target(bool is_emulator = false) {
    return {[this](const HttpRequest& request, std::chrono::seconds) { return answer(request); },
            "secret",
            "a pool",
            "http://pool",
            "run-",
            is_emulator};
  }
  Patience patience() {
    return {[this] { return time; }, [this](milliseconds pause) { time += pause; }};
  }

 private:
  HttpReply answer(const HttpRequest& request) {
    requests.push_back(request);
    if (request.method == "DELETE") return {204, {}, ""};
    if (replies.empty()) throw Unreachable("nobody there");
    HttpReply reply = replies.front();
    replies.pop_front();
    return reply;
  }
};

HttpReply good_reply() { return {200, {}, R"({"who":"run-1"})"}; }

std::vector<Case> sample_cases(const Json& file = sample_file()) {
  return parse_cases(file, Json::object());
}

TEST_CASE("a case whose answers are as expected is the same, and its session is deleted",
          "[conformance]") {
  FakeService service{{good_reply()}, {}, {}};
  const RunReport report = Runner(service.target(), {}, service.patience()).run(sample_cases());
  CHECK(report.outcomes.front().verdict == Verdict::same);
  CHECK(exit_code_of(report) == ExitCode::clean);
  REQUIRE(service.requests.size() == 2);
  CHECK(service.requests[1].method == "DELETE");
  CHECK_THAT(service.requests[1].target, Catch::StartsWith("session?identifier=run-1"));
}

TEST_CASE("a difference is reported with its step and a curl line without the token",
          "[conformance]") {
  FakeService service{{{200, {}, R"({"who":"secret"})"}}, {}, {}};
  const RunReport report = Runner(service.target(), {}, service.patience()).run(sample_cases());
  const CaseOutcome& outcome = report.outcomes.front();
  CHECK(outcome.verdict == Verdict::different);
  REQUIRE(outcome.differences.size() == 1);
  CHECK(outcome.differences.front().where == "step 1, $.who");
  CHECK(outcome.differences.front().actual == "\"$TOKEN\"");
  CHECK(exit_code_of(report) == ExitCode::different);
  for (const auto& text : {console_report(report), json_report(report), junit_report(report),
                           markdown_report(report)}) {
    CHECK(text.find("secret") == std::string::npos);
  }
}

TEST_CASE("an answer that does not come is a difference, and the run goes on", "[conformance]") {
  FakeService service;
  const RunReport report = Runner(service.target(), {}, service.patience()).run(sample_cases());
  CHECK(report.outcomes.front().verdict == Verdict::different);
  CHECK(report.outcomes.front().differences.front().actual == "nobody there");
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
    file["cases"][0]["deviation"] = "on purpose";
    FakeService service{{row.differs ? HttpReply{500, {}, ""} : good_reply()}, {}, {}};
    Runner runner(service.target(row.is_emulator), {}, service.patience());
    CHECK(runner.run(sample_cases(file)).outcomes.front().verdict == row.verdict);
  }
}

TEST_CASE("a step with a retry is sent until its answer is as expected", "[conformance]") {
  Json file = sample_file();
  file["cases"][0]["steps"][0]["retry"] = {{"attempts", 3U}, {"pauseMilliseconds", 200U}};
  const HttpReply not_yet{200, {}, R"({"who":"nobody"})"};
  FakeService service{{not_yet, not_yet, good_reply()}, {}, {}};
  Runner runner(service.target(), {}, service.patience());
  CHECK(runner.run(sample_cases(file)).outcomes.front().verdict == Verdict::same);
  CHECK(service.time == milliseconds(400));
}

TEST_CASE("a case that the budget does not allow is not run", "[conformance]") {
  struct Row {
    std::string what;
    Budget budget;
  };
  const auto row = GENERATE(values<Row>({{"sessions", {1, 100, std::chrono::minutes(1)}},
                                         {"requests", {100, 2, std::chrono::minutes(1)}}}));
  DYNAMIC_SECTION(row.what) {
    Json file = sample_file();
    file["cases"][0]["apiVersions"] = {"2024-10-02-preview", "2025-10-02-preview"};
    FakeService service{{good_reply()}, {}, {}};
    const RunReport report =
        Runner(service.target(), row.budget, service.patience()).run(sample_cases(file));
    CHECK(report.outcomes[0].verdict == Verdict::same);
    CHECK(report.outcomes[1].verdict == Verdict::not_run);
    CHECK(exit_code_of(report) == ExitCode::budget_exhausted);
  }
}

TEST_CASE("cases that share a session use one, deleted at the end", "[conformance]") {
  Json file = sample_file();
  file["cases"][0]["apiVersions"] = {"2024-10-02-preview", "2025-10-02-preview"};
  file["cases"][0]["session"] = "shared";
  const HttpReply reply{200, {}, R"({"who":"run-shared"})"};
  FakeService service{{reply, reply}, {}, {}};
  const RunReport report = Runner(service.target(), {}, service.patience()).run(sample_cases(file));
  CHECK(report.count(Verdict::same) == 2);
  CHECK(report.spent.sessions == 1);
  REQUIRE(service.requests.size() == 3);
  CHECK(service.requests.back().method == "DELETE");
}

TEST_CASE("a refused token ends the run before the first case", "[conformance]") {
  const unsigned status = GENERATE(401U, 403U);
  FakeService service{{{status, {}, ""}}, {}, {}};
  Runner runner(service.target(), {}, service.patience());
  CHECK_THROWS_AS(runner.preflight(), Unreachable);
}

TEST_CASE("a plan counts sessions, requests and the worst case", "[conformance]") {
  Json file = sample_file();
  file["cases"][0]["apiVersions"] = {"2024-10-02-preview", "2025-10-02-preview"};
  file["cases"][0]["steps"][0]["retry"] = {{"attempts", 3U}, {"pauseMilliseconds", 200U}};
  const Plan plan = plan_of(sample_cases(file));
  CHECK(plan.cases == 2);
  CHECK(plan.sessions == 2);
  CHECK(plan.requests == 6);
  CHECK(plan.worst_case == std::chrono::minutes(6));
}

}  // namespace
}  // namespace dynsessions::conformance
