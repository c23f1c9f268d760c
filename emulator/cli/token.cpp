#include <charconv>
#include <cstdint>
#include <cstdio>

#include <boost/asio/io_context.hpp>

#include "emulator/auth/test_token.h"
#include "emulator/base/clock.h"
#include "emulator/base/json_text.h"
#include "emulator/cli/admin_command.h"
#include "emulator/cli/server_choice.h"

namespace dynsessions::cli {
namespace {

/// The distance of `exp` from now that the clock's nanoseconds allow without overflow.
constexpr std::int64_t kHundredYears = 3'155'760'000;

std::chrono::seconds parse_expiry(const std::string& text) {
  std::int64_t seconds = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, seconds);
  const bool good =
      error == std::errc() && end == last && seconds >= -kHundredYears && seconds <= kHundredYears;
  if (!good) {
    throw config::ConfigError("--expires-in: expected a whole number of seconds from -" +
                              std::to_string(kHundredYears) + " to " +
                              std::to_string(kHundredYears) + ", not `" + text + "`");
  }
  return std::chrono::seconds(seconds);
}

auth::TestToken token_of(const config::Values& flags) {
  auth::TestToken token;
  const auto set = [&flags](std::string_view name, std::string& member) {
    if (const auto flag = flags.find(name); flag != flags.end()) member = flag->second;
  };
  set("--audience", token.audience);
  set("--role", token.role);
  set("--oid", token.oid);
  if (flags.contains("--no-role")) {
    if (flags.contains("--role")) {
      throw config::ConfigError("`--role` and `--no-role` exclude each other");
    }
    token.role.clear();
  }
  if (const auto expiry = flags.find("--expires-in"); expiry != flags.end()) {
    token.expires_in = parse_expiry(expiry->second);
  }
  return token;
}

/// Body for POST /token. The server chooses the members for which there is no flag.
nlohmann::json request_of(const config::Values& flags, const auth::TestToken& token) {
  nlohmann::json body = nlohmann::json::object();
  if (flags.contains("--audience")) body["audience"] = token.audience;
  if (flags.contains("--expires-in")) body["expiresIn"] = token.expires_in.count();
  if (flags.contains("--role")) body["roles"] = {token.role};
  if (flags.contains("--no-role")) body["roles"] = nlohmann::json::array();
  if (flags.contains("--oid")) body["principal"] = token.oid;
  return body;
}

ExitCode print_signed_token(const Invocation& call, const auth::TestToken& token) {
  const auto server = named_server(call.flags.at(std::string(kServerFlag.name)));
  const AdminAddress address{server.admin, server.admin_token};
  const AdminRequest request{
      .method = "POST", .path = "/token", .body = dumped(request_of(call.flags, token))};
  return ask_admin_api(call, request, address, [](const nlohmann::ordered_json& answer) {
    return text_of(answer, "token") + '\n';
  });
}

ExitCode print_token(const Invocation& call) {
  const auth::TestToken token = token_of(call.flags);
  if (call.flags.contains(kServerFlag.name)) return print_signed_token(call, token);
  boost::asio::io_context loop;
  const auto now = SystemClock(loop.get_executor()).now();
  std::string text = auth::make_test_token(token, std::chrono::floor<std::chrono::seconds>(now));
  if (wants_json(call)) text = nlohmann::json{{"token", std::move(text)}}.dump();
  std::puts(text.c_str());
  return stopped;
}

constexpr Flag kTokenFlags[] = {
    kServerFlag,
    {"--audience", "URI", "Claim `aud`; default: https://dynamicsessions.io."},
    {"--expires-in", "SECONDS", "Time until `exp`; default 3600; negative: already expired."},
    {"--role", "NAME", "Claim `roles`; default: Azure ContainerApps Session Executor."},
    {"--no-role", "", "Leave `roles` out."},
    {"--oid", "OID", "Claims `oid` and `sub`, to match --executor of the server."},
    kOutputFlag,
};

}  // namespace

const Command kToken{
    .name = "token",
    .summary = "Print a bearer token for tests of --auth claims.",
    .description =
        "Prints a bearer token with the claims that a server with --auth claims checks: "
        "audience, time\nand role. No other service accepts its signature. With "
        "--server "
        "a running server\nissues it, signed with its key, and the server chooses the claims that "
        "have no flag.\n",
    .examples =
        "  TOKEN=$(dynsessions token)\n"
        "  dynsessions token --no-role             a token that is refused with 403\n"
        "  dynsessions token --expires-in -60      a token that has expired\n"
        "  dynsessions token --server last         a signed token\n",
    .exit_codes =
        "  0  printed\n"
        "  1  the server of --server cannot be reached, or refused; stderr says why\n"
        "  2  wrong usage\n",
    .flags = kTokenFlags,
    .run = print_token,
};

}  // namespace dynsessions::cli
