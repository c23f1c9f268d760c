#include "emulator/app/announcement.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <nlohmann/json.hpp>

namespace dynsessions {
namespace {

std::string_view words_for(auth::TokenRule mode) {
  switch (mode) {
    case auth::TokenRule::any:
      return "Any bearer token will do.";
    case auth::TokenRule::claims:
      return "A token must have the right claims: `dynsessions token` prints one.";
    case auth::TokenRule::off:
      return "No token is needed.";
  }
  return "";
}

std::string https_line(const Announcement& announcement) {
  if (announcement.https.empty()) return {};
  return fmt::format("    the same over HTTPS        {}, authority {}\n", announcement.https,
                     announcement.authority_file);
}

/// No auth mode changes what it says: nobody looks at signatures.
std::string warning_of(const std::string& listen) {
  return fmt::format(
      "  *** WARNING: --listen {} opens every port to other machines. ***\n"
      "  *** Whoever can connect can run code here; no token stops them. ***\n"
      "  *** Use it inside a container or on a network that you trust.   ***\n\n",
      listen);
}

}  // namespace

std::string banner(const Announcement& announcement) {
  std::string text = fmt::format(
      "\n"
      "  dynsessions serves Azure Container Apps dynamic sessions\n"
      "\n"
      "    pool management endpoint   {0}\n"
      "    session pool               {4}\n"
      "    sandbox                    {5}\n"
      "    limits of a session        {6}\n"
      "{3}"
      "    health, version            {1}\n"
      "\n"
      "  Point a client at it:\n"
      "    LangChain      SessionsPythonREPLTool(access_token_provider=lambda: \"any\",\n"
      "                     pool_management_endpoint=\"{0}\")\n"
      "    LlamaIndex     export AZURE_POOL_MANAGEMENT_ENDPOINT={0}\n"
      "    curl           curl -H 'Authorization: Bearer x' "
      "-H 'Content-Type: application/json' \\\n"
      "                     -d '{{\"properties\":{{\"code\":\"6 * 7\"}}}}' \\\n"
      "                     '{0}/code/execute?identifier=me'\n"
      "  {2}\n\n",
      announcement.pool_management_endpoint, announcement.admin, words_for(announcement.auth),
      https_line(announcement), announcement.pool, announcement.sandbox, announcement.limits);
  if (!announcement.warning.empty()) {
    text += fmt::format("  *** WARNING: {}. ***\n\n", announcement.warning);
  }
  const bool exposed = !boost::asio::ip::make_address(announcement.listen).is_loopback();
  if (exposed) text += warning_of(announcement.listen);
  return text;
}

void print_ready_line(const Announcement& announcement, const std::string& ready_file) {
  nlohmann::ordered_json line;
  line["event"] = "ready";
  line["pid"] = ::getpid();
  line["http"] = announcement.http;
  if (!announcement.https.empty()) line["https"] = announcement.https;
  line["admin"] = announcement.admin;
  line["poolManagementEndpoint"] = announcement.pool_management_endpoint;
  const std::string text = line.dump() + '\n';
  if (!ready_file.empty()) {
    const std::string unfinished = ready_file + ".tmp";
    std::ofstream file(unfinished);
    file << text << std::flush;
    if (!file) throw std::runtime_error("cannot write the ready file " + ready_file);
    file.close();
    std::filesystem::rename(unfinished, ready_file);
  }
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

}  // namespace dynsessions
