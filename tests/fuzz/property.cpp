#include "tests/fuzz/property.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <variant>

#include <nlohmann/json.hpp>

#include "emulator/http/text.h"
#include "emulator/surfaces/error_response.h"

namespace dynsessions::fuzz {
namespace {

using nlohmann::json;

bool is_text(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() && !found->get<std::string>().empty();
}

bool is_envelope(const std::string& body) {
  const json parsed = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object() || parsed.size() != 1 || !parsed.contains("error")) return false;
  const json& error = parsed["error"];
  if (!error.is_object()) return false;
  const bool has_target = error.contains("target");
  return is_text(error, "code") && is_text(error, "message") && is_text(error, "traceId") &&
         (!has_target || is_text(error, "target")) && error.size() == (has_target ? 4 : 3);
}

}  // namespace

void require(bool holds, std::string_view property) {
  if (holds) return;
  std::fprintf(stderr, "broken: %.*s\n", static_cast<int>(property.size()), property.data());
  std::abort();
}

void require_service_shape(const Error& error) {
  const http::Response response = surfaces::error_response(error, "trace");
  require(response.status >= 400 && response.status < 600, "a refusal has the status of one");
  for (const auto& [name, value] : response.headers) {
    require(!http::has_control_character(value), "a header of a refusal is one line");
  }
  require(!http::has_control_character(error.reason), "a reason fits into a header");
  if (error.code == ErrorCode::unauthenticated) return;  // a refusal with 401 has no body
  require(is_envelope(std::get<std::string>(response.body)), "a refusal is the service's envelope");
}

}  // namespace dynsessions::fuzz
