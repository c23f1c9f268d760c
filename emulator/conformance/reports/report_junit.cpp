#include <sstream>

#include "emulator/conformance/reports/markup.h"
#include "emulator/conformance/reports/report.h"

namespace dynsessions::conformance {
namespace {

std::string seconds(std::chrono::milliseconds time) {
  std::ostringstream text;
  text << std::chrono::duration<double>(time).count();
  return text.str();
}

void write_property(std::ostream& out, const char* name, const std::string& value) {
  out << "      <property name=\"" << name << "\" value=\"" << escaped(value) << "\"/>\n";
}

void write_failure(std::ostream& out, const CaseOutcome& outcome) {
  const bool stale = outcome.verdict == Verdict::deviation_gone;
  const std::string first =
      stale ? "the emulator no longer differs: " + outcome.test_case.deviation.is
            : outcome.differences.front().place();
  out << "    <failure message=\"" << escaped(first) << "\">";
  for (const Difference& found : outcome.differences) {
    out << escaped(found.place() + "\n  expected " + found.expected + "\n  got      " +
                   found.actual + "\n");
  }
  out << escaped(outcome.curl) << "</failure>\n";
}

void write_case(std::ostream& out, const CaseOutcome& outcome) {
  const Case& one = outcome.test_case;
  out << "    <testcase classname=\"" << escaped(one.operation + "." + one.api_version)
      << "\" name=\"" << escaped(one.id + ": " + one.title) << "\" time=\""
      << seconds(outcome.duration) << "\">\n    <properties>\n";
  write_property(out, "evidence", name_of(one.evidence));
  if (!one.section.empty()) write_property(out, "section", one.section);
  write_property(out, "verdict", name_of(outcome.verdict));
  if (one.deviation.exists()) write_property(out, "deviation", one.deviation.is);
  out << "    </properties>\n";
  if (outcome.is_unexpected()) write_failure(out, outcome);
  if (outcome.verdict == Verdict::not_run) {
    out << "    <skipped message=\"" << escaped(outcome.reason()) << "\"/>\n";
  }
  out << "    </testcase>\n";
}

}  // namespace

std::string junit_report(const RunReport& report) {
  std::ostringstream out;
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\""
      << escaped("conformance of " + report.target) << "\" tests=\"" << report.outcomes.size()
      << "\" failures=\"" << report.unexpected() << "\" errors=\"0\" skipped=\""
      << report.count(Verdict::not_run) << "\" time=\"" << seconds(report.spent.time)
      << "\" timestamp=\"" << escaped(report.started_at) << "\">\n";
  for (const CaseOutcome& outcome : report.outcomes) write_case(out, outcome);
  out << "  </testsuite>\n</testsuites>\n";
  return out.str();
}

}  // namespace dynsessions::conformance
