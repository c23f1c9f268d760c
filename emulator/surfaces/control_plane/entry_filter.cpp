#include "emulator/surfaces/control_plane/entry_filter.h"

#include <chrono>
#include <utility>

#include "emulator/surfaces/control_plane/answers.h"

namespace dynsessions::surfaces::control_plane {
namespace asio = boost::asio;

namespace {

asio::awaitable<http::Answer> answered(http::Response response) {
  http::Answer answer(std::move(response));
  co_return answer;
}

std::string_view without_port(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const bool is_port = colon != host.npos && host.find(']', colon) == host.npos;
  return is_port ? host.substr(0, colon) : host;
}

/// Returns `localhost` for an address of loopback, because the server announces that name and az
/// compares addresses as texts.
std::string_view announced(std::string_view host) {
  return host == "127.0.0.1" || host == "[::1]" ? "localhost" : host;
}

}  // namespace

std::string arm_address(const http::Request& request, const Services& services) {
  const std::string_view host = request.headers.find("host").value_or("localhost");
  if (request.scheme == "https") return "https://" + std::string(host);
  const unsigned port = services.https_port();
  if (port == 0) return {};
  return "https://" + std::string(announced(without_port(host))) + ":" + std::to_string(port);
}

asio::awaitable<http::Answer> EntryFilter::handle(http::Call& call, http::Next next) {
  if (call.request.scheme != "https") return answered(refuse_http(call.exchange));
  const auth::TokenPolicy policy{.rule = services_.store.token_rule(), .keys = services_.keys};
  const auto token = auth::check_management_token(
      policy, call.request.headers.find("authorization"),
      std::chrono::floor<std::chrono::seconds>(services_.store.now()), caller_.arm);
  if (!token) return answered(refuse_token(call, token.error()));
  caller_.principals = token->principals;
  caller_.user = token->user;
  call.exchange.principal = caller_.object_id();
  return next(call);
}

http::Response EntryFilter::refuse_http(http::Exchange& exchange) const {
  exchange.refused_by = "router";
  const std::string cure =
      caller_.arm.empty() ? "start the server with --https-port 7443, or any other port but off"
                          : "send the request to " + caller_.arm;
  const ArmError error{400,
                       "HttpsRequired",
                       "Azure Resource Manager is emulated over https only, because its clients "
                       "give their token to no other.",
                       {},
                       cure};
  return refusal(error, exchange, services_.own_headers);
}

/// The headers follow ARM's convention; they were not recorded.
http::Response EntryFilter::refuse_token(http::Call& call, const Error& error) const {
  call.exchange.refused_by = "token";
  const bool is_absent = !call.request.headers.find("authorization");
  ArmError words{401,
                 is_absent ? "AuthenticationFailed" : "InvalidAuthenticationToken",
                 is_absent ? "Authentication failed. The 'Authorization' header is missing."
                           : "The access token is invalid: " + error.message + ".",
                 {},
                 error.reason};
  http::Response response = refusal(words, call.exchange, services_.own_headers);
  response.headers.add("www-authenticate", "Bearer authorization_uri=\"" + caller_.arm + "/" +
                                               services_.identity.tenant +
                                               "\", error=\"invalid_token\", error_description=\"" +
                                               error.message + "\"");
  return response;
}

}  // namespace dynsessions::surfaces::control_plane
