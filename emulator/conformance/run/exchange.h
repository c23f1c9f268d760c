#pragma once

#include <string>

#include "emulator/conformance/cases/case.h"
#include "emulator/conformance/cases/matchers.h"
#include "emulator/conformance/run/send.h"

namespace dynsessions::conformance {

/// The parts of every request unless a case overrides them: `null` for a parameter or header leaves
/// it out, another value replaces it.
struct RequestDefaults {
  std::string identifier;  ///< empty: none
  std::string api_version;
  std::string token;  ///< empty: no Authorization header
};

/// Converts a request of a case, with every `${name}` filled in, to bytes. Query values are
/// percent-encoded, the path and `rawQuery` are sent as written. Throws CaseError.
[[nodiscard]] HttpRequest to_http(const Json& request, const RequestDefaults& defaults);

/// Compares an answer with the expectation of a case.
[[nodiscard]] Differences compare(const Json& expect, const HttpReply& reply);

/// The values that a step captures from an answer, by name; a missing place is a difference.
struct Captured {
  Json values = Json::object();
  Differences missing;
};
[[nodiscard]] Captured capture(const Json& places, const HttpReply& reply);

}  // namespace dynsessions::conformance
