#include <sstream>

#include "emulator/conformance/reports/markup.h"
#include "emulator/conformance/reports/report.h"
#include "emulator/conformance/reports/tally.h"

namespace dynsessions::conformance {
namespace {

constexpr const char* kStyle = R"(<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; }
th, td { border: 1px solid #8886; padding: .25rem .5rem; text-align: left; vertical-align: top; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
summary { cursor: pointer; padding: .15rem 0; }
.compared { table-layout: fixed; } .compared th:first-child { width: 18%; }
.expected { background: #2a72; } .got { background: #c332; }
.verdict { display: inline-block; min-width: 9.5rem; font-weight: 600; }
.same .verdict { color: #2a7f2a; } .different .verdict, .gone .verdict { color: #c33; }
.known .verdict, .notrun .verdict { color: #a70; }
</style>
)";

const char* style_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::same:
      return "same";
    case Verdict::known_deviation:
      return "known";
    case Verdict::deviation_gone:
      return "gone";
    case Verdict::different:
      return "different";
    case Verdict::not_run:
      return "notrun";
  }
  return "";
}

void write_html_grid(std::ostream& out, const Grid& grid) {
  out << "<table><tr><th>operation</th>";
  for (const std::string& version : grid.versions) out << "<th>" << escaped(version) << "</th>";
  out << "</tr>\n";
  for (const std::string& operation : grid.operations) {
    out << "<tr><th>" << escaped(operation) << "</th>";
    const auto& row = grid.tallies.at(operation);
    for (const std::string& version : grid.versions) {
      const auto found = row.find(version);
      out << "<td>" << (found == row.end() ? "-" : found->second.text()) << "</td>";
    }
    out << "</tr>\n";
  }
  out << "</table>\n";
}

void write_html_evidence(std::ostream& out, const RunReport& report) {
  out << "<table><tr><th>evidence</th><th>as expected</th></tr>\n";
  for (const auto& [level, tally] : by_evidence(report)) {
    out << "<tr><td>" << name_of(level) << "</td><td>" << tally.text() << "</td></tr>\n";
  }
  out << "</table>\n";
}

void write_differences(std::ostream& out, const Differences& differences) {
  out << "<table class=\"compared\"><tr><th>where</th><th>expected</th><th>got</th></tr>\n";
  for (const Difference& found : differences) {
    out << "<tr><td>" << escaped(found.place()) << "</td><td class=\"expected\"><pre>"
        << escaped(found.expected) << "</pre></td><td class=\"got\"><pre>" << escaped(found.actual)
        << "</pre></td></tr>\n";
  }
  out << "</table>\n";
}

void write_line(std::ostream& out, const char* what, const std::string& text) {
  if (!text.empty()) out << "<p>" << what << escaped(text) << "</p>\n";
}

void write_html_outcome(std::ostream& out, const CaseOutcome& outcome) {
  const Case& one = outcome.test_case;
  out << "<details class=\"" << style_of(outcome.verdict) << "\""
      << (outcome.is_unexpected() ? " open" : "") << "><summary><span class=\"verdict\">"
      << name_of(outcome.verdict) << "</span> <code>" << escaped(one.id) << "</code> "
      << escaped(one.title) << "</summary>\n";
  write_line(out, "", std::string(name_of(one.evidence)) + ", " + one.source());
  write_line(out, "Known to differ: ", one.deviation.is);
  write_line(out, "Note: ", one.note);
  write_line(out, "Not run: ", outcome.reason());
  if (!outcome.differences.empty()) write_differences(out, outcome.differences);
  if (!outcome.curl.empty()) out << "<pre>" << escaped(outcome.curl) << "</pre>\n";
  out << "</details>\n";
}

}  // namespace

std::string html_report(const RunReport& report) {
  std::ostringstream out;
  const std::string title = "Conformance of " + escaped(report.target);
  out << "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width\">\n<title>"
      << title << "</title>\n"
      << kStyle << "</head>\n<body>\n<h1>" << title << "</h1>\n<p>" << verdicts_text(report) << "; "
      << spent_text(report) << "; begun " << escaped(report.started_at) << ".</p>\n";
  for (const std::string& note : report.notes) write_line(out, "Note: ", note);
  for (const Grid& grid : grids_of(report)) write_html_grid(out, grid);
  write_html_evidence(out, report);
  for (const bool unexpected : {true, false}) {
    out << "<h2>" << (unexpected ? "Unexpected" : "Everything else") << "</h2>\n";
    for (const CaseOutcome& outcome : report.outcomes) {
      if (outcome.is_unexpected() == unexpected) write_html_outcome(out, outcome);
    }
  }
  out << "</body>\n</html>\n";
  return out.str();
}

}  // namespace dynsessions::conformance
