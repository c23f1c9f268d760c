#include "emulator/conformance/tally.h"

#include <algorithm>
#include <set>

namespace dynsessions::conformance {

void Tally::add(Verdict verdict) {
  ++all;
  if (verdict == Verdict::same || verdict == Verdict::known_deviation) ++good;
}

std::string Tally::text() const {
  return all == 0 ? "-" : std::to_string(good) + "/" + std::to_string(all);
}

Grid::Grid(const RunReport& report) {
  std::set<std::string> seen_versions;  // their texts are dates: sorted is by age
  for (const CaseOutcome& outcome : report.outcomes) {
    const Case& one = outcome.test_case;
    seen_versions.insert(one.api_version);
    if (!tallies.contains(one.operation)) operations.push_back(one.operation);
    tallies[one.operation][one.api_version].add(outcome.verdict);
  }
  versions.assign(seen_versions.begin(), seen_versions.end());
}

std::map<Evidence, Tally> by_evidence(const RunReport& report) {
  std::map<Evidence, Tally> tallies;
  for (const CaseOutcome& outcome : report.outcomes) {
    tallies[outcome.test_case.evidence].add(outcome.verdict);
  }
  return tallies;
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
