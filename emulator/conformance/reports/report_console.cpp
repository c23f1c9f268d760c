#include <algorithm>
#include <span>
#include <sstream>

#include "emulator/conformance/reports/report.h"
#include "emulator/conformance/reports/tally.h"

namespace dynsessions::conformance {
namespace {

constexpr std::size_t kColumns = 80;

/// "2024-10-02-preview" as the heading of a column: the month distinguishes versions.
std::string short_version(const std::string& version) { return version.substr(0, 7); }

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

/// The length of a text is counted in bytes, so a line can be too short, but never too long.
std::size_t length_of_line(const std::string& text, std::size_t from, std::size_t width) {
  if (text.size() - from <= width) return text.size() - from;
  const std::size_t space = text.rfind(' ', from + width);
  return space == text.npos || space <= from ? width : space - from;
}

/// Writes a label and a text behind it, wrapped with aligned lines.
void write_wrapped(std::ostream& out, const std::string& label, const std::string& text) {
  const std::size_t width = kColumns - label.size();
  std::string before = label;
  std::size_t done = 0;
  do {
    const std::size_t size = length_of_line(text, done, width);
    out << before << text.substr(done, size) << "\n";
    done += size;
    if (done < text.size() && text[done] == ' ') ++done;
    before = std::string(label.size(), ' ');
  } while (done < text.size());
}

using Versions = std::span<const std::string>;

/// The columns of these versions; operations without a case at any of them are left out.
void write_columns(std::ostream& out, const Grid& grid, std::size_t first, Versions versions) {
  out << "\n  " << padded("", first);
  for (const std::string& version : versions) out << "  " << short_version(version);
  out << "\n";
  for (const std::string& operation : grid.operations) {
    const auto& tallies = grid.tallies.at(operation);
    const auto has = [&](const std::string& version) { return tallies.contains(version); };
    if (std::none_of(versions.begin(), versions.end(), has)) continue;
    std::string line = "  " + padded(operation, first);
    for (const std::string& version : versions) {
      const auto found = tallies.find(version);
      line += "  " + padded(found == tallies.end() ? "-" : found->second.text(), 7);
    }
    out << line.substr(0, line.find_last_not_of(' ') + 1) << "\n";
  }
}

void write_grid(std::ostream& out, const Grid& grid) {
  constexpr std::size_t kMargin = 2;
  constexpr std::size_t kColumn = 9;
  std::size_t first = 0;
  for (const std::string& operation : grid.operations) first = std::max(first, operation.size());
  const std::size_t fitting = std::max<std::size_t>(1, (kColumns - kMargin - first) / kColumn);
  for (Versions left = grid.versions; !left.empty();) {
    const Versions shown = left.first(std::min(fitting, left.size()));
    write_columns(out, grid, first, shown);
    left = left.subspan(shown.size());
  }
}

void write_outcome(std::ostream& out, const CaseOutcome& outcome) {
  const Case& one = outcome.test_case;
  out << "\n  " << name_of(outcome.verdict) << ": " << one.id << "\n";
  write_wrapped(out, "    ", one.title);
  const std::string source = one.source();
  out << "    " << name_of(one.evidence) << (source.empty() ? "" : ", ") << source << "\n";
  if (one.deviation.exists()) write_wrapped(out, "    known to differ: ", one.deviation.is);
  for (const Difference& found : outcome.differences) {
    out << "    " << found.place() << "\n";
    write_wrapped(out, "      expected ", found.expected);
    write_wrapped(out, "      got      ", found.actual);
  }
  // Not wrapped, because it is for copying.
  if (!outcome.curl.empty()) out << "    " << outcome.curl << "\n";
}

void write_counts(std::ostream& out, const RunReport& report) {
  out << "\n";
  for (const auto& [evidence, tally] : by_evidence(report)) {
    out << "  " << padded(name_of(evidence), 12) << tally.text() << "\n";
  }
  const auto reasons = by_reason_not_run(report);
  if (!reasons.empty()) out << "\n";
  for (const auto& [reason, count] : reasons) {
    write_wrapped(out, "  not run: " + std::to_string(count) + ", ", reason);
  }
  for (const std::string& note : report.notes) write_wrapped(out, "  note: ", note);
  out << "\n  " << verdicts_text(report) << "\n  " << spent_text(report) << "\n";
}

}  // namespace

std::string console_report(const RunReport& report) {
  std::ostringstream out;
  out << "Conformance of " << report.target << "\n";
  for (const Grid& grid : grids_of(report)) write_grid(out, grid);
  for (const CaseOutcome& outcome : report.outcomes) {
    if (outcome.is_unexpected()) write_outcome(out, outcome);
  }
  write_counts(out, report);
  return out.str();
}

}  // namespace dynsessions::conformance
