#pragma once

#include <string>
#include <vector>

#include "emulator/conformance/run/outcome.h"

namespace dynsessions::conformance {

/// For a terminal of 80 columns: a table of operations and api-versions, every unexpected
/// difference, the cases that were not run with their reasons, the counts.
[[nodiscard]] std::string console_report(const RunReport& report);
/// One suite, one test case per case; evidence and section are properties, the curl line is text.
[[nodiscard]] std::string junit_report(const RunReport& report);
/// All results, in a stable format that api-spec/README.md describes.
[[nodiscard]] std::string json_report(const RunReport& report);
/// A report in Markdown for the summary of a CI job.
[[nodiscard]] std::string markdown_report(const RunReport& report);
/// A self-contained page: every case, with the expected answer next to the actual one.
[[nodiscard]] std::string html_report(const RunReport& report);

/// DEVIATIONS.md: every known difference from the service and every guess about it. Depends on the
/// cases alone, so that a test can check whether the file in the tree is up to date.
[[nodiscard]] std::string deviations_document(const std::vector<Case>& cases);

/// The table of the README: the number of cases for each level of evidence.
[[nodiscard]] std::string evidence_table(const std::vector<Case>& cases);

}  // namespace dynsessions::conformance
