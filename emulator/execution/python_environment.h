#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynsessions::execution {

/// What is installed where sessions run.
struct PythonEnvironment {
  std::string python_version;                                 ///< "3.11.2"; empty if unknown
  std::vector<std::pair<std::string, std::string>> packages;  ///< name and version, by name
  std::chrono::system_clock::time_point created_at;

  /// Version of a package by its name in lower case; empty when it is not installed.
  [[nodiscard]] std::string version_of(std::string_view name) const;
};

/// Reads the metadata of a virtual environment; blocks for some milliseconds. What is not there or
/// cannot be read is left out.
[[nodiscard]] PythonEnvironment read_python_environment(const std::filesystem::path& prefix);

}  // namespace dynsessions::execution
