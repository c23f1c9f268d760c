#include "emulator/surfaces/data_plane/operations.h"

#include <array>

#include "emulator/surfaces/data_plane/executions/execute_handler.h"
#include "emulator/surfaces/data_plane/files/file_handlers.h"
#include "emulator/surfaces/data_plane/metadata/metadata_handler.h"
#include "emulator/surfaces/data_plane/sessions/session_handlers.h"

namespace dynsessions::surfaces::data_plane {
namespace {

using http::Method;

constexpr auto kPython = Dialect::python;
constexpr auto kWrapped = Dialect::wrapped;
constexpr auto kFlat = Dialect::flat;
constexpr auto kShared = std::optional<Dialect>();

constexpr bool ApiVersion::*kAlways = nullptr;
/// Operations on sessions are newer than the rest of their dialect (section 3); `/.management`
/// exists in all versions.
constexpr bool ApiVersion::*kSince2025 = &ApiVersion::has_session_operations;

// clang-format off
constexpr std::array kOperations{
    Operation{Method::post, "/python/execute", kPython, kAlways, "execute", executions::execute},
    Operation{Method::post, "/python/uploadFile", kPython, kAlways, "upload_file", files::upload},
    Operation{Method::get, "/python/files", kPython, kAlways, "list_files", files::list},
    Operation{Method::get, "/python/downloadFile", kPython, kAlways, "get_file_content", files::content},

    Operation{Method::post, "/code/execute", kWrapped, kAlways, "execute", executions::execute},
    Operation{Method::post, "/files/upload", kWrapped, kAlways, "upload_file", files::upload},
    Operation{Method::get, "/files/content/{name*}", kWrapped, kAlways, "get_file_content", files::content},

    Operation{Method::post, "/executions", kFlat, kAlways, "execute", executions::execute},
    Operation{Method::get, "/executions/{name}", kFlat, kAlways, "get_execution", executions::get_execution},
    Operation{Method::post, "/files", kFlat, kAlways, "upload_file", files::upload},
    Operation{Method::get, "/files/{name}/content", kFlat, kAlways, "get_file_content", files::content},

    Operation{Method::get, "/files", kShared, kAlways, "list_files", files::list},
    Operation{Method::get, "/files/{name}", kShared, kAlways, "get_file", files::metadata},
    Operation{Method::delete_, "/files/{name}", kShared, kAlways, "delete_file", files::remove},

    Operation{Method::get, "/session", kFlat, kSince2025, "get_session", sessions::get},
    Operation{Method::delete_, "/session", kFlat, kSince2025, "delete_session", sessions::remove},
    Operation{Method::get, "/listSessions", kFlat, kSince2025, "list_sessions", sessions::list},
    Operation{Method::get, "/metadata", kFlat, kSince2025, "get_metadata", metadata::get},

    // Documented for custom-container pools, with different bodies; some clients try them here.
    Operation{Method::post, "/.management/getSession", kWrapped, kAlways, "get_session", sessions::get},
    Operation{Method::post, "/.management/stopSession", kWrapped, kAlways, "delete_session", sessions::remove},
    Operation{Method::post, "/.management/listSessions", kWrapped, kAlways, "list_sessions", sessions::list},
    Operation{Method::get, "/.management/listSessions", kWrapped, kAlways, "list_sessions", sessions::list},
};
// clang-format on

}  // namespace

std::span<const Operation> operations() { return kOperations; }

}  // namespace dynsessions::surfaces::data_plane
