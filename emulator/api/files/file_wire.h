#pragma once

#include <string>
#include <vector>

#include "emulator/api/routes.h"
#include "emulator/files/session_files.h"

namespace dynsessions::api::files {

using dynsessions::files::FileInfo;

/// One file, as the answer to a metadata request (and, in the flat dialect, to an upload).
[[nodiscard]] std::string file_json(const Route& route, const FileInfo& file);

/// Several files, as the answer to a list request (and, in the other dialects, to an upload).
[[nodiscard]] std::string file_list_json(const Route& route, const std::vector<FileInfo>& files);

}  // namespace dynsessions::api::files
