#pragma once

#include <string>

#include "emulator/conformance/cases/case.h"
#include "emulator/conformance/cases/matchers.h"
#include "emulator/conformance/run/send.h"

namespace dynsessions::conformance {

/// What every request has unless the case says otherwise: `null` for a parameter or a header leaves
/// it out, another value replaces it.
struct RequestDefaults {
  std::string identifier;
  std::string api_version;
  std::string token;  ///< empty: no Authorization header
};

/// A request of a case, all of its `${name}` filled in, as bytes. Query values are percent-encoded,
/// the path and `rawQuery` are sent as they are written. Throws CaseError.
[[nodiscard]] HttpRequest to_http(const Json& request, const RequestDefaults& defaults);

/// Compares an answer with what a case expects of it.
[[nodiscard]] Differences compare(const Json& expect, const HttpReply& reply);

/// The values that a step takes out of an answer, by name; a place that is not there is a
/// difference.
struct Captured {
  Json values = Json::object();
  Differences missing;
};
[[nodiscard]] Captured capture(const Json& places, const HttpReply& reply);

}  // namespace dynsessions::conformance
