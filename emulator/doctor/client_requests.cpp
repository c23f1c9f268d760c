#include "emulator/doctor/client_requests.h"

#include <utility>

#include <boost/algorithm/string/join.hpp>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include "emulator/auth/claims.h"
#include "emulator/auth/token_check.h"
#include "emulator/base/clock.h"
#include "emulator/base/json_text.h"
#include "emulator/base/printable.h"
#include "emulator/client_environment/identity_request.h"
#include "emulator/net/client/http_client.h"

namespace dynsessions::doctor {
namespace {

using Reply = net::HttpResult<net::HttpReply>;

constexpr std::chrono::seconds kLongestWait{10};
constexpr std::size_t kLongestAnswer = std::size_t{1} << 20;
constexpr const char* kSetAgain =
    "start a server with `dynsessions serve`, then eval \"$(dynsessions env)\"";

/// Variables that name the trusted authorities, and the clients that read them (CLIENTS.md quirk
/// 42).
struct TrustVariable {
  const char* name;
  const char* readers;
};
constexpr TrustVariable kTrustVariables[] = {
    {"REQUESTS_CA_BUNDLE", "Python's requests"},
    {"SSL_CERT_FILE", "httpx, aiohttp, .NET and Go"},
    {"NODE_EXTRA_CA_CERTS", "Node"},
};

std::chrono::sys_seconds now() {
  boost::asio::io_context loop;
  return std::chrono::floor<std::chrono::seconds>(SystemClock(loop.get_executor()).now());
}

// --- the token

Check check_claims(const std::string& token) {
  const auto claims = auth::parse_claims(token);
  if (!claims) return client_check("token", Verdict::warning, "it is not a JSON web token");
  std::string finding = "for " + boost::algorithm::join(claims->audiences, ", ");
  if (claims->expires_at) {
    finding += ", expires in " + std::to_string((*claims->expires_at - now()).count()) + " s";
  }
  finding += claims->roles.empty() ? ", without roles"
                                   : ", roles " + boost::algorithm::join(claims->roles, ", ");
  auth::TokenPolicy policy;
  policy.rule = auth::TokenRule::claims;
  const auto accepted = auth::check_token(policy, "Bearer " + token, now());
  if (accepted) return client_check("token", Verdict::good, printable(finding));
  return client_check("token", Verdict::warning,
                      printable(finding) + "; --auth claims refuses it: " + accepted.error().reason,
                      "start the server without --identity-roles and --identity-token-lifetime");
}

// --- the endpoint

Reply ask(const std::string& endpoint, const std::string& token, const std::string& ca_file) {
  net::HttpRequest request;
  request.target = "/listSessions?api-version=2025-10-02-preview";
  if (!token.empty()) request.headers.add("Authorization", "Bearer " + token);
  request.timeouts.total = kLongestWait;
  return net::fetch_blocking(*net::HttpUrl::parse(endpoint), std::move(request), kLongestAnswer,
                             {.ca_file = ca_file});
}

bool is_distrust(const net::HttpFailure& failure) {
  return failure.step == net::HttpStep::tls &&
         failure.message.find("not trusted") != std::string::npos;
}

Check check_failure(const std::string& endpoint, const net::HttpFailure& failure) {
  if (failure.step == net::HttpStep::tls && !is_distrust(failure)) {
    return client_check("answer", Verdict::bad, endpoint + ": " + failure.message,
                        "name the HTTPS port of the server, or write http://");
  }
  return client_check("answer", Verdict::bad, endpoint + ": " + failure.message, kSetAgain);
}

/// Returns the message of the service's error and the emulator's reason.
std::string refusal_in(const net::HttpReply& reply) {
  const auto body = parse_json(reply.body);
  const nlohmann::json::json_pointer message("/error/message");
  std::string text;
  if (body.contains(message) && body.at(message).is_string()) text = body.at(message);
  const auto reason = reply.headers.find("x-emulator-reason");
  if (reason) text += (text.empty() ? "" : " ") + std::string(*reason);
  return printable(text);
}

Check check_reply(const std::string& endpoint, const net::HttpReply& reply) {
  if (reply.status == 200) return client_check("answer", Verdict::good, endpoint + " answers");
  const std::string finding = endpoint + " answers with status " + std::to_string(reply.status);
  const std::string refusal = refusal_in(reply);
  if (!reply.headers.find("x-emulator-reason") && refusal.empty()) {
    return client_check("answer", Verdict::bad, finding + " and does not seem to be dynsessions",
                        kSetAgain);
  }
  return client_check("answer", Verdict::bad, finding, refusal);
}

Check check_answer(const std::string& endpoint, const Reply& reply) {
  return reply ? check_reply(endpoint, *reply) : check_failure(endpoint, reply.error());
}

// --- trust

Check check_trust(const std::string& endpoint, const TrustVariable& variable,
                  const std::string& file) {
  const std::string for_whom = std::string(" (") + variable.readers + ")";
  if (file.empty()) {
    return client_check(variable.name, Verdict::warning,
                        "is not set" + for_whom + ", so the certificate of " + endpoint +
                            " is trusted only where this machine trusts its authority",
                        kSetAgain);
  }
  const Reply reply = ask(endpoint, {}, file);
  const bool is_tls = !reply && reply.error().step == net::HttpStep::tls;
  if (!is_tls) return client_check(variable.name, Verdict::good, file + for_whom);
  return client_check(variable.name, Verdict::bad, file + for_whom + ": " + reply.error().message,
                      "name a file with the authority of the server, whose path `dynsessions cert` "
                      "prints first");
}

/// Returns the file of the first variable that makes the certificate trusted.
std::string trusted_file(const Checks& trust, const config::Environment& environment) {
  for (const Check& check : trust) {
    if (check.verdict == Verdict::good) return environment(check.name).value_or("");
  }
  return {};
}

}  // namespace

Check client_check(std::string name, Verdict verdict, std::string finding, std::string cure) {
  return {"client", std::move(name), verdict, std::move(finding), std::move(cure)};
}

IdentityChecks check_identity(const config::Environment& environment) {
  const client_environment::IdentityEndpoint endpoint{environment("IDENTITY_ENDPOINT").value_or(""),
                                                      environment("IDENTITY_HEADER").value_or("")};
  const auto body = client_environment::request_token(endpoint, std::string(auth::kAudience));
  if (!body) return {{client_check("identity", Verdict::bad, body.error().message, kSetAgain)}, {}};
  const auto answer = parse_json(*body);
  if (!answer.is_object() || !answer.contains("access_token") ||
      !answer["access_token"].is_string()) {
    return {{client_check("identity", Verdict::bad,
                          endpoint.url + " answers, but is no identity endpoint", kSetAgain)},
            {}};
  }
  const std::string token = answer["access_token"];
  return {{client_check("identity", Verdict::good, endpoint.url + " issues tokens"),
           check_claims(token)},
          token};
}

Checks check_answers(const std::string& endpoint, const std::string& token,
                     const config::Environment& environment) {
  if (!endpoint.starts_with("https:")) {
    return {check_answer(endpoint, ask(endpoint, token, {}))};
  }
  Checks checks;
  for (const TrustVariable& variable : kTrustVariables) {
    checks.push_back(check_trust(endpoint, variable, environment(variable.name).value_or("")));
  }
  checks.push_back(check_answer(endpoint, ask(endpoint, token, trusted_file(checks, environment))));
  return checks;
}

}  // namespace dynsessions::doctor
