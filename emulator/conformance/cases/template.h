#pragma once

#include <set>
#include <string>
#include <vector>

#include "emulator/conformance/cases/case.h"

namespace dynsessions::conformance {

/// The variables that a template can use, inner ones first: those of the step, the case, its file
/// and all files. Names are bound late: a variable of all files can use a variable of the step.
struct Scope {
  std::string api_version;
  std::vector<const Json*> variables;  ///< objects; borrowed

  [[nodiscard]] const Json* find(const std::string& name) const;
};

/// How a name that the scope does not have is treated.
enum class Unknown {
  keep,    ///< the name stays for a later scope
  refuse,  ///< throws CaseError
};

/// Fills in a template. A string that consists of `${name}` becomes the variable's value, of any
/// type; inside a longer string the value's text is inserted. An object whose only member is
/// `$byVersion` becomes the value for the api-version, otherwise the value for "*". Values are
/// templates themselves. Throws CaseError.
[[nodiscard]] Json fill(const Json& tree, const Scope& scope, Unknown unknown);

/// Returns the names in `${...}` that are left in a template.
[[nodiscard]] std::set<std::string> names_in(const Json& tree);

}  // namespace dynsessions::conformance
