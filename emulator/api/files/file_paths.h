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

/// Where an upload goes: the part's file name, a leading `/mnt/data` removed, below the folder.
/// The service was seen to take the base name of `/mnt/data/x.csv` (section 7); that it would keep
/// the folders of a longer name, as here, is a guess.
[[nodiscard]] Result<DataPath> upload_target(const DataPath& folder, std::string_view file_name);

}  // namespace dynsessions::api::files
