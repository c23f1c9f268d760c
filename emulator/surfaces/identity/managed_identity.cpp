#include <optional>
#include <utility>

#include "emulator/surfaces/identity/answers.h"
#include "emulator/surfaces/identity/form.h"
#include "emulator/surfaces/identity/operations.h"
#include "emulator/surfaces/json_response.h"
#include "emulator/surfaces/json_writer.h"

/// Managed identity: the endpoints that a machine or a container in Azure has
/// (api-spec/CLIENTS.md sections 4.1 to 4.3).
namespace dynsessions::surfaces::identity {
namespace asio = boost::asio;

namespace {

constexpr std::string_view kAppServiceVersion = "2019-08-01";
constexpr std::string_view kOlderVersion = "2017-09-01";

using Parameter = std::optional<std::string_view>;

Error missing_resource() {
  return bad_parameter("resource", "The parameter `resource` is missing.",
                       "ask for the scope https://dynamicsessions.io/.default");
}

/// A user-assigned identity is named in one of several ways (`clientid` is of the older version); a
/// resource id does not determine the ids of its principal.
auth::TokenRequest token_request(const http::Request& request, const Services& services,
                                 std::string_view resource) {
  auth::TokenRequest token;
  token.audience = std::string(without_default_scope(resource));
  token.issuer = issuer_of(request, services.settings.tenant);
  const auto& target = request.target;
  const Parameter client = target.query_value("client_id");
  token.client_id = client ? *client : target.query_value("clientid").value_or("");
  const Parameter object = target.query_value("object_id");
  token.principal = object ? *object : target.query_value("principal_id").value_or("");
  return token;
}

enum class Times { both, also_not_before };

/// Times are decimal texts, which every client reads (CLIENTS.md section 4.1).
http::Response token_answer(const IssuedToken& issued, const std::string& client_id,
                            std::string_view resource, Times times) {
  const auto seconds = [](auto time) { return std::to_string(time.time_since_epoch().count()); };
  JsonWriter json(ObjectIds::absent);
  json.begin_object().member("access_token", issued.text).member("client_id", client_id);
  json.member("expires_in", std::to_string(issued.lifetime.count()));
  json.member("expires_on", seconds(issued.issued_at + issued.lifetime));
  if (times == Times::also_not_before) {
    json.member("ext_expires_in", std::to_string(issued.lifetime.count()));
    json.member("not_before", seconds(issued.issued_at));
  }
  json.member("resource", resource).member("token_type", "Bearer").end_object();
  return uncached_json_response(200, json.take());
}

asio::awaitable<http::Answer> answer_for(const Services& services, const http::Request& request,
                                         std::string resource, Times times) {
  if (resource.empty()) co_return missing_resource();
  auth::TokenRequest wanted = token_request(request, services, resource);
  const std::string client_id =
      wanted.client_id.empty() ? services.settings.client_id : wanted.client_id;
  const IssuedToken issued = co_await issue(services, std::move(wanted));
  co_return token_answer(issued, client_id, resource, times);
}

std::string resource_of(const http::Request& request) {
  return std::string(request.target.query_value("resource").value_or(""));
}

/// Which secret the header must carry depends on the version; any value is accepted. Clients of the
/// older version can send no secret (`MSI_ENDPOINT` alone).
Result<void> check_app_service(const http::Request& request) {
  const std::string_view version = request.target.query_value("api-version").value_or("");
  if (version == kOlderVersion || version.empty()) return {};
  if (version != kAppServiceVersion) {
    return bad_parameter("api-version", "This api-version of managed identity is not known.",
                         "there are 2019-08-01 and 2017-09-01");
  }
  if (!request.headers.find("x-identity-header").value_or("").empty()) return {};
  return Error{ErrorCode::unauthenticated,
               "The header X-IDENTITY-HEADER is missing.",
               {},
               "set IDENTITY_HEADER to any text"};
}

}  // namespace

asio::awaitable<http::Answer> app_service_token(const Services& services,
                                                const http::PathParameters&, http::Call& call) {
  const Result<void> allowed = check_app_service(call.request);
  if (!allowed) co_return allowed.error();
  co_return co_await answer_for(services, call.request, resource_of(call.request), Times::both);
}

asio::awaitable<http::Answer> cloud_shell_token(const Services& services,
                                                const http::PathParameters&, http::Call& call) {
  const Result<Form> form = co_await read_form(call);
  if (!form) co_return form.error();
  co_return co_await answer_for(services, call.request, form->value("resource"),
                                Times::also_not_before);
}

/// Also answers requests without the header `Metadata`: .NET probes in this way, and concludes from
/// a refusal that the machine has no identity (CLIENTS.md section 4.2).
asio::awaitable<http::Answer> virtual_machine_token(const Services& services,
                                                    const http::PathParameters&, http::Call& call) {
  co_return co_await answer_for(services, call.request, resource_of(call.request),
                                Times::also_not_before);
}

}  // namespace dynsessions::surfaces::identity
