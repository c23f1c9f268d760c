#pragma once

#include <string>
#include <vector>

#include "emulator/conformance/cases/case.h"

namespace dynsessions::conformance {

/// One place where an answer differs from the expectation.
struct Difference {
  std::string where;  ///< "status", "header vary", "$.result.stdout"
  std::string expected;
  std::string actual;
  std::size_t step = 0;      ///< of the case, from 1; 0: not known
  std::size_t exchange = 0;  ///< number in a parallel step, from 1; 0: it is the only one

  /// A text for people: "step 2, $.result.stdout", "step 1.3, status".
  [[nodiscard]] std::string place() const;
};

using Differences = std::vector<Difference>;

/// Compares JSON with a pattern. Literals match themselves, numbers by value and kind. An object
/// matches an object with exactly the same members in the same order; an array matches item by
/// item. An object with the member `$match` is a matcher:
///
///   {"$match": "any"}                               any value, but it must be there
///   {"$match": "absent"}                            the member is not there
///   {"$match": "type", "type": T}                   a value of JSON type T, or an integer
///   {"$match": "regex", "pattern": P}               a string that is P from begin to end
///   {"$match": "uuid"}                              a lower-case guid
///   {"$match": "timestamp"}                         UTC with up to seven digits and Z
///   {"$match": "range", "min": A, "max": B}         a number; either end can be left out
///   {"$match": "contains", "members": {...}}        an object that has these, in any order
///   {"$match": "includes", "item": X}               an array with at least one such item
///   {"$match": "each", "item": X, "min": N}         an array of at least N items, all such
///   {"$match": "oneOf", "values": [X, ...]}         any of these
///   {"$match": "not", "value": X}                   anything but this
[[nodiscard]] Differences match(const Json& pattern, const Json& actual,
                                const std::string& where = "$");

/// Compares a text, such as the value of a header, with a pattern; null stands for an absent text.
[[nodiscard]] Differences match_text(const Json& pattern, const Json& actual,
                                     const std::string& where);

/// Throws CaseError for a matcher that does not exist, lacks a member, has an extra member, or
/// holds an invalid regular expression.
void check_pattern(const Json& pattern);

}  // namespace dynsessions::conformance
