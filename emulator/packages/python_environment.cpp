#include "emulator/packages/python_environment.h"

#include <fstream>
#include <map>
#include <system_error>

#include "emulator/packages/package_name.h"

namespace dynsessions::packages {
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

/// Adds <prefix>/lib/python3.11/site-packages, for each version that is there.
void add_package_directories(const fs::path& prefix, std::vector<fs::path>& directories) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(prefix / "lib", none)) {
    fs::path candidate = entry.path() / "site-packages";
    const bool is_pythons = entry.path().filename().string().starts_with("python3.");
    if (is_pythons && fs::is_directory(candidate, none)) directories.push_back(candidate);
  }
}

void add_packages(const fs::path& directory, std::map<std::string, Versions::value_type>& found) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(directory, none)) {
    if (entry.path().extension() != ".dist-info") continue;
    const fs::path metadata = entry.path() / "METADATA";
    std::string name = header_value(metadata, "Name: ");
    if (name.empty()) continue;  // an interrupted pip leaves such directories
    std::string key = normalized_name(name);
    found.try_emplace(std::move(key), std::move(name), header_value(metadata, "Version: "));
  }
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
    if (normalized_name(package) == name) return version;
  }
  return {};
}

PythonEnvironment read_python_environment(const fs::path& prefix) {
  PythonEnvironment environment;
  environment.python_version = header_value(prefix / "pyvenv.cfg", "version = ");
  environment.created_at = changed_at(prefix / "pyvenv.cfg");
  // If a name occurs twice, the first one counts, as in Python.
  std::map<std::string, Versions::value_type> found;
  for (const fs::path& directory : package_directories(prefix)) add_packages(directory, found);
  for (auto& [key, package] : found) environment.packages.push_back(std::move(package));
  return environment;
}

fs::path home_of(const fs::path& prefix) { return header_value(prefix / "pyvenv.cfg", "home = "); }

fs::path base_of(const fs::path& prefix) {
  return header_value(prefix / "pyvenv.cfg", "base-environment = ");
}

std::vector<fs::path> package_directories(const fs::path& prefix) {
  std::vector<fs::path> directories;
  add_package_directories(prefix, directories);
  if (const fs::path base = base_of(prefix); !base.empty()) {
    add_package_directories(base, directories);
  }
  return directories;
}

}  // namespace dynsessions::packages
