#include "emulator/surfaces/data_plane/files/file_paths.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace dynsessions::surfaces::data_plane::files {
namespace {

Result<DataPath> below(const DataPath& directory, std::string_view name, std::string_view target) {
  auto path = DataPath::parse(name, target);
  if (!path) return path.error();
  if (path->is_root()) {
    return invalid_request("The file name is missing.", std::string(target));
  }
  return directory / *path;
}

/// The base name of such a name could be that of another file.
bool has_parent_component(std::string_view name) {
  return name == ".." || name.starts_with("../") || name.ends_with("/..") ||
         name.find("/../") != std::string_view::npos;
}

/// Letters, digits, any character beyond ASCII and these marks (section 6).
bool is_documented(std::string_view name, std::string_view marks) {
  return std::all_of(name.begin(), name.end(), [marks](unsigned char c) {
    return std::isalnum(c) != 0 || c >= 0x80 || marks.find(char(c)) != std::string_view::npos;
  });
}

constexpr std::string_view kDirectoryMarks = "-_ @$&=;,#%^()";
constexpr std::string_view kFileMarks = "-_ @$&=;,#%^().";

Error undocumented(std::string_view marks, std::string target) {
  return invalid_request(
      "A name may contain letters, digits and these marks: " + std::string(marks),
      std::move(target), "the emulator was started with --file-names documented");
}

}  // namespace

Result<DataPath> directory_of(const http::Request& request) {
  std::string_view path = request.target.query_value("path").value_or("");
  if (path.ends_with('/')) path.remove_suffix(1);
  return DataPath::parse(path, "path");
}

Result<DataPath> file_of(const Route& route, const http::Request& request) {
  if (route.dialect == Dialect::python) {
    return below({}, request.target.query_value("filename").value_or(""), "filename");
  }
  auto directory = directory_of(request);
  if (!directory) return directory.error();
  return below(*directory, route.name, "name");
}

Result<DataPath> upload_target(const ApiVersion& version, const DataPath& directory,
                               std::string_view file_name) {
  if (has_parent_component(file_name)) {
    return invalid_request("The file name may not contain `..` components.", "filename");
  }
  if (!version.keeps_upload_directories) file_name.remove_prefix(file_name.rfind('/') + 1);
  auto target = below(directory, file_name, "filename");
  if (!target || version.any_file_name) return target;
  if (!is_documented(target->name(), kFileMarks)) return undocumented(kFileMarks, "filename");
  const DataPath parent = target->parent();
  for (const std::string& component : parent.components()) {
    if (!is_documented(component, kDirectoryMarks)) return undocumented(kDirectoryMarks, "path");
  }
  return target;
}

}  // namespace dynsessions::surfaces::data_plane::files
