#include "emulator/conformance/report.h"
#include "emulator/conformance/tally.h"

namespace dynsessions::conformance {
namespace {

Json differences_json(const Differences& differences) {
  Json all = Json::array();
  for (const Difference& found : differences) {
    all.push_back({{"where", found.where}, {"expected", found.expected}, {"actual", found.actual}});
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
  if (!one.deviation.empty()) json["deviation"] = one.deviation;
  if (!one.note.empty()) json["note"] = one.note;
  if (!outcome.differences.empty()) json["differences"] = differences_json(outcome.differences);
  if (!outcome.curl.empty()) json["curl"] = outcome.curl;
  return json;
}

Json summary_json(const RunReport& report) {
  Json verdicts = Json::object();
  for (const Verdict verdict : {Verdict::same, Verdict::known_deviation, Verdict::deviation_gone,
                                Verdict::different, Verdict::not_run}) {
    verdicts[name_of(verdict)] = report.count(verdict);
  }
  Json evidence = Json::object();
  for (const auto& [level, tally] : by_evidence(report)) {
    evidence[name_of(level)] = {{"asExpected", tally.good}, {"cases", tally.all}};
  }
  return {{"cases", report.outcomes.size()},
          {"verdicts", verdicts},
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
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace dynsessions::conformance
