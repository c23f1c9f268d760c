#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dynsessions::doctor {

/// A package that sandbox/agents/python/requirements.txt pins.
struct PinnedPackage {
  std::string name;
  std::string version;
  std::string service_version;  ///< empty: not observed
  std::string why;  ///< why the versions differ or one is not known; empty if they are equal
};

/// The packages of an environment for sessions, and those of the service.
struct PackageList {
  std::string service_python;  ///< "3.12.7"
  std::string why_python;      ///< the reason why ours can be another version
  std::vector<PinnedPackage> packages;
};

/// Reads the texts of requirements.txt and service_packages.json, which are part of the program.
/// Throws std::runtime_error if they are damaged.
[[nodiscard]] PackageList read_package_list(std::string_view requirements, std::string_view facts);

/// Returns the name in lower case, with one dash for each run of dashes, dots and underscores.
/// Names that are then equal belong to one package (PyPA's specification of name normalization).
[[nodiscard]] std::string normalized_name(std::string_view name);

}  // namespace dynsessions::doctor
