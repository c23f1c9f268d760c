#pragma once

#include <set>
#include <string>
#include <vector>

#include "emulator/conformance/cases/case.h"

namespace dynsessions::conformance {

/// The variables that a template sees, inner ones first: of the step, of the case, of its file, of
/// all files. Names are bound late: a variable of all files may use one of the step.
struct Scope {
  std::string api_version;
  std::vector<const Json*> variables;  ///< objects; borrowed

  [[nodiscard]] const Json* find(const std::string& name) const;
};

/// What becomes of a name that the scope does not have.
enum class Unknown {
  keep,    ///< stays as it is: something later knows it
  refuse,  ///< CaseError
};

/// Fills in a template. A string that is `${name}` and nothing else becomes the variable's value,
/// of whatever type; inside a longer string the value's text is put in. An object with the one
/// member
/// `$byVersion` becomes what it holds for the api-version, else what it holds for "*". Values are
/// templates themselves. Throws CaseError.
[[nodiscard]] Json fill(const Json& tree, const Scope& scope, Unknown unknown);

/// The names in `${...}` that a template still has.
[[nodiscard]] std::set<std::string> names_in(const Json& tree);

}  // namespace dynsessions::conformance
