#include "emulator/conformance/reports/report.h"

#include <sstream>

#include "emulator/conformance/cases/case_loader.h"
#include "tests/support/catch.h"
#include "tests/unit/conformance/cases/sample_case.h"

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
      CaseOutcome::not_run(cases[2], NotRun::budget),
  };
  report.spent = {2, 3, std::chrono::milliseconds(65'000)};
  return report;
}

TEST_CASE("the exit code is that of the weightiest news", "[conformance]") {
  RunReport report = sample_report();
  CHECK(exit_code_of(report) == ExitCode::different);
  report.outcomes[1].verdict = Verdict::same;
  CHECK(exit_code_of(report) == ExitCode::budget_exhausted);
  report.outcomes[2].why = GENERATE(NotRun::slow, NotRun::needs);
  CHECK(exit_code_of(report) == ExitCode::clean);
  report.outcomes[2].why = NotRun::interruption;
  CHECK(exit_code_of(report) == ExitCode::interrupted);
}

TEST_CASE("no line of the report for a terminal is longer than 80 columns but what is for copying",
          "[conformance]") {
  RunReport report = sample_report();
  report.outcomes[1].differences.front().actual =
      std::string(300, 'a') + " " + std::string(90, 'b');
  report.notes = {"session " + std::string(30, 'n') + " was not deleted; its cooldown will end it"};
  std::istringstream lines(console_report(report));
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    CHECK((line.size() <= 80 || line.starts_with("    curl")));
  }
}

TEST_CASE("each plane has its table, and many api-versions fit a terminal", "[conformance]") {
  Json file = sample_file();
  file["plane"] = "control";
  Json& one = file["cases"][0];
  one["operation"] = "rotate_mcp_credentials";
  one["steps"][0]["expect"] = {{"status", 200}};
  for (char month = '1'; month <= '9'; ++month) {
    one["apiVersions"][static_cast<std::size_t>(month - '1')] =
        std::string("2031-0") + month + "-01";
  }
  RunReport report = sample_report();
  for (const Case& of_arm : parse_cases(file, Json::object())) {
    report.outcomes.push_back({of_arm, Verdict::same, {}, {}, {}});
  }
  const std::string text = console_report(report);
  CHECK_THAT(text, Catch::Contains("2024-02  2024-10  2025-10\n"));
  CHECK_THAT(text, Catch::Contains("2031-01  2031-02  2031-03  2031-04  2031-05  2031-06\n"));
  CHECK_THAT(text, Catch::Contains("2031-07  2031-08  2031-09\n"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    CHECK((line.size() <= 80 || line.starts_with("    curl")));
  }
}

TEST_CASE("the HTML report shows both sides, escaped, and needs nothing from elsewhere",
          "[conformance]") {
  const std::string page = html_report(sample_report());
  CHECK_THAT(page, Catch::Contains("<td class=\"expected\"><pre>&quot;&lt;1&gt;&quot;</pre></td>"
                                   "<td class=\"got\"><pre>&quot;\\x1&quot;</pre></td>"));
  CHECK_THAT(page, Catch::Contains("Not run: the budget was used up"));
  for (const char* reference : {"http:", "https:", "src=", "href=", "<script"}) {
    CHECK(page.find(reference) == std::string::npos);
  }
}

TEST_CASE("the report for a terminal has the table, the difference and the counts",
          "[conformance]") {
  const std::string text = console_report(sample_report());
  CHECK_THAT(text, Catch::Contains("2024-02  2024-10  2025-10"));
  CHECK_THAT(text, Catch::Contains("sample  1/1      0/1      -"));
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
  CHECK(report["summary"]["notRun"]["budget"] == 1);
  CHECK(report["cases"][2]["why"] == "the budget was used up");
  CHECK(report["summary"]["evidence"]["guess"]["cases"] == 2);  // cases that ran
  REQUIRE(report["cases"].size() == 3);
  CHECK(report["cases"][1]["verdict"] == "different");
  CHECK(report["cases"][1]["differences"][0]["where"] == "step 1, $.a|b");
}

TEST_CASE("the Markdown report keeps its tables whole", "[conformance]") {
  const std::string text = markdown_report(sample_report());
  CHECK_THAT(text, Catch::Contains("| sample | 1/1 | 0/1 | - |"));
  CHECK_THAT(text, Catch::Contains("step 1, $.a\\|b"));
}

TEST_CASE("DEVIATIONS.md has known differences and guesses, one row for equal versions",
          "[conformance]") {
  Json file = sample_file();
  file["cases"][0]["apiVersions"] = {"2024-10-02-preview", "2025-10-02-preview"};
  Json known = file["cases"][0];
  known["id"] = "sample.known";
  known["evidence"] = "recorded";
  known["deviation"] = {{"is", "on purpose"}, {"at", {"status"}}};
  file["cases"].push_back(known);
  const std::string text = deviations_document(parse_cases(file, Json::object()));
  CHECK_THAT(text, Catch::Contains("| `sample.known` | 2024-10-02-preview, 2025-10-02-preview | 1 "
                                   "| recorded | it answers | on purpose |"));
  CHECK_THAT(text, Catch::Contains("| `sample.get` | 2024-10-02-preview, 2025-10-02-preview | 1 "
                                   "| guess | it answers |"));
}

}  // namespace
}  // namespace dynsessions::conformance
