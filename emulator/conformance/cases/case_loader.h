#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "emulator/conformance/cases/case.h"

namespace dynsessions::conformance {

/// Reads every *.json of a directory, in the order of their names, and expands each case over its
/// api-versions. `variables.json`, when it is there, holds variables for all of them.
///
/// Strict: an unknown member, a missing level of evidence, an unknown name in `${...}`, an id used
/// twice or a matcher that is none are problems. Throws CaseError that names them all.
[[nodiscard]] std::vector<Case> load_cases(const std::filesystem::path& directory);

/// The cases of one file's content; `shared` holds the variables of all files.
[[nodiscard]] std::vector<Case> parse_cases(const Json& file, const Json& shared);

/// Those whose id is like the glob; all when it is empty.
[[nodiscard]] std::vector<Case> filtered(std::vector<Case> cases, const std::string& glob);

}  // namespace dynsessions::conformance
