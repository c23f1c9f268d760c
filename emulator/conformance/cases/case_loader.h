#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "emulator/conformance/cases/case.h"

namespace dynsessions::conformance {

/// Reads every *.json of a directory, in the order of their names, or one file, and expands each
/// case over its api-versions. All files can use the variables of `variables.json` in that
/// directory, which override the variables of `variables.json` in the directory `built_in`.
///
/// The loader is strict. Problems are an unknown member, a missing level of evidence, an unknown
/// name in `${...}`, a duplicate id and an invalid matcher. Throws a CaseError that names them all.
[[nodiscard]] std::vector<Case> load_cases(const std::filesystem::path& place,
                                           const std::filesystem::path& built_in);

/// Returns the cases in the content of one file; `shared` holds the variables of all files.
[[nodiscard]] std::vector<Case> parse_cases(const Json& file, const Json& shared);

/// Returns the cases whose id matches the glob; all cases if the glob is empty.
[[nodiscard]] std::vector<Case> filtered(std::vector<Case> cases, const std::string& glob);

}  // namespace dynsessions::conformance
