#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/base/result.h"
#include "emulator/packages/python_environment.h"

namespace dynsessions::packages {

/// A line of a requirements file that names a package, such as `pandas[excel]>=2`.
struct Requirement {
  std::string name;                 ///< normalized
  std::string text;                 ///< without comment
  bool is_exact_or_ranged = false;  ///< the line has more than a name and extras
};

/// Reads one requirement, as words of a command line and lines of a file are. `invalid_request` for
/// paths, options and everything else.
[[nodiscard]] Result<Requirement> parse_requirement(std::string_view text);

/// The bytes of a requirements file; empty if there is none. `invalid_request` with path and reason
/// if it cannot be read or is no file.
[[nodiscard]] Result<std::string> read_requirements_text(const std::filesystem::path& path);

/// The packages that a project adds to those of the service's image: a requirements file of pip
/// that people can write by hand and keep in their repository. Other lines are kept unchanged.
/// Lines that end with `# needed by others` are written by this program: the exact versions of
/// packages that the others need. A value.
///
/// Of pip's options a line can be --index-url, --extra-index-url, --find-links, --no-index,
/// --only-binary, --prefer-binary or --pre. Other options and paths are refused: a layer is
/// identified by the text of its file, which would not show that a local path has changed.
class RequirementsFile {
 public:
  RequirementsFile() = default;  ///< has no packages

  /// Returns `invalid_request` with the number of the line.
  [[nodiscard]] static Result<RequirementsFile> parse(std::string_view text);

  /// The requirements that people wrote, without the packages that those need.
  [[nodiscard]] const std::vector<Requirement>& requirements() const { return requirements_; }
  [[nodiscard]] const std::vector<Requirement>& needed() const { return needed_; }
  [[nodiscard]] bool is_empty() const { return requirements_.empty(); }

  /// Replaces the lines of that package by one, or adds one.
  void put(const Requirement& requirement);
  /// Adds the version to the line of this requirement.
  void pin(const Requirement& requirement, const std::string& version);
  /// Returns false if there is no such line.
  bool remove(std::string_view normalized_name);
  /// Takes packages from this directory of wheels and from nowhere else. Lines with other places
  /// are removed. `invalid_request` for a path that no line can have.
  [[nodiscard]] Result<void> take_from(const std::filesystem::path& wheels);
  /// Replaces the lines of packages that the others need.
  void set_needed(const Versions& packages);

  [[nodiscard]] std::string text() const;
  /// The lines that mean something to pip. `directory` is where relative paths begin.
  [[nodiscard]] std::string text_for_pip(const std::filesystem::path& directory) const;

 private:
  std::vector<std::string> lines_;  ///< written by people, unchanged
  std::vector<Requirement> requirements_;
  std::vector<Requirement> needed_;
};

}  // namespace dynsessions::packages
