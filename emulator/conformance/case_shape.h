#pragma once

#include <string>

#include "emulator/conformance/case.h"

namespace dynsessions::conformance {

/// The lint of a case file: what its JSON may look like before and after templates are filled in.
/// Each function throws CaseError with the member that breaks a rule.

/// The whole file: its description, variables and cases.
void check_file(const Json& file);

/// A case as it is written: its members, not yet what is in its steps.
void check_case(const Json& test_case);

/// The request and the expectation of a step, filled in for an api-version.
void check_step(const Step& step);

/// The words of the file for the enumerations of case.h.
[[nodiscard]] Evidence parse_evidence(const Json& word);
[[nodiscard]] Cost parse_cost(const Json& word);
[[nodiscard]] SessionUse parse_session_use(const Json& word);

}  // namespace dynsessions::conformance
