#pragma once

#include <string>
#include <vector>

#include "emulator/conformance/run/outcome.h"

namespace dynsessions::conformance {

/// For a terminal of 80 columns: a table of operations and api-versions, every unexpected
/// difference, what was not run and why, the counts.
[[nodiscard]] std::string console_report(const RunReport& report);
/// One suite, one test case per case; evidence, section and curl line are properties and text.
[[nodiscard]] std::string junit_report(const RunReport& report);
/// Everything, in a shape that stays: api-spec/README.md describes it.
[[nodiscard]] std::string json_report(const RunReport& report);
/// For a job summary.
[[nodiscard]] std::string markdown_report(const RunReport& report);
/// One page that needs nothing else: every case, with what was expected beside what came.
[[nodiscard]] std::string html_report(const RunReport& report);

/// DEVIATIONS.md: every known difference from the service and every guess about it. Depends on the
/// cases alone, so that a test can tell whether the file in the tree is up to date.
[[nodiscard]] std::string deviations_document(const std::vector<Case>& cases);

/// How many cases rest on what, as a table in Markdown: what the README quotes.
[[nodiscard]] std::string evidence_table(const std::vector<Case>& cases);

}  // namespace dynsessions::conformance
