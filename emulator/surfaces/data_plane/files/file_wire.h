#pragma once

#include <string>
#include <vector>

#include "emulator/surfaces/data_plane/routes.h"
#include "emulator/surfaces/json_writer.h"
#include "emulator/workspace_files/session_files.h"

namespace dynsessions::surfaces::data_plane::files {

using dynsessions::workspace_files::FileInfo;

/// One file, as the answer to a metadata request.
[[nodiscard]] std::string file_json(const Route& route, const FileInfo& file);

/// One file, as the answer to an upload in the flat dialect.
[[nodiscard]] std::string uploaded_file_json(const Route& route, const FileInfo& file);

/// The parts of file_list_json(), for a list that is written in pieces.
void begin_file_list(JsonWriter& json, const Route& route);
void write_file_of_list(JsonWriter& json, const Route& route, const FileInfo& file);
void end_file_list(JsonWriter& json);

/// Several files, as the answer to a list request (and, in the other dialects, to an upload).
[[nodiscard]] std::string file_list_json(const Route& route, const std::vector<FileInfo>& files);

}  // namespace dynsessions::surfaces::data_plane::files
