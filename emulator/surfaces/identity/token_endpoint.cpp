#include <algorithm>
#include <iterator>
#include <sstream>
#include <utility>

#include "emulator/base/identifiers.h"
#include "emulator/surfaces/identity/answers.h"
#include "emulator/surfaces/identity/form.h"
#include "emulator/surfaces/identity/operations.h"
#include "emulator/surfaces/json_response.h"
#include "emulator/surfaces/json_writer.h"

/// The token endpoint of Microsoft Entra and of AD FS (RFC 6749; api-spec/CLIENTS.md section 4.4).
namespace dynsessions::surfaces::identity {
namespace asio = boost::asio;

namespace {

Error unauthenticated_client(std::string message, std::string reason) {
  return {ErrorCode::unauthenticated, std::move(message), {}, std::move(reason)};
}

/// Requires a secret or an assertion (of a certificate or a federated identity), and accepts any
/// value.
Result<void> check_application(const Form& form) {
  if (form.value("client_id").empty()) {
    return bad_parameter("client_id", "The field `client_id` is missing.",
                         "set AZURE_CLIENT_ID to any id");
  }
  if (form.value("client_secret").empty() && form.value("client_assertion").empty()) {
    return unauthenticated_client("There is neither `client_secret` nor `client_assertion`.",
                                  "set AZURE_CLIENT_SECRET to any text, or "
                                  "AZURE_FEDERATED_TOKEN_FILE to a file with any token");
  }
  return {};
}

Result<void> check_user(const Form& form) {
  if (!form.value("username").empty() && !form.value("password").empty()) return {};
  return unauthenticated_client("The fields `username` and `password` are both needed.",
                                "set AZURE_USERNAME and AZURE_PASSWORD to any text");
}

Result<void> check_grant(const Form& form) {
  const std::string grant = form.value("grant_type");
  if (grant.empty()) {
    return bad_parameter("grant_type", "The field `grant_type` is missing.",
                         "send a form (application/x-www-form-urlencoded) with "
                         "grant_type=client_credentials");
  }
  if (grant == "client_credentials") return check_application(form);
  if (grant == "password") return check_user(form);
  return Error{ErrorCode::operation_not_supported, "This grant type is not emulated.", "grant_type",
               "there are client_credentials (secret, certificate or federated token) and "
               "password; for other credentials use managed identity: `dynsessions env`"};
}

bool is_openid_scope(std::string_view scope) {
  return scope == "openid" || scope == "profile" || scope == "offline_access";
}

/// Returns the audience: `resource` in version 1; in version 2 the scope that is not one of
/// OpenID's.
std::string audience_of(const Form& form) {
  const std::string resource = form.value("resource");
  if (!resource.empty()) return resource;
  std::istringstream scopes(form.value("scope"));
  for (std::string scope; scopes >> scope;) {
    if (is_openid_scope(scope)) continue;
    const std::string_view audience = without_default_scope(scope);
    if (audience.size() != scope.size()) return std::string(audience);
    // A delegated permission: https://dynamicsessions.io/user_impersonation
    return scope.substr(0, scope.rfind('/'));
  }
  return {};
}

bool asks_for_id(const Form& form) {
  std::istringstream scopes(form.value("scope"));
  return std::find(std::istream_iterator<std::string>(scopes), {}, "openid") !=
         std::istream_iterator<std::string>();
}

http::Response token_answer(const IssuedToken& issued, const Form& form,
                            const std::string& audience) {
  const std::int64_t lifetime = issued.lifetime.count();
  JsonWriter json(ObjectIds::absent);
  json.begin_object().member("token_type", "Bearer");
  if (!form.value("scope").empty()) json.member("scope", form.value("scope"));
  json.member("expires_in", lifetime).member("ext_expires_in", lifetime);
  const auto expires = issued.issued_at + issued.lifetime;
  json.member("expires_on", std::to_string(expires.time_since_epoch().count()));
  json.member("resource", audience).member("access_token", issued.text);
  if (!issued.id_token.empty() && asks_for_id(form)) json.member("id_token", issued.id_token);
  json.end_object();
  return uncached_json_response(200, json.take());
}

}  // namespace

asio::awaitable<http::Answer> requested_token(const Services& services,
                                              const http::PathParameters& path, http::Call& call) {
  const Result<Form> form = co_await read_form(call);
  if (!form) co_return form.error();
  const Result<void> allowed = check_grant(*form);
  if (!allowed) co_return allowed.error();
  const std::string audience = audience_of(*form);
  if (audience.empty()) {
    co_return bad_parameter("scope", "The field `scope` is missing.",
                            "ask for the scope https://dynamicsessions.io/.default");
  }
  const std::string& tenant = path["tenant"];
  auth::TokenRequest wanted;
  wanted.audience = audience;
  wanted.issuer = issuer_of(call.request, tenant);
  if (is_uuid(tenant)) wanted.tenant = tenant;
  wanted.client_id = form->value("client_id");
  wanted.user = form->value("username");
  const IssuedToken issued = co_await issue(services, std::move(wanted));
  co_return token_answer(issued, *form, audience);
}

}  // namespace dynsessions::surfaces::identity
