#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "emulator/base/identifiers.h"
#include "emulator/contract/contract_options.h"
#include "emulator/surfaces/json_writer.h"

namespace dynsessions::surfaces::data_plane {

/// The three wire dialects (CONTRACT.md section 0, fact 1).
enum class Dialect {
  python,   ///< `python/*`: flat answers, `pythonCode`, `$values`
  wrapped,  ///< `code/execute`, `files/upload`: a `properties` envelope in requests and answers
  flat,     ///< `executions`, `files/{name}/content`
};

/// The rules of a request: its api-version, with the contract options applied. Handlers read these
/// members and never compare version texts or look at the options again. The defaults are those of
/// the oldest versions. Rows are those of CONTRACT.md section 8.
struct ApiVersion {
  std::string_view name;
  /// Dialect of the paths that two dialects share, such as `files`.
  Dialect dialect = Dialect::wrapped;
  unsigned execute_status = 200;               ///< HTTP status of an execute (rows 1 and 2)
  ObjectIds object_ids = ObjectIds::numbered;  ///< row 3
  bool string_quotes = false;           ///< a str value shows its repr, not its characters (row 9)
  bool none_is_null = false;            ///< a None value is null, not "" (row 10)
  bool failure_is_null = true;          ///< the value of a failed program is null, not "" (row 13)
  bool metadata_has_type = true;        ///< file metadata has type and contentType (row 25)
  bool file_has_directory = false;      ///< section 2.5
  bool has_session_operations = false;  ///< section 2.4
  bool has_stream_length = false;       ///< takes `outputStreamsMaxLength` (section 2.5)
  bool has_empty_kernel = false;        ///< takes `useEmptyKernel` (section 2.5)
  bool sends_new_allocation = false;    ///< sends `X-Ms-New-Allocation` (section 1.6)
  IdentifierRule identifier_rule = IdentifierRule::one_to_256;  ///< section 1.3, row 23
  std::optional<std::size_t> default_stream_characters = {};    ///< cut of the streams (row 17)
  std::string_view supported = {};  ///< `api-supported-versions` of its routes; empty: not sent

  // Members that are the same in all versions and depend on contract options only.
  bool lenient_bodies = false;            ///< takes the wrapping of another dialect (rows 4 and 5)
  bool caps_timeout = true;               ///< a longer timeout becomes the maximum (row 7)
  bool image_replaces_value = true;       ///< row 12
  bool upload_has_type = true;            ///< an upload's type and contentType are filled (row 24)
  bool separate_async_kernel = true;      ///< row 35
  bool keeps_upload_directories = false;  ///< otherwise only the base name is used (section 7)
  bool any_file_name = true;              ///< section 6 lists the characters of file names
};

/// In order of age; static storage.
[[nodiscard]] std::vector<std::string_view> version_names();

/// The versions of one server, with its contract options applied.
class VersionTable {
 public:
  explicit VersionTable(const contract::ContractOptions& options = {});
  VersionTable(const VersionTable&) = delete;  // not copyable, because routes point into it
  VersionTable& operator=(const VersionTable&) = delete;

  /// Checks whether this version, or none, is accepted on a path of `path_dialect` (row 18).
  /// Returns `invalid_request` or `unauthenticated` if the contract options forbid it.
  [[nodiscard]] Result<void> check(std::optional<std::string_view> requested,
                                   std::optional<Dialect> path_dialect) const;

  /// Returns the version that applies to a request on a path of `path_dialect` (nullopt: a path
  /// that dialects share). A missing version means the oldest of the path's dialect, an unknown one
  /// the newest, and one of another dialect the nearest one of the path's (CLIENTS.md section 7
  /// item 3).
  [[nodiscard]] const ApiVersion& effective(std::optional<std::string_view> requested,
                                            std::optional<Dialect> path_dialect) const;

  [[nodiscard]] const ApiVersion& newest(Dialect dialect) const;
  [[nodiscard]] bool knows(std::string_view name) const;

 private:
  [[nodiscard]] const ApiVersion* find(std::string_view name) const;
  [[nodiscard]] const ApiVersion& oldest(Dialect dialect) const;

  std::vector<ApiVersion> versions_;  ///< oldest first
  const contract::UnknownVersion unknown_version_;
  const contract::MissingVersion missing_version_;
};

}  // namespace dynsessions::surfaces::data_plane
