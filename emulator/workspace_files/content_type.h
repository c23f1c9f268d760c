#pragma once

#include <string>
#include <string_view>

namespace dynsessions::workspace_files {

/// The `contentType` that the service shows for a file of this name: by the extension, without
/// regard to case, `application/octet-stream` for an unknown extension and for directories.
///
/// Known (CONTRACT.md section 7, recorded or in the swagger's examples): `.txt` is
/// `text/plain; charset=utf-8`, `.yaml` is `application/yaml`, `.pfx` is `application/pkcs12`.
/// Everything else is a guess: the registered type of the extension (IANA), and
/// `; charset=utf-8` on every `text/` type because `.txt` has it. The service uses IANA's names
/// rather than ASP.NET's table, which has `application/x-pkcs12` for `.pfx`.
[[nodiscard]] std::string content_type_of(std::string_view name);

inline constexpr std::string_view kUnknownContentType = "application/octet-stream";

}  // namespace dynsessions::workspace_files
