#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dynsessions::packages {

/// A package that sandbox/agents/python/requirements.txt pins.
struct PinnedPackage {
  std::string name;
  std::string version;
  std::string service_version;  ///< empty: not observed
  std::string why;  ///< why the versions differ or one is not known; empty if they are equal
  bool is_in_service = false;  ///< the service is known to have it, in some version
};

/// The packages of an environment for sessions, and those of the service.
struct PackageList {
  std::string service_python;  ///< "3.12.7"
  std::string why_python;      ///< the reason why the Python here can be another version
  std::string source;          ///< where the facts about the service come from
  std::vector<PinnedPackage> packages;
  /// Modules whose package has another name, such as `sklearn`, and parts of shared modules, such
  /// as `google.protobuf`.
  std::map<std::string, std::string, std::less<>> packages_of_modules;
  /// Modules of which many packages have a part, such as `google`, with examples of these packages.
  std::map<std::string, std::string, std::less<>> shared_modules;
  /// Names that people import although the module has another one: `opencv` for `cv2`.
  std::map<std::string, std::string, std::less<>> mistaken_modules;
  /// Names that people give to their own files, such as `utils`.
  std::set<std::string, std::less<>> own_modules;
  /// Modules of Python itself that some builds lack, such as `tkinter`.
  std::set<std::string, std::less<>> python_modules;
  std::set<std::string, std::less<>> windows_packages;  ///< packages that Linux cannot have
};

/// Reads the texts of requirements.txt and service_packages.json, which are part of the program.
/// Throws std::runtime_error if they are damaged.
[[nodiscard]] PackageList read_package_list(std::string_view requirements, std::string_view facts);

/// The same from the directory that has both files. Throws std::runtime_error also if one cannot be
/// read.
[[nodiscard]] PackageList read_package_list(const std::filesystem::path& directory);

}  // namespace dynsessions::packages
