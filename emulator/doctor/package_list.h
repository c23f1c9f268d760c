#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dynsessions::doctor {

/// A package as sandbox/agents/python/requirements.txt pins it.
struct PinnedPackage {
  std::string name;
  std::string version;
  std::string service_version;  ///< empty: not seen
  std::string why;              ///< they differ, or one is not known; empty: they do not
};

/// What an environment for sessions should have, and what the service has.
struct PackageList {
  std::string service_python;  ///< "3.12.7"
  std::string why_python;      ///< ours may be another
  std::vector<PinnedPackage> packages;
};

/// From the texts of requirements.txt and service_packages.json, which are ours and belong to the
/// program. Throws std::runtime_error when they are damaged.
[[nodiscard]] PackageList read_package_list(std::string_view requirements, std::string_view facts);

/// Lower case, with one dash for each run of dashes, dots and underlines: names that differ
/// otherwise are one package (PyPA's specification of name normalization).
[[nodiscard]] std::string normalized_name(std::string_view name);

}  // namespace dynsessions::doctor
