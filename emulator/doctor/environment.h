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

/// What a Python says of itself (sandbox/agents/python/environment_probe.py).
struct EnvironmentFacts {
  std::string python_version;
  std::map<std::string, std::string> packages;  ///< version by normalized name
  std::string agent_failure;                    ///< why the agent cannot start; empty: it can
  std::string pkg_resources_failure;            ///< likewise
  bool has_font_cache = false;
};

/// Runs `probe` on `python`, outside of any sandbox, and returns what it printed; nothing when it
/// goes on for longer than `patience`. While this program has one thread: it forks. Throws
/// std::system_error when it cannot.
[[nodiscard]] std::optional<std::string> ask_python(const std::filesystem::path& python,
                                                    const std::filesystem::path& probe,
                                                    std::chrono::milliseconds patience);

/// The section *environment* where there is no Python to ask.
[[nodiscard]] Checks check_missing_python(const std::string& why);

/// The section *environment* of a Python that ask_python() had to give up.
[[nodiscard]] Checks check_endless_python(const std::string& python, std::chrono::seconds patience);

/// The last line of what the probe printed; nothing when that is not its line of facts.
[[nodiscard]] std::optional<EnvironmentFacts> read_facts(std::string_view printed);

/// The section *environment*: `python` with its facts against what it should have.
[[nodiscard]] Checks check_environment(const std::string& python,
                                       const std::optional<EnvironmentFacts>& facts,
                                       const packages::PackageList& expected);

}  // namespace dynsessions::doctor
