#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "emulator/config/config.h"
#include "emulator/config/help.h"
#include "emulator/config/options.h"
#include "emulator/config/options_page.h"
#include "emulator/config/pool_list.h"
#include "emulator/config/token_options.h"

namespace dynsessions::config {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

void assign(Config& config, const Option& option, std::string_view value,
            const std::string& origin) {
  try {
    option.assign(config, value);
  } catch (const ConfigError& error) {
    throw ConfigError(origin + ": " + error.what() + ", not `" + std::string(value) + "`");
  }
}

/// A number, a switch or a text in the file, as the text that a flag would have had.
std::string file_value(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  throw ConfigError("expected a text, a number, true or false, not `" + value.dump() + "`");
}

bool is_known(std::string_view key) {
  const auto options = all_options();
  return std::any_of(options.begin(), options.end(),
                     [key](const Option& option) { return option.key == key; });
}

std::string origin_in_file(const std::string& path, const std::string& key) {
  return "`" + path + "`, " + key;
}

/// What a config file says: the options by their keys, and the pools as they stand.
struct ConfigFile {
  Values values;
  std::optional<nlohmann::json> pools;
};

ConfigFile read_file(const std::string& path) {
  std::ifstream file(path);
  // A directory can be opened, but not looked into.
  if (!file || std::filesystem::is_directory(path)) {
    throw ConfigError("--config: cannot read `" + path + "`");
  }
  const auto json = nlohmann::json::parse(file, nullptr, false, true);
  if (!json.is_object()) throw ConfigError("--config: `" + path + "` is not a JSON object");
  ConfigFile found;
  for (const auto& [key, value] : json.items()) {
    if (key == "pools") {
      found.pools = value;
      continue;
    }
    if (!is_known(key)) throw ConfigError(origin_in_file(path, key) + ": there is no such option");
    try {
      found.values.emplace(key, file_value(value));
    } catch (const ConfigError& error) {
      throw ConfigError(origin_in_file(path, key) + ": " + error.what());
    }
  }
  return found;
}

void refuse_contradictions(const Config& config) {
  if (config.server.exact && config.contract.lenient_bodies) {
    throw ConfigError(
        "`exact` and `lenient-bodies` contradict each other: the service refuses such bodies");
  }
  if (config.pool.ready_sessions > config.pool.max_sessions) {
    throw ConfigError("`ready-sessions` is " + std::to_string(config.pool.ready_sessions) +
                      ", more than the " + std::to_string(config.pool.max_sessions) +
                      " of `max-sessions`: the others would never become sessions");
  }
}

/// The command-line parser with a slot for the text of each option. What it knows of help is only
/// that somebody asks for it: help.cpp words it.
struct Parser {
  Parser() {
    app.require_subcommand(0, 1);
    app.fallthrough();
    app.set_help_flag("-h,--help");
    app.set_version_flag("--version", "");
    for (const Option& option : all_options()) add(option);
    app.add_option("--config", config_path);
    app.add_subcommand("serve");
    healthcheck = app.add_subcommand("healthcheck");
    wait = app.add_subcommand("wait");
    wait->add_option("--timeout", timeout)->check(CLI::Range(0, 86'400));
    cert = app.add_subcommand("cert");
    token = add_token_command(app, test_token);
    doctor = app.add_subcommand("doctor");
    doctor->add_option("-o,--output", output)->check(CLI::IsMember({"text", "json"}));
    options = app.add_subcommand("options");
    version = app.add_subcommand("version");
    // What follows belongs to emulator/conformance, its --help too.
    conform = app.add_subcommand("conform")->prefix_command()->fallthrough(false);
    conform->set_help_flag();
  }

  void add(const Option& option) {
    const std::string key(option.key);
    if (option.is_switch()) {
      // `--exact` means true and `--exact=false` false; the table judges any other word.
      auto keep_switch = [this, key](const std::string& text) {
        flags[key] = text.empty() ? "true" : text;
      };
      app.add_option_function<std::string>("--" + key, keep_switch)->expected(0, 1);
    } else if (option.value.repeatable) {
      auto keep_all = [this, key](const std::vector<std::string>& texts) {
        flags[key] = CLI::detail::join(texts, ",");
      };
      app.add_option_function<std::vector<std::string>>("--" + key, keep_all)
          ->allow_extra_args(false)  // what follows the value may be the command
          ->take_all();
    } else {
      auto keep = [this, key](const std::string& text) { flags[key] = text; };
      app.add_option_function<std::string>("--" + key, keep);
    }
  }

  CLI::App app{"", "dynsessions"};
  Values flags;
  std::string config_path;
  auth::TestToken test_token;
  std::string output;
  int timeout = 60;  ///< of wait, seconds
  CLI::App* healthcheck = nullptr;
  CLI::App* wait = nullptr;
  CLI::App* cert = nullptr;
  CLI::App* token = nullptr;
  CLI::App* doctor = nullptr;
  CLI::App* options = nullptr;
  CLI::App* version = nullptr;
  CLI::App* conform = nullptr;
};

}  // namespace

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): before threads
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

CommandLine parse_command_line(int argc, const char* const* argv, const Environment& environment) {
  Parser parser;
  CommandLine result;
  try {
    parser.app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    result.command = Command::help;
    result.help = help_text();
    return result;
  } catch (const CLI::CallForVersion&) {
    result.command = Command::version;
    return result;
  } catch (const CLI::ParseError& error) {
    throw ConfigError(std::string(error.what()) + "\nTry `dynsessions --help`.");
  }
  if (parser.conform->parsed()) {
    result.command = Command::conform;
    result.arguments = parser.conform->remaining();
    return result;
  }
  if (parser.options->parsed()) {
    result.command = Command::options;
    result.help = options_page();
    return result;
  }
  if (parser.version->parsed()) {
    result.command = Command::version;
    return result;
  }
  if (parser.token->parsed()) {
    result.command = Command::token;
    result.token = parser.test_token;
    return result;
  }

  if (parser.healthcheck->parsed()) result.command = Command::healthcheck;
  if (parser.wait->parsed()) result.command = Command::wait;
  result.timeout = std::chrono::seconds(parser.timeout);
  if (parser.cert->parsed()) result.command = Command::cert;
  if (parser.doctor->parsed()) result.command = Command::doctor;
  result.as_json = parser.output == "json";

  std::string path = parser.config_path;
  if (path.empty()) path = environment("DYNSESSIONS_CONFIG").value_or("");
  const ConfigFile file = path.empty() ? ConfigFile{} : read_file(path);
  for (const Option& option : all_options()) {
    const std::string key(option.key);
    if (const auto flag = parser.flags.find(key); flag != parser.flags.end()) {
      assign(result.config, option, flag->second, "--" + key);
    } else if (const auto variable = environment(option.environment_name());
               variable && !variable->empty()) {  // compose files set what is absent to nothing
      assign(result.config, option, *variable, option.environment_name());
    } else if (const auto entry = file.values.find(key); entry != file.values.end()) {
      assign(result.config, option, entry->second, origin_in_file(path, key));
    }
  }
  refuse_contradictions(result.config);
  if (file.pools) {
    try {
      result.config.pools = parse_pools(*file.pools, result.config.pool);
    } catch (const ConfigError& error) {
      throw ConfigError("`" + path + "`, " + error.what());
    }
  }
  return result;
}

}  // namespace dynsessions::config
