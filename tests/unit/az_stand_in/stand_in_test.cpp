#include "emulator/az_stand_in/stand_in.h"

#include <map>
#include <vector>

#include "emulator/auth/base64url.h"
#include "tests/support/catch.h"

namespace dynsessions::az_stand_in {
namespace {

using client_environment::IdentityEndpoint;
using Parsed = nlohmann::json;
using Words = std::vector<std::string>;

const std::string kToken = "e30." + auth::encode_base64url(R"({"tid":"the-tenant"})") + ".sig";

/// A server that issues one token, and the last request that it received.
struct Server {
  IdentityEndpoint endpoint;
  std::string resource;
  Result<std::string> answer = R"({"access_token":")" + kToken + R"(","expires_on":"4070908800"})";

  Outcome run(const Words& words, std::map<std::string, std::string> more = {}) {
    std::map<std::string, std::string> variables{
        {"IDENTITY_ENDPOINT", "http://127.0.0.1:1/msi/token"},
        {"IDENTITY_HEADER", "header"},
        {"AZURE_POOL_MANAGEMENT_ENDPOINT",
         "http://127.0.0.1:1/subscriptions/the-sub/resourceGroups/g/sessionPools/p"}};
    for (auto& [name, value] : more) variables[name] = value;
    const auto environment = [&](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    return az_stand_in::answer(words, environment,
                               [this](const IdentityEndpoint& asked, const std::string& wanted) {
                                 endpoint = asked;
                                 resource = wanted;
                                 return answer;
                               });
  }
};

TEST_CASE("a credential gets the token of the identity endpoint", "[az]") {
  Server server;
  const Outcome outcome = server.run({"account", "get-access-token", "--output", "json",
                                      "--resource", "https://dynamicsessions.io"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.errors.empty());
  CHECK(server.endpoint.url == "http://127.0.0.1:1/msi/token");
  CHECK(server.endpoint.header == "header");
  CHECK(server.resource == "https://dynamicsessions.io");
  const Parsed token = Parsed::parse(outcome.output);
  CHECK(token["accessToken"] == kToken);
  CHECK(token["expires_on"] == 4070908800);
  CHECK_THAT(token["expiresOn"].get<std::string>(), Catch::Matches(R"(20[\d-]+ [\d:]+\.000000)"));
  CHECK(token["tokenType"] == "Bearer");
  CHECK(token["tenant"] == "the-tenant");
  CHECK(token["subscription"] == "the-sub");
}

TEST_CASE("the account has the tenant of the token and the subscription of the pool", "[az]") {
  Server server;
  const Parsed account = Parsed::parse(server.run({"account", "show"}).output);
  CHECK(account["tenantId"] == "the-tenant");
  CHECK(account["id"] == "the-sub");
  CHECK(account["isDefault"] == true);
  CHECK(account["user"]["type"] == "servicePrincipal");
}

TEST_CASE("options are understood in each of their forms", "[az]") {
  Server server;
  const auto words = GENERATE(values<Words>({
      {"account", "show", "--query", "id", "--output", "tsv"},
      {"account", "show", "--query=id", "-o", "tsv"},
      {"-o", "tsv", "account", "show", "--query", "id", "--only-show-errors"},
      {"account", "show", "-s", "another", "--query", "id", "--output=tsv"},
  }));
  CHECK(server.run(words).output == "the-sub\n");
}

TEST_CASE("the resource is that of a resource, of a scope, or the one of Azure's API", "[az]") {
  Server server;
  (void)server.run({"account", "get-access-token", "--scope", "https://dynamicsessions.io/.default",
                    "--tenant", "any"});
  CHECK(server.resource == "https://dynamicsessions.io");
  (void)server.run({"account", "get-access-token"});
  CHECK(server.resource == "https://management.core.windows.net/");
}

TEST_CASE("the output form can come from the variable of the Azure CLI", "[az]") {
  Server server;
  const auto outcome =
      server.run({"account", "show", "--query", "id"}, {{"AZURE_CORE_OUTPUT", "tsv"}});
  CHECK(outcome.output == "the-sub\n");
}

TEST_CASE("anything else is refused with a sentence that names the stand-in", "[az]") {
  Server server;
  const auto words = GENERATE(values<Words>({
      {"group", "list"},
      {"login"},
      {"account", "list"},
      {"account", "show", "--all"},
      {"account", "show", "--query"},
      {"account", "show", "-o", "xml"},
      {"account", "show", "--query", "length(@)"},
  }));
  const Outcome outcome = server.run(words);
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.output.empty());
  CHECK_THAT(outcome.errors,
             Catch::StartsWith("ERROR: this is the stand-in for az of dynsessions"));
  CHECK(outcome.errors.find('\n') == outcome.errors.size() - 1);
}

TEST_CASE("the reason why there is no token is an error", "[az]") {
  Server server;
  server.answer = Error{ErrorCode::internal, "no server answers", {}, {}};
  const Outcome refused = server.run({"account", "get-access-token"});
  CHECK(refused.exit_code == 1);
  CHECK_THAT(refused.errors, Catch::Contains("no server answers"));
  server.answer = std::string(R"({"something":"else"})");
  const Outcome foreign = server.run({"account", "show"});
  CHECK(foreign.exit_code == 1);
  CHECK_THAT(foreign.errors, Catch::Contains("not an identity endpoint"));
}

TEST_CASE("help is no mistake", "[az]") {
  Server server;
  const auto words = GENERATE(values<Words>({{}, {"--help"}, {"account", "show", "-h"}}));
  const Outcome outcome = server.run(words);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.output == help());
}

}  // namespace
}  // namespace dynsessions::az_stand_in
