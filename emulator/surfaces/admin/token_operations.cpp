#include <algorithm>
#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "emulator/auth/token_issuer.h"
#include "emulator/base/json_text.h"
#include "emulator/base/offload.h"
#include "emulator/base/timestamp.h"
#include "emulator/surfaces/admin/answers.h"
#include "emulator/surfaces/admin/operation.h"
#include "emulator/test_double/json_members.h"

namespace dynsessions::surfaces::admin {
namespace asio = boost::asio;

namespace {

using std::chrono::seconds;
using test_double::JsonMembers;

/// Seconds; sums with any time of a clock stay in range.
constexpr std::int64_t kTenYears = 315'360'000;
constexpr std::size_t kMostRoles = 100;

/// The token that a request describes.
struct Wanted {
  auth::TokenRequest request;
  auth::IdentitySettings settings;
};

void take_text(JsonMembers& members, const char* name, std::string& target) {
  if (auto text = members.text(name)) target = *std::move(text);
}

void take_roles(JsonMembers& members, std::vector<std::string>& target) {
  const nlohmann::json* const value = members.find("roles");
  if (value == nullptr) return;
  const bool is_list = value->is_array() && value->size() <= kMostRoles &&
                       std::all_of(value->begin(), value->end(),
                                   [](const nlohmann::json& role) { return role.is_string(); });
  if (!is_list) return members.fail("roles", "expected a list of at most 100 texts");
  target = value->get<std::vector<std::string>>();
}

void take_lifetime(JsonMembers& members, seconds& target) {
  const nlohmann::json* const value = members.find("expiresIn");
  if (value == nullptr) return;
  const bool is_number = value->is_number_integer();
  const std::int64_t wanted = is_number ? value->get<std::int64_t>() : 0;
  // get() turns a number above 63 bits into a negative one.
  const bool is_good = is_number && wanted >= -kTenYears && wanted <= kTenYears &&
                       (wanted < 0) != value->is_number_unsigned();
  if (!is_good) {
    return members.fail("expiresIn",
                        "expected whole seconds from -315360000 to 315360000; negative: it has "
                        "expired");
  }
  target = seconds(wanted);
}

Result<Wanted> parse_wanted(const nlohmann::json& body, Wanted wanted) {
  JsonMembers members(body, "");
  take_text(members, "audience", wanted.request.audience);
  take_text(members, "principal", wanted.request.principal);
  take_text(members, "tenant", wanted.request.tenant);
  take_text(members, "clientId", wanted.request.client_id);
  take_text(members, "user", wanted.request.user);
  take_roles(members, wanted.settings.roles);
  take_lifetime(members, wanted.settings.lifetime);
  if (const Result<void> good = members.finish(); !good) return good.error();
  return wanted;
}

/// The issuer at whose address clients find the signing key: the identity endpoints of this server.
std::string issuer_of(const Services& services, const std::string& tenant) {
  const auto server = parse_json(services.server());
  const std::string base = server.is_object() ? server.value("http", "") : "";
  return base + '/' + tenant + "/v2.0";
}

/// A token that has already expired gets its expiry as the time of issue.
void move_into_past(std::chrono::sys_seconds& issued, seconds& lifetime) {
  if (lifetime >= seconds::zero()) return;
  issued += lifetime;
  lifetime = seconds::zero();
}

}  // namespace

asio::awaitable<http::Answer> issue_token(AdminCall& call) {
  const auto body = co_await read_object(call.http);
  if (!body) co_return body.error();
  const Services& services = call.services;
  auto wanted = parse_wanted(body->members, {{.audience = std::string(auth::kAudience),
                                              .issuer = {},
                                              .tenant = services.identity.tenant,
                                              .principal = {},
                                              .client_id = {},
                                              .user = {}},
                                             services.identity});
  if (!wanted) co_return wanted.error();
  wanted->request.issuer = issuer_of(services, wanted->request.tenant);
  auto issued = std::chrono::floor<seconds>(clock_of(call).now());
  move_into_past(issued, wanted->settings.lifetime);
  const std::string claims = auth::claims_for(wanted->request, wanted->settings, issued);
  auto sign = [&keys = services.keys, claims] { return keys.current()->sign(claims); };
  const std::string token = co_await offload(services.file_pool, std::move(sign));
  nlohmann::ordered_json json{{"token", token}, {"tokenType", "Bearer"}};
  json["expiresAt"] = timestamp(Clock::TimePoint(issued + wanted->settings.lifetime));
  json["claims"] = parse_ordered_json(claims);
  co_return json_answer(json, 201);
}

}  // namespace dynsessions::surfaces::admin
