#include "emulator/conformance/report.h"

#include "emulator/conformance/case_loader.h"
#include "tests/support/catch.h"
#include "tests/unit/conformance/sample_case.h"

namespace dynsessions::conformance {
namespace {

RunReport sample_report() {
  Json file = sample_file();
  file["cases"][0]["apiVersions"] = {"2024-02-02-preview", "2024-10-02-preview",
                                     "2025-10-02-preview"};
  const std::vector<Case> cases = parse_cases(file, Json::object());
  RunReport report;
  report.target = "the emulator";
  report.started_at = "2026-01-02T03:04:05Z";
  report.outcomes = {
      {cases[0], Verdict::same, {}, {}, std::chrono::milliseconds(5)},
      {cases[1], Verdict::different, {{"step 1, $.a|b", "\"<1>\"", "\"\x01\""}}, "curl x", {}},
      {cases[2], Verdict::not_run, {}, {}, {}},
  };
  report.spent = {2, 3, std::chrono::milliseconds(65'000)};
  return report;
}

TEST_CASE("a difference outweighs a budget that was used up", "[conformance]") {
  CHECK(exit_code_of(sample_report()) == ExitCode::different);
}

TEST_CASE("the report for a terminal has the table, the difference and the counts",
          "[conformance]") {
  const std::string text = console_report(sample_report());
  CHECK_THAT(text, Catch::Contains("2024-02-02  2024-10-02  2025-10-02"));
  CHECK_THAT(text, Catch::Contains("sample  1/1         0/1         0/1"));
  CHECK_THAT(text, Catch::Contains("different: sample.get@2024-10-02-preview"));
  CHECK_THAT(text, Catch::Contains("3 cases: 1 same, 0 known to differ, 1 unexpected, 1 not run"));
  CHECK_THAT(text, Catch::Contains("2 sessions, 3 requests, 1 min 5 s"));
}

TEST_CASE("the JUnit report counts failures and skips, and escapes what XML cannot hold",
          "[conformance]") {
  const std::string text = junit_report(sample_report());
  CHECK_THAT(text, Catch::Contains(R"(tests="3" failures="1" errors="0" skipped="1")"));
  CHECK_THAT(text, Catch::Contains("expected &quot;&lt;1&gt;&quot;"));
  CHECK(text.find('\x01') == std::string::npos);
}

TEST_CASE("the JSON report holds the summary and every case", "[conformance]") {
  const Json report = Json::parse(json_report(sample_report()));
  CHECK(report["exitCode"] == 1);
  CHECK(report["summary"]["cases"] == 3);
  CHECK(report["summary"]["verdicts"]["same"] == 1);
  CHECK(report["summary"]["evidence"]["guess"]["cases"] == 3);
  REQUIRE(report["cases"].size() == 3);
  CHECK(report["cases"][1]["verdict"] == "different");
  CHECK(report["cases"][1]["differences"][0]["where"] == "step 1, $.a|b");
}

TEST_CASE("the Markdown report keeps its tables whole", "[conformance]") {
  const std::string text = markdown_report(sample_report());
  CHECK_THAT(text, Catch::Contains("| sample | 1/1 | 0/1 | 0/1 |"));
  CHECK_THAT(text, Catch::Contains("step 1, $.a\\|b"));
}

TEST_CASE("DEVIATIONS.md has known differences and guesses, one row for equal versions",
          "[conformance]") {
  Json file = sample_file();
  file["cases"][0]["apiVersions"] = {"2024-10-02-preview", "2025-10-02-preview"};
  Json known = file["cases"][0];
  known["id"] = "sample.known";
  known["evidence"] = "recorded";
  known["deviation"] = "on purpose";
  file["cases"].push_back(known);
  const std::string text = deviations_document(parse_cases(file, Json::object()));
  CHECK_THAT(text, Catch::Contains("| `sample.known` | 2024-10-02-preview, 2025-10-02-preview | 1 "
                                   "| recorded | it answers | on purpose |"));
  CHECK_THAT(text, Catch::Contains("| `sample.get` | 2024-10-02-preview, 2025-10-02-preview | 1 "
                                   "| guess | it answers |"));
}

}  // namespace
}  // namespace dynsessions::conformance
