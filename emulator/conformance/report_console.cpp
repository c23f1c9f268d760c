#include <algorithm>
#include <sstream>

#include "emulator/conformance/report.h"
#include "emulator/conformance/tally.h"

namespace dynsessions::conformance {
namespace {

/// "2024-10-02-preview" as a column's head: the tail is the same in all.
std::string short_version(const std::string& version) { return version.substr(0, 10); }

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

void write_grid(std::ostream& out, const RunReport& report) {
  const Grid grid(report);
  std::size_t first = 0;
  for (const std::string& operation : grid.operations) first = std::max(first, operation.size());
  out << "\n  " << padded("", first);
  for (const std::string& version : grid.versions) out << "  " << short_version(version);
  out << "\n";
  for (const std::string& operation : grid.operations) {
    out << "  " << padded(operation, first);
    for (const std::string& version : grid.versions) {
      const auto& row = grid.tallies.at(operation);
      const auto found = row.find(version);
      out << "  " << padded(found == row.end() ? "-" : found->second.text(), 10);
    }
    out << "\n";
  }
}

void write_outcome(std::ostream& out, const CaseOutcome& outcome) {
  const Case& one = outcome.test_case;
  out << "\n  " << name_of(outcome.verdict) << ": " << one.id << "\n    " << one.title << "\n    "
      << name_of(one.evidence) << ", CONTRACT.md " << one.section << "\n";
  for (const Difference& found : outcome.differences) {
    out << "    " << found.where << "\n      expected " << found.expected << "\n      got      "
        << found.actual << "\n";
  }
  if (outcome.verdict == Verdict::deviation_gone) {
    out << "    the case says that the emulator differs: " << one.deviation << "\n";
  }
  if (!outcome.curl.empty()) out << "    " << outcome.curl << "\n";
}

void write_counts(std::ostream& out, const RunReport& report) {
  out << "\n  evidence ";
  for (const auto& [evidence, tally] : by_evidence(report)) {
    out << " " << name_of(evidence) << " " << tally.text() << " ";
  }
  out << "\n\n  " << counted(report.outcomes.size(), "case") << ": " << report.count(Verdict::same)
      << " same, " << report.count(Verdict::known_deviation) << " known to differ, "
      << report.count(Verdict::different) + report.count(Verdict::deviation_gone) << " unexpected, "
      << report.count(Verdict::not_run) << " not run\n  "
      << counted(report.spent.sessions, "session") << ", "
      << counted(report.spent.requests, "request") << ", " << duration_text(report.spent.time)
      << "\n";
}

}  // namespace

std::string console_report(const RunReport& report) {
  std::ostringstream out;
  out << "Conformance of " << report.target << "\n";
  write_grid(out, report);
  for (const CaseOutcome& outcome : report.outcomes) {
    if (outcome.verdict == Verdict::different || outcome.verdict == Verdict::deviation_gone) {
      write_outcome(out, outcome);
    }
  }
  for (const std::string& note : report.notes) out << "\n  note: " << note << "\n";
  write_counts(out, report);
  return out.str();
}

}  // namespace dynsessions::conformance
