#include "emulator/surfaces/data_plane/api_version.h"

#include <optional>
#include <string>
#include <string_view>

#include "tests/support/catch.h"
#include "tests/unit/surfaces/data_plane/requests.h"

namespace dynsessions::surfaces::data_plane {
namespace {

using Requested = std::optional<std::string_view>;

/// The effective version by the dialect of the path; "shared" is a path of two dialects.
struct VersionRow {
  Requested requested;
  std::string_view python, wrapped, flat, shared;
};

using contract::ByVersion;
using contract::ContractOptions;

constexpr std::string_view kPython = "2023-08-01-preview";
constexpr std::string_view kWrapped = "2024-02-02-preview";
constexpr std::string_view kWrapped08 = "2024-08-02-preview";
constexpr std::string_view kFlat = "2024-10-02-preview";
constexpr std::string_view kFlat02 = "2025-02-02-preview";
constexpr std::string_view kFlat10 = "2025-10-02-preview";

TEST_CASE("the path's dialect comes first, then the requested version", "[api][api_version]") {
  const auto row = GENERATE(values<VersionRow>({
      {kPython, kPython, kWrapped, kFlat, kWrapped},
      {kWrapped, kPython, kWrapped, kFlat, kWrapped},
      {kWrapped08, kPython, kWrapped08, kFlat, kWrapped08},
      {kFlat, kPython, kWrapped08, kFlat, kFlat},
      {kFlat02, kPython, kWrapped08, kFlat02, kFlat02},
      {kFlat10, kPython, kWrapped08, kFlat10, kFlat10},
      {std::nullopt, kPython, kWrapped, kFlat, kWrapped},
      {"2026-01-01-preview", kPython, kWrapped08, kFlat10, kFlat10},
      {"2024-09-01", kPython, kWrapped08, kFlat10, kFlat10},
      {"", kPython, kWrapped08, kFlat10, kFlat10},
      {"latest", kPython, kWrapped08, kFlat10, kFlat10},
  }));
  DYNAMIC_SECTION("requested: " << row.requested.value_or("(none)")) {
    CHECK(default_versions().effective(row.requested, Dialect::python).name == row.python);
    CHECK(default_versions().effective(row.requested, Dialect::wrapped).name == row.wrapped);
    CHECK(default_versions().effective(row.requested, Dialect::flat).name == row.flat);
    CHECK(default_versions().effective(row.requested, std::nullopt).name == row.shared);
  }
}

TEST_CASE("a version changes exactly what the contract says", "[api][api_version]") {
  struct Facts {
    std::string_view name;
    unsigned execute_status;
    bool ids, quotes, none_is_null, metadata_has_type, directory;
    IdentifierRule identifiers;
    std::optional<std::size_t> stream_characters;
  };
  constexpr auto kLoose = IdentifierRule::one_to_256;
  const auto row = GENERATE_COPY(values<Facts>({
      {kPython, 200, true, false, false, true, false, kLoose, {}},
      {kWrapped, 200, true, false, false, true, false, kLoose, {}},
      {kWrapped08, 200, true, false, false, true, false, kLoose, {}},
      {kFlat, 202, true, false, false, false, false, kLoose, {}},
      {kFlat02, 200, false, true, false, true, false, kLoose, {}},
      {kFlat10, 200, false, true, true, true, true, IdentifierRule::four_to_128, 4096},
  }));
  DYNAMIC_SECTION(row.name) {
    const ApiVersion& version = default_versions().effective(
        row.name, row.name == kPython ? std::optional(Dialect::python) : std::nullopt);
    REQUIRE(version.name == row.name);
    CHECK(version.execute_status == row.execute_status);
    CHECK((version.object_ids == ObjectIds::numbered) == row.ids);
    CHECK(version.string_quotes == row.quotes);
    CHECK(version.none_is_null == row.none_is_null);
    CHECK(version.metadata_has_type == row.metadata_has_type);
    CHECK(version.file_has_directory == row.directory);
    CHECK(version.identifier_rule == row.identifiers);
    CHECK(version.default_stream_characters == row.stream_characters);
    const bool newest = row.name == kFlat10;
    CHECK(version.has_stream_length == newest);
    CHECK(version.has_empty_kernel == newest);
    CHECK(version.sends_new_allocation == newest);
  }
}

const ApiVersion& version_of(const VersionTable& versions, std::string_view name) {
  return versions.effective(name, name == kPython ? std::optional(Dialect::python) : std::nullopt);
}

TEST_CASE("a contract option about a difference between versions holds for all of them",
          "[api][api_version]") {
  struct Choice {
    std::string what;
    void (*set)(ContractOptions&);
    bool (*holds)(const ApiVersion&);
  };
  const auto row = GENERATE(values<Choice>({
      {"$id always", [](ContractOptions& c) { c.object_ids = ByVersion::always; },
       [](const ApiVersion& v) { return v.object_ids == ObjectIds::numbered; }},
      {"$id never", [](ContractOptions& c) { c.object_ids = ByVersion::never; },
       [](const ApiVersion& v) { return v.object_ids == ObjectIds::absent; }},
      {"quotes always", [](ContractOptions& c) { c.string_quotes = ByVersion::always; },
       [](const ApiVersion& v) { return v.string_quotes; }},
      {"quotes never", [](ContractOptions& c) { c.string_quotes = ByVersion::never; },
       [](const ApiVersion& v) { return !v.string_quotes; }},
      {"None is null", [](ContractOptions& c) { c.none_value = contract::NoneValue::null; },
       [](const ApiVersion& v) { return v.none_is_null; }},
      {"None is empty", [](ContractOptions& c) { c.none_value = contract::NoneValue::empty; },
       [](const ApiVersion& v) { return !v.none_is_null; }},
      {"a failure is null",
       [](ContractOptions& c) { c.failure_value = contract::FailureValue::null; },
       [](const ApiVersion& v) { return v.failure_is_null; }},
      {"a failure is empty",
       [](ContractOptions& c) { c.failure_value = contract::FailureValue::empty; },
       [](const ApiVersion& v) { return !v.failure_is_null; }},
      {"metadata type always", [](ContractOptions& c) { c.metadata_type = ByVersion::always; },
       [](const ApiVersion& v) { return v.metadata_has_type; }},
      {"metadata type never", [](ContractOptions& c) { c.metadata_type = ByVersion::never; },
       [](const ApiVersion& v) { return !v.metadata_has_type; }},
      {"streams without limit",
       [](ContractOptions& c) { c.stream_limit = {contract::StreamLimit::Rule::none}; },
       [](const ApiVersion& v) { return !v.default_stream_characters; }},
      {"streams of 7 characters",
       [](ContractOptions& c) {
         c.stream_limit = {contract::StreamLimit::Rule::fixed, 7};
       },
       [](const ApiVersion& v) { return v.default_stream_characters == 7; }},
      {"documented identifiers",
       [](ContractOptions& c) { c.identifiers = contract::IdentifierCharacters::documented; },
       [](const ApiVersion& v) { return v.identifier_rule == IdentifierRule::documented; }},
  }));
  DYNAMIC_SECTION(row.what) {
    ContractOptions options;
    row.set(options);
    const VersionTable versions(options);
    int held_by_default = 0;
    for (const auto name : {kPython, kWrapped, kWrapped08, kFlat, kFlat02, kFlat10}) {
      INFO(name);
      CHECK(row.holds(version_of(versions, name)));
      held_by_default += row.holds(version_of(default_versions(), name)) ? 1 : 0;
    }
    CHECK(held_by_default < 6);  // otherwise the option would change nothing
  }
}

TEST_CASE("an unknown or a missing version is let in, or refused as chosen", "[api][api_version]") {
  using contract::MissingVersion;
  using contract::UnknownVersion;
  struct Choice {
    UnknownVersion unknown;
    MissingVersion missing;
    std::optional<ErrorCode> when_unknown, when_missing;
  };
  const auto row = GENERATE(values<Choice>({
      {UnknownVersion::newest, MissingVersion::oldest, {}, {}},
      {UnknownVersion::reject, MissingVersion::oldest, ErrorCode::invalid_request, {}},
      {UnknownVersion::unauthorized, MissingVersion::oldest, ErrorCode::unauthenticated, {}},
      {UnknownVersion::newest, MissingVersion::reject, {}, ErrorCode::invalid_request},
  }));
  DYNAMIC_SECTION(int(row.unknown) << " " << int(row.missing)) {
    ContractOptions options;
    options.unknown_api_version = row.unknown;
    options.missing_api_version = row.missing;
    const VersionTable versions(options);
    const auto check = [&](Requested requested, std::optional<Dialect> dialect,
                           std::optional<ErrorCode> expected) {
      const auto allowed = versions.check(requested, dialect);
      CHECK(allowed.has_value() == !expected.has_value());
      if (allowed || !expected) return;
      CHECK(allowed.error().code == *expected);
      CHECK(allowed.error().target == "api-version");
      CHECK_THAT(allowed.error().reason, Catch::Contains(std::string(kFlat10)));
    };
    for (const auto unknown : {"2026-01-01-preview", "", "2024-10-02-PREVIEW"}) {
      check(unknown, Dialect::flat, row.when_unknown);
      check(unknown, Dialect::python, row.when_unknown);
      check(unknown, std::nullopt, row.when_unknown);
    }
    check(std::nullopt, Dialect::flat, row.when_missing);
    check(std::nullopt, std::nullopt, row.when_missing);
    check(std::nullopt, Dialect::python, {});  // the dialect without api-versions
    check(kWrapped, Dialect::wrapped, {});
    check(kPython, std::nullopt, {});
  }
}

TEST_CASE("the recorded versions name the supported versions that were recorded",
          "[api][api_version]") {
  CHECK(default_versions().effective(kWrapped, Dialect::wrapped).supported ==
        "2023-08-01-preview, 2024-02-02-preview");
  CHECK(default_versions().effective(kFlat, Dialect::flat).supported == "2024-10-02-preview");
}

}  // namespace
}  // namespace dynsessions::surfaces::data_plane
