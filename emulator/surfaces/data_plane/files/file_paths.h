#pragma once

#include <string_view>

#include "emulator/surfaces/data_plane/routes.h"
#include "emulator/workspace_files/session_files.h"

namespace dynsessions::surfaces::data_plane::files {

using dynsessions::workspace_files::DataPath;

/// The directory that the query parameter `path` names: empty, `/`, absent and `/mnt/data` all mean
/// the root (CONTRACT.md section 2.3). A slash at the end is ignored.
[[nodiscard]] Result<DataPath> directory_of(const http::Request& request);

/// The file that a request is about: `{name}` below the directory, or the query's `filename` in the
/// python dialect.
[[nodiscard]] Result<DataPath> file_of(const Route& route, const http::Request& request);

/// Where an upload goes: the base name of the part's file name, below the directory. Clients send
/// `/mnt/data/x.csv` and find `x.csv` (CONTRACT.md section 7); it is inferred, not observed, that
/// other directories are dropped too, so that `/tmp/x.csv` and `sub/x.csv` become `x.csv`. To name
/// a directory, clients use `path`. If the version keeps directories, the whole name is used,
/// without a leading `/mnt/data`. `invalid_request` for a name that leads upwards, and when the
/// version takes documented names only (section 6) and the file or the directory has another.
[[nodiscard]] Result<DataPath> upload_target(const ApiVersion& version, const DataPath& directory,
                                             std::string_view file_name);

}  // namespace dynsessions::surfaces::data_plane::files
