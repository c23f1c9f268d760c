#include "emulator/announcement.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace dynsessions {

void print_banner(const Announcement& announcement) {
  fmt::print(stderr,
             "\n"
             "  dynsessions serves Azure Container Apps dynamic sessions\n"
             "\n"
             "    pool management endpoint   {0}\n"
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
             announcement.pool_management_endpoint, announcement.admin,
             announcement.auth == config::AuthMode::off ? "No token is needed."
                                                        : "Any bearer token will do.");
}

void print_ready_line(const Announcement& announcement, const std::string& ready_file) {
  nlohmann::ordered_json line;
  line["event"] = "ready";
  line["pid"] = ::getpid();
  line["http"] = announcement.http;
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
