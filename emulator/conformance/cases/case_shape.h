#pragma once

#include <string>

#include "emulator/conformance/cases/case.h"

namespace dynsessions::conformance {

/// The lint of a case file: what its JSON may look like before and after templates are filled in.
/// Each function throws CaseError with the member that breaks a rule.

/// The whole file: its description, variables and cases.
void check_file(const Json& file);

/// A case as it is written: its members, not yet what is in its steps.
void check_case(const Json& test_case);

/// A deviation, filled in for an api-version.
void check_deviation(const Json& deviation);

/// A step as it is written: an exchange with a retry or without, or several in `parallel`.
void check_members_of_step(const Json& step);

/// The request and the expectation of an exchange, filled in for an api-version.
void check_exchange(const Exchange& exchange);

/// The words of the file for the enumerations of case.h.
[[nodiscard]] Evidence parse_evidence(const Json& word);
[[nodiscard]] Cost parse_cost(const Json& word);
[[nodiscard]] SessionUse parse_session_use(const Json& word);

}  // namespace dynsessions::conformance
