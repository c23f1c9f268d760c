#include <sstream>

#include "emulator/conformance/report.h"

namespace dynsessions::conformance {
namespace {

/// XML 1.0 has no way to write most control characters: they are shown as their code.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else if (c == '>') {
      result += "&gt;";
    } else if (c == '"') {
      result += "&quot;";
    } else if (byte < 0x20 && c != '\n' && c != '\t') {
      result += "\\x" + std::to_string(byte);
    } else {
      result += c;
    }
  }
  return result;
}

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
  const std::string first = stale ? "the emulator no longer differs: " + outcome.test_case.deviation
                                  : outcome.differences.front().where;
  out << "    <failure message=\"" << escaped(first) << "\">";
  for (const Difference& found : outcome.differences) {
    out << escaped(found.where + "\n  expected " + found.expected + "\n  got      " + found.actual +
                   "\n");
  }
  out << escaped(outcome.curl) << "</failure>\n";
}

void write_case(std::ostream& out, const CaseOutcome& outcome) {
  const Case& one = outcome.test_case;
  out << "    <testcase classname=\"" << escaped(one.operation + "." + one.api_version)
      << "\" name=\"" << escaped(one.id + ": " + one.title) << "\" time=\""
      << seconds(outcome.duration) << "\">\n    <properties>\n";
  write_property(out, "evidence", name_of(one.evidence));
  write_property(out, "section", one.section);
  write_property(out, "verdict", name_of(outcome.verdict));
  if (!one.deviation.empty()) write_property(out, "deviation", one.deviation);
  out << "    </properties>\n";
  if (outcome.verdict == Verdict::different || outcome.verdict == Verdict::deviation_gone) {
    write_failure(out, outcome);
  }
  if (outcome.verdict == Verdict::not_run) {
    out << "    <skipped message=\"the budget was used up\"/>\n";
  }
  out << "    </testcase>\n";
}

}  // namespace

std::string junit_report(const RunReport& report) {
  std::ostringstream out;
  const std::size_t failures =
      report.count(Verdict::different) + report.count(Verdict::deviation_gone);
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\""
      << escaped("conformance of " + report.target) << "\" tests=\"" << report.outcomes.size()
      << "\" failures=\"" << failures << "\" errors=\"0\" skipped=\""
      << report.count(Verdict::not_run) << "\" time=\"" << seconds(report.spent.time)
      << "\" timestamp=\"" << escaped(report.started_at) << "\">\n";
  for (const CaseOutcome& outcome : report.outcomes) write_case(out, outcome);
  out << "  </testsuite>\n</testsuites>\n";
  return out.str();
}

}  // namespace dynsessions::conformance
