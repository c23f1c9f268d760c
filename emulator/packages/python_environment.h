#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Reads Python environments on the disk: a virtual environment, or a *layer*, which is one with
/// packages of a project in front of those of its base (sandbox/agents/python/
/// environment_layer.py).
namespace dynsessions::packages {

/// Where sessions of the full tier see the base of a layer; environment_layer.py has the same.
inline constexpr const char* kBaseInside = "/opt/dynsessions-base";

/// Name and version, by name.
using Versions = std::vector<std::pair<std::string, std::string>>;

/// The packages that sessions can import.
struct PythonEnvironment {
  std::string python_version;  ///< "3.11.2"; empty if unknown
  Versions packages;           ///< of a layer: with those of its base that it does not replace
  std::chrono::system_clock::time_point created_at;

  /// Version of a package by its normalized name; empty when it is not installed.
  [[nodiscard]] std::string version_of(std::string_view name) const;
};

/// Reads the metadata of a virtual environment; blocks for some milliseconds. Missing and
/// unreadable metadata is skipped.
[[nodiscard]] PythonEnvironment read_python_environment(const std::filesystem::path& prefix);

/// The directory of the interpreter that a virtual environment was made with, such as /usr/bin;
/// empty if `prefix` is no virtual environment.
[[nodiscard]] std::filesystem::path home_of(const std::filesystem::path& prefix);

/// The base of a layer; empty if `prefix` is no layer, or its base is a Python without environment.
[[nodiscard]] std::filesystem::path base_of(const std::filesystem::path& prefix);

/// Directories that have the packages of an environment and of its base: lib/python3.11/
/// site-packages and the like.
[[nodiscard]] std::vector<std::filesystem::path> package_directories(
    const std::filesystem::path& prefix);

}  // namespace dynsessions::packages
