#include "emulator/api/api_version.h"

#include <optional>
#include <string>
#include <string_view>

#include "tests/support/catch.h"

namespace dynsessions::api {
namespace {

using Requested = std::optional<std::string_view>;

/// Which version rules, by the dialect of the path; "shared" is a path of two dialects.
struct Row {
  Requested requested;
  std::string_view python, wrapped, flat, shared;
};

constexpr std::string_view kPython = "2023-08-01-preview";
constexpr std::string_view kWrapped = "2024-02-02-preview";
constexpr std::string_view kWrapped08 = "2024-08-02-preview";
constexpr std::string_view kFlat = "2024-10-02-preview";
constexpr std::string_view kFlat02 = "2025-02-02-preview";
constexpr std::string_view kFlat10 = "2025-10-02-preview";

TEST_CASE("the path's dialect comes first, then the requested version", "[api][api_version]") {
  const auto row = GENERATE(values<Row>({
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
    CHECK(effective_version(row.requested, Dialect::python).name == row.python);
    CHECK(effective_version(row.requested, Dialect::wrapped).name == row.wrapped);
    CHECK(effective_version(row.requested, Dialect::flat).name == row.flat);
    CHECK(effective_version(row.requested, std::nullopt).name == row.shared);
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
    const ApiVersion& version = effective_version(
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
  }
}

TEST_CASE("the recorded versions name the supported versions that were recorded",
          "[api][api_version]") {
  CHECK(effective_version(kWrapped, Dialect::wrapped).supported ==
        "2023-08-01-preview, 2024-02-02-preview");
  CHECK(effective_version(kFlat, Dialect::flat).supported == "2024-10-02-preview");
}

}  // namespace
}  // namespace dynsessions::api
