#include "emulator/surfaces/data_plane/api_version.h"

#include <algorithm>
#include <array>

namespace dynsessions::surfaces::data_plane {
namespace {

using contract::ByVersion;
using contract::StreamLimit;

constexpr std::string_view kOldSupported = "2023-08-01-preview, 2024-02-02-preview";

/// In order of age. Sources: CONTRACT.md sections 2.1 to 2.5 and the rows of section 8 named in the
/// header. The name of the python dialect is what the service calls it in an error message; its
/// routes were never recorded, so it sends no `api-supported-versions` (guess). The 2025 versions
/// of that header are guesses too: only 2024 was recorded. The values of 2025-02-02-preview for
/// rows 10 and 25 follow the rows' defaults. `X-Ms-New-Allocation` was documented in 2026, and the
/// recordings of 2024 lack it: that only the newest version has it is a guess. Row 13 was seen in
/// the newer dialects only. LlamaIndexTS, which uses the python dialect, loses the streams of a
/// failed program whose result is null.
constexpr std::array kVersions{
    ApiVersion{.name = "2023-08-01-preview", .dialect = Dialect::python, .failure_is_null = false},
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
               .has_stream_length = true,
               .has_empty_kernel = true,
               .sends_new_allocation = true,
               .identifier_rule = IdentifierRule::four_to_128,
               .default_stream_characters = 4096,
               .supported = "2024-10-02-preview, 2025-02-02-preview, 2025-10-02-preview"},
};

/// The version's value, unless the contract option overrules it.
template <typename T>
T settled(T of_version, ByVersion choice, T when_always, T when_never) {
  if (choice == ByVersion::by_version) return of_version;
  return choice == ByVersion::always ? when_always : when_never;
}

std::optional<std::size_t> settled(std::optional<std::size_t> of_version, StreamLimit limit) {
  switch (limit.rule) {
    case StreamLimit::Rule::by_version:
      return of_version;
    case StreamLimit::Rule::none:
      return std::nullopt;
    case StreamLimit::Rule::fixed:
      return limit.characters;
  }
  return of_version;
}

ApiVersion settled(ApiVersion version, const contract::ContractOptions& options) {
  version.object_ids =
      settled(version.object_ids, options.object_ids, ObjectIds::numbered, ObjectIds::absent);
  version.string_quotes = settled(version.string_quotes, options.string_quotes, true, false);
  version.metadata_has_type =
      settled(version.metadata_has_type, options.metadata_type, true, false);
  if (options.none_value != contract::NoneValue::by_version) {
    version.none_is_null = options.none_value == contract::NoneValue::null;
  }
  if (options.failure_value != contract::FailureValue::by_version) {
    version.failure_is_null = options.failure_value == contract::FailureValue::null;
  }
  if (options.identifiers == contract::IdentifierCharacters::documented) {
    version.identifier_rule = IdentifierRule::documented;
  }
  version.default_stream_characters =
      settled(version.default_stream_characters, options.stream_limit);
  version.lenient_bodies = options.lenient_bodies;
  version.caps_timeout = options.timeout_above_maximum == contract::TimeoutAboveMaximum::cap;
  version.image_replaces_value = options.image_and_value == contract::ImageAndValue::image;
  version.upload_has_type = options.upload_type == contract::UploadType::filled;
  version.separate_async_kernel =
      options.asynchronous_kernel == contract::AsynchronousKernel::separate;
  version.keeps_upload_directories =
      options.upload_directories == contract::UploadDirectories::kept;
  version.any_file_name = options.file_names == contract::FileNames::any;
  return version;
}

}  // namespace

std::vector<std::string_view> version_names() {
  std::vector<std::string_view> names;
  for (const ApiVersion& version : kVersions) names.push_back(version.name);
  return names;
}

VersionTable::VersionTable(const contract::ContractOptions& options)
    : unknown_version_(options.unknown_api_version), missing_version_(options.missing_api_version) {
  for (const ApiVersion& version : kVersions) versions_.push_back(settled(version, options));
}

const ApiVersion* VersionTable::find(std::string_view name) const {
  const auto found = std::find_if(versions_.begin(), versions_.end(),
                                  [&](const ApiVersion& v) { return v.name == name; });
  return found == versions_.end() ? nullptr : &*found;
}

bool VersionTable::knows(std::string_view name) const { return find(name) != nullptr; }

const ApiVersion& VersionTable::oldest(Dialect dialect) const {
  return *std::find_if(versions_.begin(), versions_.end(),
                       [&](const ApiVersion& v) { return v.dialect == dialect; });
}

const ApiVersion& VersionTable::newest(Dialect dialect) const {
  return *std::find_if(versions_.rbegin(), versions_.rend(),
                       [&](const ApiVersion& v) { return v.dialect == dialect; });
}

Result<void> VersionTable::check(std::optional<std::string_view> requested,
                                 std::optional<Dialect> path_dialect) const {
  const std::string newest_name(newest(Dialect::flat).name);
  if (!requested) {
    const bool refused = missing_version_ == contract::MissingVersion::reject &&
                         path_dialect != Dialect::python;  // section 1.2
    if (!refused) return {};
    return invalid_request("The query parameter api-version is missing.", "api-version",
                           "add &api-version=" + newest_name + " to the URL");
  }
  if (unknown_version_ == contract::UnknownVersion::newest || knows(*requested)) return {};
  if (unknown_version_ == contract::UnknownVersion::unauthorized) {
    return Error{ErrorCode::unauthenticated, "The api-version is not supported.", "api-version",
                 "not the token: this api-version is unknown; the newest is " + newest_name};
  }
  return invalid_request("The api-version is not supported.", "api-version",
                         "the newest is " + newest_name);
}

const ApiVersion& VersionTable::effective(std::optional<std::string_view> requested,
                                          std::optional<Dialect> path_dialect) const {
  // CLIENTS.md section 7 item 3: without a version, shared paths are of the wrapped dialect.
  if (!requested) return oldest(path_dialect.value_or(Dialect::wrapped));
  const ApiVersion* known = find(*requested);
  if (known == nullptr) return newest(path_dialect.value_or(Dialect::flat));
  const Dialect dialect = path_dialect.value_or(std::max(known->dialect, Dialect::wrapped));
  if (known->dialect == dialect) return *known;
  return known->dialect < dialect ? oldest(dialect) : newest(dialect);
}

}  // namespace dynsessions::surfaces::data_plane
