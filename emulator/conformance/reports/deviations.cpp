#include <functional>
#include <sstream>

#include "emulator/conformance/reports/markdown.h"
#include "emulator/conformance/reports/report.h"

namespace dynsessions::conformance {
namespace {

/// Cases with the same deviation at several api-versions share one row.
struct Row {
  const Case* first;
  std::string versions;
};

std::vector<Row> rows_of(const std::vector<Case>& cases,
                         const std::function<bool(const Case&)>& wanted) {
  std::vector<Row> rows;
  for (const Case& one : cases) {
    if (!wanted(one)) continue;
    const bool continues = !rows.empty() && rows.back().first->name() == one.name() &&
                           rows.back().first->deviation.is == one.deviation.is;
    if (continues) {
      rows.back().versions += ", " + one.api_version;
    } else {
      rows.push_back({&one, one.api_version});
    }
  }
  return rows;
}

void write_known(std::ostream& out, const std::vector<Case>& cases) {
  out << "\n## Known differences\n\n"
         "The emulator differs from what the case expects, on purpose or because it is not "
         "implemented yet.\n\n"
         "| case | api-versions | section | evidence | the service | the emulator |\n"
         "| --- | --- | --- | --- | --- | --- |\n";
  for (const Row& row : rows_of(cases, [](const Case& one) { return one.deviation.exists(); })) {
    out << "| " << code_cell(row.first->name()) << " | " << row.versions << " | "
        << cell(row.first->section) << " | " << name_of(row.first->evidence) << " | "
        << cell(row.first->title) << " | " << cell(row.first->deviation.is) << " |\n";
  }
}

void write_guesses(std::ostream& out, const std::vector<Case>& cases) {
  out << "\n## Guesses\n\n"
         "The service's behaviour is not known here; the emulator does this.\n\n"
         "| case | api-versions | section | evidence | the emulator | note |\n"
         "| --- | --- | --- | --- | --- | --- |\n";
  const auto is_guess = [](const Case& one) {
    return one.evidence == Evidence::guess && !one.deviation.exists();
  };
  for (const Row& row : rows_of(cases, is_guess)) {
    out << "| " << code_cell(row.first->name()) << " | " << row.versions << " | "
        << cell(row.first->section) << " | " << name_of(row.first->evidence) << " | "
        << cell(row.first->title) << " | " << cell(row.first->note) << " |\n";
  }
}

}  // namespace

std::string deviations_document(const std::vector<Case>& cases) {
  std::ostringstream out;
  out << "# Known and possible differences from the service\n\n"
         "Written by `dynsessions conform --deviations DEVIATIONS.md` from `api-spec/cases/`; do "
         "not edit it. Sections are those of `api-spec/CONTRACT.md`, evidence is explained in "
         "`api-spec/README.md`.\n";
  write_known(out, cases);
  write_guesses(out, cases);
  out << "\n## Evidence of the cases\n\n" << evidence_table(cases);
  return out.str();
}

std::string evidence_table(const std::vector<Case>& cases) {
  std::ostringstream out;
  out << "| evidence | cases |\n| --- | ---: |\n";
  for (const Evidence level : kEvidenceLevels) {
    std::size_t count = 0;
    for (const Case& one : cases) count += one.evidence == level ? 1 : 0;
    out << "| " << name_of(level) << " | " << count << " |\n";
  }
  out << "| all | " << cases.size() << " |\n";
  return out.str();
}

}  // namespace dynsessions::conformance
