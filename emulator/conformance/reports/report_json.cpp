#include "emulator/base/json_text.h"
#include "emulator/conformance/reports/report.h"
#include "emulator/conformance/reports/tally.h"

namespace dynsessions::conformance {
namespace {

Json differences_json(const Differences& differences) {
  Json all = Json::array();
  for (const Difference& found : differences) {
    all.push_back(
        {{"where", found.place()}, {"expected", found.expected}, {"actual", found.actual}});
  }
  return all;
}

Json outcome_json(const CaseOutcome& outcome) {
  const Case& one = outcome.test_case;
  Json json{{"id", one.id},
            {"title", one.title},
            {"apiVersion", one.api_version},
            {"operation", one.operation},
            {"evidence", name_of(one.evidence)},
            {"section", one.section},
            {"verdict", name_of(outcome.verdict)},
            {"durationInMilliseconds", outcome.duration.count()}};
  if (outcome.verdict == Verdict::not_run) json["why"] = outcome.reason();
  if (one.deviation.exists()) json["deviation"] = one.deviation.is;
  if (!one.note.empty()) json["note"] = one.note;
  if (!outcome.differences.empty()) json["differences"] = differences_json(outcome.differences);
  if (!outcome.curl.empty()) json["curl"] = outcome.curl;
  return json;
}

Json summary_json(const RunReport& report) {
  Json verdicts = Json::object();
  for (const Verdict verdict : kVerdicts) verdicts[name_of(verdict)] = report.count(verdict);
  Json not_run = Json::object();
  for (const NotRun why : kReasonsNotToRun) not_run[name_of(why)] = report.count(why);
  Json evidence = Json::object();
  for (const auto& [level, tally] : by_evidence(report)) {
    evidence[name_of(level)] = {{"asExpected", tally.good}, {"cases", tally.all}};
  }
  return {{"cases", report.outcomes.size()},
          {"verdicts", verdicts},
          {"notRun", not_run},
          {"evidence", evidence},
          {"sessions", report.spent.sessions},
          {"requests", report.spent.requests},
          {"durationInMilliseconds", report.spent.time.count()}};
}

}  // namespace

std::string json_report(const RunReport& report) {
  Json cases = Json::array();
  for (const CaseOutcome& outcome : report.outcomes) cases.push_back(outcome_json(outcome));
  const Json json{{"target", report.target},
                  {"startedAt", report.started_at},
                  {"exitCode", static_cast<int>(exit_code_of(report))},
                  {"summary", summary_json(report)},
                  {"notes", report.notes},
                  {"cases", cases}};
  return dumped(json, 2) + "\n";
}

}  // namespace dynsessions::conformance
