#include "emulator/config/settings.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "emulator/base/json_text.h"
#include "emulator/base/suggestion.h"
#include "emulator/config/option_words.h"
#include "emulator/config/options.h"
#include "emulator/config/pool_list.h"

namespace dynsessions::config {
namespace {

constexpr std::string_view kPrefix = "DYNSESSIONS_";

/// DYNSESSIONS_BINARY names this program to test suites that start it.
constexpr std::array<std::string_view, 2> kOtherVariables{kConfigVariable, "DYNSESSIONS_BINARY"};

/// Keys of the file whose value is an array or object.
constexpr std::string_view kPoolsKey = "pools";
constexpr std::array kStructuredKeys{kPoolsKey};

void assign(Config& config, const Option& option, std::string_view value,
            const std::string& place) {
  try {
    option.assign(config, value);
  } catch (const ConfigError& error) {
    const std::vector<std::string> words = words_of(option);
    const std::vector<std::string_view> candidates(words.begin(), words.end());
    throw ConfigError(place + ": " + error.what() + ", not `" + std::string(value) + "`" +
                      did_you_mean(value, candidates));
  }
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

/// Sets one option from the strongest source that has it.
void settle(Settings& settings, const Option& option, const Values& flags,
            const Environment& environment) {
  const std::string key(option.key);
  const std::string variable = option.environment_name();
  if (const auto flag = flags.find(key); flag != flags.end()) {
    assign(settings.config, option, flag->second, "--" + key);
    settings.origins.emplace(key, Origin{Source::flag, "--" + key});
  } else if (const auto value = environment(variable); value && !value->empty()) {
    assign(settings.config, option, *value, variable);
    settings.origins.emplace(key, Origin{Source::environment, variable});
  } else if (const auto entry = settings.file.scalars.find(key);
             entry != settings.file.scalars.end()) {
    assign(settings.config, option, entry->second, settings.file.place_of(key));
    settings.origins.emplace(key, Origin{Source::file, settings.file.path});
  }
}

/// The pools of the file. Their absent members are those of the default pool, so it comes first.
void settle_pools(Settings& settings) {
  const auto found = settings.file.structured.find(kPoolsKey);
  if (found == settings.file.structured.end()) return;
  try {
    const auto list = parse_json(found->second);
    settings.config.pools = parse_pools(list, settings.config.pool);
  } catch (const ConfigError& error) {
    throw ConfigError("`" + settings.file.path + "`, " + error.what());
  }
}

}  // namespace

Origin Settings::origin_of(std::string_view key) const {
  const auto found = origins.find(key);
  return found == origins.end() ? Origin{} : found->second;
}

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): before threads
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Settings resolve_settings(const Values& flags, const std::string& config_path,
                          const Environment& environment) {
  Settings settings;
  std::string path = config_path;
  if (path.empty()) path = environment(std::string(kConfigVariable)).value_or("");
  if (!path.empty()) settings.file = read_config_file(path, kStructuredKeys);
  for (const Option& option : all_options()) settle(settings, option, flags, environment);
  refuse_contradictions(settings.config);
  settle_pools(settings);
  return settings;
}

std::vector<std::string> process_variable_names() {
  std::vector<std::string> names;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view variable(*entry);
    if (variable.starts_with(kPrefix)) names.emplace_back(variable.substr(0, variable.find('=')));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> warnings_about(const std::vector<std::string>& names) {
  std::vector<std::string> known(kOtherVariables.begin(), kOtherVariables.end());
  for (const Option& option : all_options()) known.push_back(option.environment_name());
  // Compared without the prefix: with it, every two short names would be similar.
  std::vector<std::string_view> candidates;
  for (const std::string_view name : known) candidates.push_back(name.substr(kPrefix.size()));
  std::vector<std::string> warnings;
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const auto near = nearest(std::string_view(name).substr(kPrefix.size()), candidates);
    warnings.push_back(name + " has no effect: there is no such option" +
                       (near ? "; did you mean `" + std::string(kPrefix) + std::string(*near) + "`?"
                             : std::string()));
  }
  return warnings;
}

}  // namespace dynsessions::config
