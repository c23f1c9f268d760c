#include "emulator/conformance/reports/tally.h"

#include <algorithm>
#include <set>
#include <utility>

namespace dynsessions::conformance {

void Tally::add(Verdict verdict) {
  if (verdict == Verdict::not_run) return;
  ++all;
  if (verdict == Verdict::same || verdict == Verdict::known_deviation) ++good;
}

std::string Tally::text() const {
  return all == 0 ? "-" : std::to_string(good) + "/" + std::to_string(all);
}

Grid::Grid(const RunReport& report, Plane plane) {
  std::set<std::string> seen_versions;  // the texts are dates, so they are sorted by age
  for (const CaseOutcome& outcome : report.outcomes) {
    const Case& one = outcome.test_case;
    if (one.plane != plane) continue;
    seen_versions.insert(one.api_version);
    if (!tallies.contains(one.operation)) operations.push_back(one.operation);
    tallies[one.operation][one.api_version].add(outcome.verdict);
  }
  versions.assign(seen_versions.begin(), seen_versions.end());
}

std::vector<Grid> grids_of(const RunReport& report) {
  std::vector<Grid> grids;
  for (const Plane plane : {Plane::data, Plane::control}) {
    Grid grid(report, plane);
    if (!grid.operations.empty()) grids.push_back(std::move(grid));
  }
  return grids;
}

std::map<Evidence, Tally> by_evidence(const RunReport& report) {
  std::map<Evidence, Tally> tallies;
  for (const CaseOutcome& outcome : report.outcomes) {
    tallies[outcome.test_case.evidence].add(outcome.verdict);
  }
  return tallies;
}

std::string verdicts_text(const RunReport& report) {
  return counted(report.outcomes.size(), "case") + ": " +
         std::to_string(report.count(Verdict::same)) + " same, " +
         std::to_string(report.count(Verdict::known_deviation)) + " known to differ, " +
         std::to_string(report.unexpected()) + " unexpected, " +
         std::to_string(report.count(Verdict::not_run)) + " not run";
}

std::string spent_text(const RunReport& report) {
  return counted(report.spent.sessions, "session") + ", " +
         counted(report.spent.requests, "request") + ", " + duration_text(report.spent.time);
}

std::map<std::string, std::size_t> by_reason_not_run(const RunReport& report) {
  std::map<std::string, std::size_t> reasons;
  for (const CaseOutcome& outcome : report.outcomes) {
    if (outcome.verdict == Verdict::not_run) ++reasons[outcome.reason()];
  }
  return reasons;
}

std::string duration_text(std::chrono::milliseconds time) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(time).count();
  const std::string rest = std::to_string(seconds % 60) + " s";
  return seconds < 60 ? rest : std::to_string(seconds / 60) + " min " + rest;
}

std::string counted(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace dynsessions::conformance
