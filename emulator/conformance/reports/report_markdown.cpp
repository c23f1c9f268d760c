#include <sstream>

#include "emulator/conformance/reports/markdown.h"
#include "emulator/conformance/reports/report.h"
#include "emulator/conformance/reports/tally.h"

namespace dynsessions::conformance {
namespace {

void write_markdown_grid(std::ostream& out, const Grid& grid) {
  out << "| operation |";
  for (const std::string& version : grid.versions) out << " " << version << " |";
  out << "\n| --- |";
  for (std::size_t i = 0; i < grid.versions.size(); ++i) out << " --- |";
  out << "\n";
  for (const std::string& operation : grid.operations) {
    out << "| " << cell(operation) << " |";
    const auto& row = grid.tallies.at(operation);
    for (const std::string& version : grid.versions) {
      const auto found = row.find(version);
      out << " " << (found == row.end() ? "-" : found->second.text()) << " |";
    }
    out << "\n";
  }
  out << "\n";
}

void write_markdown_evidence(std::ostream& out, const RunReport& report) {
  out << "| evidence | as expected |\n| --- | --- |\n";
  for (const auto& [level, tally] : by_evidence(report)) {
    out << "| " << name_of(level) << " | " << tally.text() << " |\n";
  }
}

void write_markdown_outcome(std::ostream& out, const CaseOutcome& outcome) {
  const Case& one = outcome.test_case;
  out << "\n### " << cell(one.id) << "\n\n"
      << one.title << " (" << name_of(one.evidence) << (one.section.empty() ? "" : ", section ")
      << one.section << "): " << name_of(outcome.verdict) << ".\n";
  if (outcome.verdict == Verdict::deviation_gone) {
    out << "\nThe case declares that the emulator differs: " << one.deviation.is << "\n";
  }
  if (!outcome.differences.empty()) {
    out << "\n| where | expected | got |\n| --- | --- | --- |\n";
    for (const Difference& found : outcome.differences) {
      out << "| " << cell(found.place()) << " | " << code_cell(found.expected) << " | "
          << code_cell(found.actual) << " |\n";
    }
  }
}

}  // namespace

std::string markdown_report(const RunReport& report) {
  std::ostringstream out;
  out << "# Conformance of " << report.target << "\n\n"
      << verdicts_text(report) << "; " << spent_text(report) << ".\n\n";
  for (const Grid& grid : grids_of(report)) write_markdown_grid(out, grid);
  write_markdown_evidence(out, report);
  for (const CaseOutcome& outcome : report.outcomes) {
    if (outcome.is_unexpected()) write_markdown_outcome(out, outcome);
  }
  for (const std::string& note : report.notes) out << "\n> " << note << "\n";
  return out.str();
}

}  // namespace dynsessions::conformance
