#include "emulator/api/api_version.h"

#include <algorithm>
#include <array>

namespace dynsessions::api {
namespace {

constexpr std::string_view kOldSupported = "2023-08-01-preview, 2024-02-02-preview";

/// In order of age. Sources: CONTRACT.md sections 2.1 to 2.5 and the rows of section 8 named in the
/// header. The name of the python dialect is what the service calls it in an error message; its
/// routes were never recorded, so it sends no `api-supported-versions` (guess). The 2025 versions
/// of that header are guesses too: only 2024 was recorded. The values of 2025-02-02-preview for
/// rows 10 and 25 follow the rows' defaults.
constexpr std::array kVersions{
    ApiVersion{.name = "2023-08-01-preview", .dialect = Dialect::python},
    ApiVersion{.name = "2024-02-02-preview", .supported = kOldSupported},
    ApiVersion{.name = "2024-08-02-preview", .supported = kOldSupported},
    ApiVersion{.name = "2024-10-02-preview",
               .dialect = Dialect::flat,
               .execute_status = 202,
               .metadata_has_type = false,
               .supported = "2024-10-02-preview"},
    ApiVersion{.name = "2025-02-02-preview",
               .dialect = Dialect::flat,
               .object_ids = ObjectIds::absent,
               .string_quotes = true,
               .has_session_operations = true,
               .supported = "2024-10-02-preview, 2025-02-02-preview"},
    ApiVersion{.name = "2025-10-02-preview",
               .dialect = Dialect::flat,
               .object_ids = ObjectIds::absent,
               .string_quotes = true,
               .none_is_null = true,
               .file_has_directory = true,
               .has_session_operations = true,
               .identifier_rule = IdentifierRule::four_to_128,
               .default_stream_characters = 4096,
               .supported = "2024-10-02-preview, 2025-02-02-preview, 2025-10-02-preview"},
};

const ApiVersion& oldest(Dialect dialect) {
  return *std::find_if(kVersions.begin(), kVersions.end(),
                       [&](const ApiVersion& v) { return v.dialect == dialect; });
}

}  // namespace

const ApiVersion& newest_version(Dialect dialect) {
  return *std::find_if(kVersions.rbegin(), kVersions.rend(),
                       [&](const ApiVersion& v) { return v.dialect == dialect; });
}

const ApiVersion& effective_version(std::optional<std::string_view> requested,
                                    std::optional<Dialect> path_dialect) {
  // CLIENTS.md section 7 item 3: without a version, shared paths are of the wrapped dialect.
  if (!requested) return oldest(path_dialect.value_or(Dialect::wrapped));
  const auto known = std::find_if(kVersions.begin(), kVersions.end(),
                                  [&](const ApiVersion& v) { return v.name == *requested; });
  if (known == kVersions.end()) return newest_version(path_dialect.value_or(Dialect::flat));
  const Dialect dialect = path_dialect.value_or(std::max(known->dialect, Dialect::wrapped));
  if (known->dialect == dialect) return *known;
  return known->dialect < dialect ? oldest(dialect) : newest_version(dialect);
}

}  // namespace dynsessions::api
