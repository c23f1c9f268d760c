#include <utility>

#include "emulator/surfaces/identity/answers.h"
#include "emulator/surfaces/identity/operations.h"
#include "emulator/surfaces/json_response.h"
#include "emulator/surfaces/json_writer.h"

/// The documents that clients read before they request a token (OpenID Connect Discovery 1.0;
/// api-spec/CLIENTS.md section 4.4).
namespace dynsessions::surfaces::identity {
namespace asio = boost::asio;

namespace {

constexpr std::string_view kAdfs = "adfs";

/// AD FS and version 1 have no "v2.0" in their paths.
bool is_second_version(const http::Request& request) {
  return request.target.segments.size() > 1 && request.target.segments[1] == "v2.0";
}

}  // namespace

asio::awaitable<http::Answer> openid(const Services&, const http::PathParameters& path,
                                     http::Call& call) {
  const std::string& tenant = path["tenant"];
  const std::string authority = base_url(call.request) + "/" + tenant;
  const std::string version = is_second_version(call.request) ? "/v2.0" : "";
  JsonWriter json(ObjectIds::absent);
  json.begin_object();
  json.member("token_endpoint", authority + "/oauth2" + version + "/token");
  json.key("token_endpoint_auth_methods_supported").begin_array();
  json.string("client_secret_post").string("private_key_jwt").end_array();
  json.member("jwks_uri", authority + "/discovery" + version + "/keys");
  json.key("subject_types_supported").begin_array().string("pairwise").end_array();
  json.key("id_token_signing_alg_values_supported").begin_array().string("RS256").end_array();
  json.key("response_types_supported").begin_array().string("code").end_array();
  json.key("scopes_supported").begin_array().string("openid").end_array();
  json.member("issuer", issuer_of(call.request, tenant));
  json.member("authorization_endpoint", authority + "/oauth2" + version + "/authorize");
  if (tenant != kAdfs) json.member("tenant_region_scope", "WW");
  co_return uncached_json_response(200, json.end_object().take());
}

asio::awaitable<http::Answer> keys(const Services& services, const http::PathParameters&,
                                   http::Call&) {
  const auto current = co_await current_key(services);
  const auth::SigningKey& key = *current;
  JsonWriter json(ObjectIds::absent);
  json.begin_object().key("keys").begin_array().begin_object();
  json.member("kty", "RSA").member("use", "sig").member("alg", "RS256").member("kid", key.id());
  json.member("n", key.modulus()).member("e", key.exponent());
  json.end_object().end_array().end_object();
  co_return uncached_json_response(200, json.take());
}

/// Names this host as an authority without aliases, so that MSAL sends no request to another host.
asio::awaitable<http::Answer> instance(const Services& services, const http::PathParameters&,
                                       http::Call& call) {
  const std::string host(call.request.headers.find("host").value_or("localhost"));
  JsonWriter json(ObjectIds::absent);
  json.begin_object();
  json.member("tenant_discovery_endpoint", base_url(call.request) + "/" + services.settings.tenant +
                                               "/v2.0/.well-known/openid-configuration");
  json.member("api-version", "1.1").key("metadata").begin_array().begin_object();
  json.member("preferred_network", host).member("preferred_cache", host);
  json.key("aliases").begin_array().string(host).end_array();
  json.end_object().end_array().end_object();
  co_return uncached_json_response(200, json.take());
}

/// Tells MSAL which host checks passwords: this one, for every user.
asio::awaitable<http::Answer> user_realm(const Services&, const http::PathParameters& path,
                                         http::Call& call) {
  const std::string& user = path["user"];
  JsonWriter json(ObjectIds::absent);
  json.begin_object().member("ver", "1.0").member("account_type", "Managed");
  json.member("domain_name", user.substr(user.find('@') + 1));
  json.member("cloud_instance_name", call.request.headers.find("host").value_or("localhost"));
  json.member("cloud_audience_urn", "urn:federation:MicrosoftOnline").end_object();
  co_return uncached_json_response(200, json.take());
}

}  // namespace dynsessions::surfaces::identity
