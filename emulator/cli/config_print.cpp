#include <algorithm>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "emulator/base/json_text.h"
#include "emulator/cli/command.h"
#include "emulator/config/options.h"

namespace dynsessions::cli {
namespace {

using config::Origin;
using config::Settings;
using config::Source;
using Json = nlohmann::ordered_json;

const char* word_for(Source source) {
  switch (source) {
    case Source::built_in:
      return "default";
    case Source::file:
      return "file";
    case Source::environment:
      return "environment variable";
    case Source::flag:
      return "flag";
  }
  return "";
}

std::string setting_line(std::string_view key, std::string value, const Origin& origin) {
  constexpr std::size_t kValueColumn = 25;
  constexpr std::size_t kOriginColumn = 65;
  std::string line(key);
  line.resize(std::max(kValueColumn, line.size() + 1), ' ');
  line += value;
  line.resize(std::max(kOriginColumn, line.size() + 2), ' ');
  line += word_for(origin.source);
  if (!origin.name.empty()) line += ' ' + origin.name;
  return line + '\n';
}

std::string as_text(const Settings& settings) {
  std::string text;
  for (const config::Option& option : config::all_options()) {
    text += setting_line(option.key, option.show(settings.config), settings.origin_of(option.key));
  }
  for (const auto& [key, value] : settings.file.structured) {
    text += setting_line(key, value, {Source::file, settings.file.path});
  }
  return text;
}

Json member(Json value, const Origin& origin) {
  Json json{{"value", std::move(value)}, {"origin", word_for(origin.source)}};
  if (!origin.name.empty()) json["name"] = origin.name;
  return json;
}

std::string as_json(const Settings& settings) {
  Json json = Json::object();
  for (const config::Option& option : config::all_options()) {
    json[std::string(option.key)] =
        member(option.show(settings.config), settings.origin_of(option.key));
  }
  for (const auto& [key, value] : settings.file.structured) {
    json[key] = member(parse_ordered_json(value), {Source::file, settings.file.path});
  }
  return dumped(json, 2) + '\n';
}

ExitCode print_config(const Invocation& call) {
  const Settings settings = settings_of(call);
  std::fputs((wants_json(call) ? as_json(settings) : as_text(settings)).c_str(), stdout);
  return stopped;
}

constexpr Flag kConfigPrintFlags[] = {kOutputFlag};

}  // namespace

const Command kConfigPrint{
    .name = "config print",
    .summary = "Print the value of every option, and where it comes from.",
    .description =
        "Prints each option with the value that a server started with the same flags, "
        "variables and file\nwould have, and its origin: flag, environment variable, "
        "file or default. With -o json an object:\n{\"port\": {\"value\": \"0\", "
        "\"origin\": \"flag\", \"name\": \"--port\"}, …}; each value is a text.\n",
    .examples =
        "  dynsessions config print --port 0\n"
        "  dynsessions config print --config options.json -o json\n",
    .exit_codes =
        "  0  printed\n"
        "  2  a flag, variable or key cannot be used\n",
    .flags = kConfigPrintFlags,
    .takes_options = true,
    .run = print_config,
};

}  // namespace dynsessions::cli
