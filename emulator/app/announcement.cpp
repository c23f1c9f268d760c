#include "emulator/app/announcement.h"

#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "emulator/base/json_text.h"
#include "emulator/pools/pool.h"

namespace dynsessions {
namespace {

/// How clients get a token that the server accepts.
struct TokenAdvice {
  const char* rule;
  const char* python;  ///< a Python expression that makes the credential
  const char* curl;    ///< the flag with its value, or nothing
};

TokenAdvice advice_for(auth::TokenRule mode) {
  switch (mode) {
    case auth::TokenRule::any:
      return {"Any bearer token is accepted.", "\"any\"", "-H 'Authorization: Bearer any' "};
    case auth::TokenRule::claims:
      return {"A token must have the right claims: `dynsessions token` prints one.",
              "os.popen(\"dynsessions token\").read().strip()",
              "-H \"Authorization: Bearer $(dynsessions token)\" "};
    case auth::TokenRule::off:
      return {"No token is needed.", "\"\"", ""};
  }
  return {"", "", ""};
}

std::string https_line(const Announcement& announcement) {
  if (announcement.https.empty()) return {};
  return fmt::format("    the same over HTTPS        {}, authority {}\n", announcement.https,
                     announcement.authority_file);
}

std::string admin_token_line(const Announcement& announcement) {
  if (announcement.admin_token.empty()) return {};
  return fmt::format("    token of the admin API     {}\n", announcement.admin_token);
}

bool is_exposed(const Announcement& announcement) {
  return !boost::asio::ip::make_address(announcement.listen).is_loopback();
}

/// A line end and the indentation of the banner's second column.
constexpr const char* kNextLineOfBanner = "\n                               ";

/// "PythonLTS in local, EgressDisabled, at most 100 sessions, cooldown 300 s"
std::string description_of(const pools::PoolDefinition& pool) {
  return name_of(pool.container_type) + " in " + pool.location + ", " +
         name_of(pool.network_status) + ", at most " + std::to_string(pool.max_sessions) +
         " sessions, cooldown " + std::to_string(pool.cooldown_period.count()) + " s";
}

}  // namespace

std::string description_of(const std::vector<pools::Pool*>& declared) {
  std::string text;
  for (const pools::Pool* pool : declared) {
    const pools::PoolDefinition& definition = pool->definition();
    if (!text.empty()) text += kNextLineOfBanner;
    if (declared.size() > 1) text += definition.id.name + ": ";
    text += description_of(definition);
  }
  return text;
}

std::vector<std::string> warnings_of(const Announcement& announcement) {
  std::vector<std::string> warnings;
  if (!announcement.warning.empty()) warnings.push_back(announcement.warning + ".");
  if (!announcement.descriptors.empty()) warnings.push_back(announcement.descriptors + ".");
  // The warning does not depend on --auth, because the identity endpoints give everyone a token.
  if (is_exposed(announcement)) {
    warnings.push_back("--listen " + announcement.listen +
                       " opens every port to other machines. Anyone who can connect can run code "
                       "here; no token prevents it. Use it inside a container or on a network that "
                       "you trust.");
  }
  return warnings;
}

std::string banner(const Announcement& announcement, const TerminalStyle& style) {
  const TokenAdvice token = advice_for(announcement.auth);
  std::string text = fmt::format(
      "\n"
      "  {7}\n"
      "\n"
      "    pool management endpoint   {0}\n"
      "    session pool               {4}\n"
      "    sandbox                    {5}\n"
      "    limits of a session        {6}\n"
      "{3}"
      "    admin API, metrics         {1}\n"
      "{12}"
      "\n"
      "  {8}\n"
      "    LangChain      SessionsPythonREPLTool(access_token_provider=lambda: {9},\n"
      "                     pool_management_endpoint=\"{0}\")\n"
      "    LlamaIndex     export AZURE_POOL_MANAGEMENT_ENDPOINT={0}\n"
      "    Azure SDKs     export IDENTITY_ENDPOINT={11} IDENTITY_HEADER=any\n"
      "    curl           curl {10}-H 'Content-Type: application/json' \\\n"
      "                     -d '{{\"properties\":{{\"code\":\"6 * 7\"}}}}' \\\n"
      "                     '{0}/code/execute?identifier=me'\n"
      "  {2}\n\n",
      announcement.pool_management_endpoint, announcement.admin, token.rule,
      https_line(announcement), announcement.pool, announcement.sandbox, announcement.limits,
      style.bold("dynsessions serves Azure Container Apps dynamic sessions"),
      style.bold("Point a client at it:"), token.python, token.curl, announcement.identity_endpoint,
      admin_token_line(announcement));
  for (const std::string& warning : warnings_of(announcement)) {
    text += "  " + style.red("*** WARNING: " + warning + " ***") + "\n\n";
  }
  return text;
}

std::string event_line(std::string_view event, const Announcement& announcement) {
  nlohmann::ordered_json line;
  line["event"] = event;
  line["pid"] = ::getpid();
  line["http"] = announcement.http;
  if (!announcement.https.empty()) line["https"] = announcement.https;
  if (!announcement.arm.empty()) line["arm"] = announcement.arm;
  line["admin"] = announcement.admin;
  if (!announcement.admin_token.empty()) line["adminToken"] = announcement.admin_token;
  line["poolManagementEndpoint"] = announcement.pool_management_endpoint;
  line["identityEndpoint"] = announcement.identity_endpoint;
  line["subscription"] = announcement.pool_name.subscription;
  line["resourceGroup"] = announcement.pool_name.resource_group;
  line["tenant"] = announcement.tenant;
  if (!announcement.authority_file.empty()) line["authority"] = announcement.authority_file;
  if (!announcement.failure.empty()) line["failure"] = announcement.failure;
  // A path need not be UTF-8.
  return dumped(line) + '\n';
}

}  // namespace dynsessions
