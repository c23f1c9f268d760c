#include "emulator/cli/readiness_report.h"

#include <cstdio>

#include <nlohmann/json.hpp>

#include "emulator/base/json_text.h"

namespace dynsessions::cli {

config::Config server_to_ask(const Invocation& call) {
  const config::Settings settings = settings_of(call);
  config::Config config = settings.config;
  const bool port_is_known = settings.origin_of("admin-port").source != config::Source::built_in;
  if (!port_is_known && !config.server.ready_file.empty()) config.server.admin_port = 0;
  return config;
}

ExitCode report(const Invocation& call, const readiness::Finding& finding) {
  std::string text = finding.line;
  if (wants_json(call)) {
    nlohmann::ordered_json json{{"ready", finding.ready}};
    if (!finding.admin.empty()) json["admin"] = finding.admin;
    json["message"] = finding.line;
    text = dumped(json);
  }
  std::puts(text.c_str());
  return finding.ready ? stopped : failed;
}

}  // namespace dynsessions::cli
