#include "emulator/api/files/file_paths.h"

namespace dynsessions::api::files {
namespace {

Result<DataPath> below(const DataPath& folder, std::string_view name, std::string_view target) {
  auto path = DataPath::parse(name, target);
  if (!path) return path.error();
  if (path->is_root()) {
    return invalid_request("The file name is missing.", std::string(target));
  }
  return folder / *path;
}

}  // namespace

Result<DataPath> folder_of(const http::Request& request) {
  return DataPath::parse(request.target.query_value("path").value_or(""), "path");
}

Result<DataPath> file_of(const Route& route, const http::Request& request) {
  if (route.dialect == Dialect::python) {
    return below({}, request.target.query_value("filename").value_or(""), "filename");
  }
  auto folder = folder_of(request);
  if (!folder) return folder.error();
  return below(*folder, route.name, "name");
}

Result<DataPath> upload_target(const DataPath& folder, std::string_view file_name) {
  return below(folder, file_name, "filename");
}

}  // namespace dynsessions::api::files
