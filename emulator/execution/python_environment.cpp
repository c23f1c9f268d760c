#include "emulator/execution/python_environment.h"

#include <algorithm>
#include <fstream>

#include <boost/algorithm/string/case_conv.hpp>
#include <system_error>

namespace dynsessions::execution {
namespace fs = std::filesystem;

namespace {

/// The value of the first line that starts with `label`; empty when there is none before the first
/// empty line, where a package's description begins.
std::string header_value(const fs::path& path, std::string_view label) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line) && !line.empty()) {
    if (line.starts_with(label)) return line.substr(label.size());
  }
  return {};
}

/// <prefix>/lib/python3.11/site-packages; empty when there is none.
fs::path site_packages(const fs::path& prefix) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(prefix / "lib", ignored)) {
    fs::path candidate = entry.path() / "site-packages";
    if (entry.path().filename().string().starts_with("python3.") && fs::exists(candidate)) {
      return candidate;
    }
  }
  return {};
}

std::chrono::system_clock::time_point changed_at(const fs::path& path) {
  std::error_code error;
  const auto time = fs::last_write_time(path, error);
  if (error) return {};
  return std::chrono::time_point_cast<std::chrono::system_clock::duration>(
      std::chrono::file_clock::to_sys(time));
}

}  // namespace

std::string PythonEnvironment::version_of(std::string_view name) const {
  for (const auto& [package, version] : packages) {
    if (boost::algorithm::to_lower_copy(package) == name) return version;
  }
  return {};
}

PythonEnvironment read_python_environment(const fs::path& prefix) {
  PythonEnvironment environment;
  environment.python_version = header_value(prefix / "pyvenv.cfg", "version = ");
  environment.created_at = changed_at(prefix / "pyvenv.cfg");
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(site_packages(prefix), ignored)) {
    if (entry.path().extension() != ".dist-info") continue;
    const fs::path metadata = entry.path() / "METADATA";
    std::string name = header_value(metadata, "Name: ");
    if (!name.empty()) {
      environment.packages.emplace_back(std::move(name), header_value(metadata, "Version: "));
    }
  }
  std::sort(
      environment.packages.begin(), environment.packages.end(), [](const auto& a, const auto& b) {
        return boost::algorithm::to_lower_copy(a.first) < boost::algorithm::to_lower_copy(b.first);
      });
  return environment;
}

}  // namespace dynsessions::execution
