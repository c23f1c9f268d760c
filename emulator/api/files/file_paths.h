#pragma once

#include <string_view>

#include "emulator/api/routes.h"
#include "emulator/files/session_files.h"

namespace dynsessions::api::files {

using dynsessions::files::DataPath;

/// The folder that the query parameter `path` names: empty, `/`, absent and `/mnt/data` all mean
/// the root (CONTRACT.md section 2.3).
[[nodiscard]] Result<DataPath> folder_of(const http::Request& request);

/// The file that a request is about: `{name}` below the folder, or the query's `filename` in the
/// python dialect.
[[nodiscard]] Result<DataPath> file_of(const Route& route, const http::Request& request);

/// Where an upload goes: the base name of the part's file name, below the folder. Clients send
/// `/mnt/data/x.csv` and find `x.csv` (CONTRACT.md section 7); that any other folder goes the same
/// way, so that `/tmp/x.csv` and `sub/x.csv` are `x.csv` too, follows from it but was not observed.
/// `path` is how a folder is named. Where the version keeps folders, the whole name counts, without
/// a leading `/mnt/data`. `invalid_request` when the version takes documented names only
/// (section 6) and the file or the folder has another.
[[nodiscard]] Result<DataPath> upload_target(const ApiVersion& version, const DataPath& folder,
                                             std::string_view file_name);

}  // namespace dynsessions::api::files
