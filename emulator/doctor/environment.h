#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/doctor/check.h"
#include "emulator/packages/package_list.h"

namespace dynsessions::doctor {

/// Facts that a Python reports about itself (sandbox/agents/python/environment_probe.py).
struct EnvironmentFacts {
  std::string python_version;
  std::map<std::string, std::string> packages;  ///< version by normalized name
  std::string agent_failure;                    ///< why the agent cannot start; empty: it can
  std::string pkg_resources_failure;            ///< likewise
  bool has_font_cache = false;
};

/// Runs `probe` on `python`, outside of any sandbox, and returns its output; nullopt if it takes
/// longer than `timeout`. Forks, so call it while the process has one thread. Throws
/// std::system_error if that fails.
[[nodiscard]] std::optional<std::string> ask_python(const std::filesystem::path& python,
                                                    const std::filesystem::path& probe,
                                                    std::chrono::milliseconds timeout);

/// The section *environment* if there is no Python to run.
[[nodiscard]] Checks check_missing_python(const std::string& why);

/// The section *environment* for a Python that did not answer ask_python() in time.
[[nodiscard]] Checks check_unresponsive_python(const std::string& python,
                                               std::chrono::seconds timeout);

/// Parses the last line of the probe's output. Returns nullopt if it is not the line of facts.
[[nodiscard]] std::optional<EnvironmentFacts> read_facts(std::string_view printed);

/// The section *environment*: `python` with its facts against what it should have.
[[nodiscard]] Checks check_environment(const std::string& python,
                                       const std::optional<EnvironmentFacts>& facts,
                                       const packages::PackageList& expected);

}  // namespace dynsessions::doctor
