#include "emulator/surfaces/data_plane/files/file_wire.h"

#include "emulator/surfaces/data_plane/wire_text.h"
#include "emulator/workspace_files/content_type.h"

namespace dynsessions::surfaces::data_plane::files {
namespace {

/// The size that the service reports for a directory (CONTRACT.md section 2.5).
constexpr std::int64_t kDirectorySize = 4096;

/// The name together with its directory, for which the older dialects have no member.
std::string path_of(const FileInfo& file) {
  return file.directory == "." ? file.name : file.directory + '/' + file.name;
}

void write_python(JsonWriter& json, const FileInfo& file) {
  json.begin_object();
  json.member("filename", path_of(file)).member("size", static_cast<std::int64_t>(file.size));
  json.member("last_modified_time", wire_timestamp(file.modified));
  json.end_object();
}

void write_properties(JsonWriter& json, const FileInfo& file) {
  json.key("properties").begin_object();
  json.member("filename", path_of(file)).member("size", static_cast<std::int64_t>(file.size));
  json.member("lastModifiedTime", wire_timestamp(file.modified));
  json.end_object();
}

enum class TypeMembers { filled, empty, left_out };

void write_flat(JsonWriter& json, const ApiVersion& version, const FileInfo& file,
                TypeMembers type_members) {
  json.begin_object().member("name", file.name);
  if (version.file_has_directory) json.member("directory", file.directory);
  if (type_members == TypeMembers::empty) {
    json.member("type", "").member("contentType", "");
  } else if (type_members == TypeMembers::filled) {
    json.member("type", file.is_directory ? "directory" : "file");
    json.member("contentType", file.is_directory
                                   ? std::string("application/octet-stream")
                                   : dynsessions::workspace_files::content_type_of(file.name));
  }
  json.member("sizeInBytes",
              file.is_directory ? kDirectorySize : static_cast<std::int64_t>(file.size));
  json.member("lastModifiedAt", wire_timestamp(file.modified));
  json.end_object();
}

}  // namespace

std::string file_json(const Route& route, const FileInfo& file) {
  JsonWriter json(route.version->object_ids);
  if (route.dialect == Dialect::flat) {
    // Section 8 row 25.
    write_flat(json, *route.version, file,
               route.version->metadata_has_type ? TypeMembers::filled : TypeMembers::left_out);
  } else {
    json.begin_object();
    write_properties(json, file);
    json.end_object();
  }
  return json.take();
}

std::string uploaded_file_json(const Route& route, const FileInfo& file) {
  JsonWriter json(route.version->object_ids);
  // Section 8 row 24.
  write_flat(json, *route.version, file,
             route.version->upload_has_type ? TypeMembers::filled : TypeMembers::empty);
  return json.take();
}

void begin_file_list(JsonWriter& json, const Route& route) {
  json.begin_object().key(route.dialect == Dialect::python ? "$values" : "value").begin_array();
}

void write_file_of_list(JsonWriter& json, const Route& route, const FileInfo& file) {
  switch (route.dialect) {
    case Dialect::python:
      return write_python(json, file);
    case Dialect::wrapped:
      json.begin_object();
      write_properties(json, file);
      json.end_object();
      return;
    case Dialect::flat:
      return write_flat(json, *route.version, file, TypeMembers::filled);
  }
}

void end_file_list(JsonWriter& json) { json.end_array().end_object(); }

std::string file_list_json(const Route& route, const std::vector<FileInfo>& files) {
  JsonWriter json(route.version->object_ids);
  begin_file_list(json, route);
  for (const FileInfo& file : files) write_file_of_list(json, route, file);
  end_file_list(json);
  return json.take();
}

}  // namespace dynsessions::surfaces::data_plane::files
