#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "emulator/api/json_writer.h"
#include "emulator/core/identifiers.h"

namespace dynsessions::api {

/// The three wire dialects (CONTRACT.md section 0, fact 1).
enum class Dialect {
  python,   ///< `python/*`: flat answers, `pythonCode`, `$values`
  wrapped,  ///< `code/execute`, `files/upload`: a `properties` envelope both ways
  flat,     ///< `executions`, `files/{name}/content`
};

/// What an api-version changes. Handlers ask these members; nobody compares version texts.
/// The defaults are those of the oldest versions.
struct ApiVersion {
  std::string_view name;
  Dialect dialect = Dialect::wrapped;  ///< of the paths that two dialects share, such as `files`
  unsigned execute_status = 200;       ///< HTTP status of an execute (section 8 rows 1 and 2)
  ObjectIds object_ids = ObjectIds::numbered;  ///< row 3
  bool string_quotes = false;           ///< a str value shows its repr, not its characters (row 9)
  bool none_is_null = false;            ///< a None value is null, not "" (row 10)
  bool metadata_has_type = true;        ///< file metadata has type and contentType (row 25)
  bool file_has_directory = false;      ///< section 2.5
  bool has_session_operations = false;  ///< section 2.4
  IdentifierRule identifier_rule = IdentifierRule::one_to_256;  ///< section 1.3, row 23
  std::optional<std::size_t> default_stream_characters = {};    ///< cut of the streams (row 17)
  std::string_view supported = {};  ///< `api-supported-versions` of its routes; empty: not sent
};

/// The version that rules a request on a path of `dialect` (nothing: a path that dialects share).
/// A missing version means the oldest of the path's dialect, an unknown one the newest, and one of
/// another dialect the nearest one of the path's: no client is turned away for a version alone.
/// That is CLIENTS.md section 7 item 3; CONTRACT.md section 8 row 18 would refuse a missing or
/// unknown version with 400, and the service was once seen to with 401.
[[nodiscard]] const ApiVersion& effective_version(std::optional<std::string_view> requested,
                                                  std::optional<Dialect> path_dialect);

[[nodiscard]] const ApiVersion& newest_version(Dialect dialect);

}  // namespace dynsessions::api
