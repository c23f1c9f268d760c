#pragma once

#include <string>

#include "emulator/conformance/cases/case.h"

namespace dynsessions::conformance {

/// Checks the JSON of a case file, before and after its templates are filled in. Each function
/// throws CaseError with the member that breaks a rule.

/// The whole file: its description, variables and cases.
void check_file(const Json& file);

/// A case as written in the file: its members, without the contents of its steps.
void check_case(const Json& test_case);

/// A deviation, filled in for an api-version.
void check_deviation(const Json& deviation);

/// A step as written in the file: an exchange with or without a retry, or several in `parallel`.
void check_members_of_step(const Json& step);

/// The request and the expectation of an exchange, filled in for an api-version.
void check_exchange(const Exchange& exchange);

/// Reads the member `plane` of a file: "control"; absent means the data plane.
[[nodiscard]] Plane parse_plane(const Json& file);

/// Convert the words of the file to the enumerations of case.h.
[[nodiscard]] Evidence parse_evidence(const Json& word);
[[nodiscard]] Cost parse_cost(const Json& word);
[[nodiscard]] SessionUse parse_session_use(const Json& word);

}  // namespace dynsessions::conformance
