#include "emulator/test_double/snapshots/manifest.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace dynsessions::test_double {
namespace {

std::string manifest_with(const std::string& members) {
  return R"({"format":"dynsessions-snapshot","version":1,)" + members + '}';
}

TEST_CASE("a manifest is read with its sessions", "[double][snapshots]") {
  const auto manifest = parse_manifest(manifest_with(
      R"("sessions":[{"identifier":"a","files":"s/1/","variables":{"synchronous":"s/1.json"}},)"
      R"({"identifier":"b","values":{"x":1}}])"));
  REQUIRE(manifest);
  REQUIRE(manifest->sessions.size() == 2);
  CHECK(manifest->sessions[0].identifier.text() == "a");
  CHECK(manifest->sessions[0].files == "s/1");
  CHECK(manifest->sessions[0].variables.at(execution::Kernel::synchronous) == "s/1.json");
  CHECK(manifest->sessions[1].values["x"] == 1);
  CHECK_FALSE(manifest->pools.at(0).definition);
  CHECK_FALSE(manifest->is_of_all);
}

TEST_CASE("a manifest can have several pools, each with its sessions", "[double][snapshots]") {
  const auto manifest = parse_manifest(manifest_with(
      R"("faults":[],"pools":[{"pool":{"name":"a"},"sessions":[{"identifier":"x"}]},)"
      R"({"pool":{"name":"b"},"sessions":[{"identifier":"x"},{"identifier":"y"}]}])"));
  REQUIRE(manifest);
  CHECK(manifest->is_of_all);
  CHECK(manifest->faults);
  REQUIRE(manifest->pools.size() == 2);
  REQUIRE(manifest->sessions.size() == 3);
  CHECK(manifest->sessions[2].pool == 1);
  CHECK(manifest->sessions[2].field == "pools[1].sessions[1]");
}

TEST_CASE("a wrong manifest is refused by field", "[double][snapshots]") {
  struct Row {
    std::string text, field;
  };
  static const std::vector<Row> kRows{
      {"", "manifest.json"},
      {"[]", "manifest.json"},
      {"{}", "format"},
      {R"({"format":"dynsessions-snapshot"})", "version"},
      {R"({"format":"dynsessions-snapshot","version":"1"})", "version"},
      {R"({"format":"dynsessions-snapshot","version":1})", "sessions"},
      {manifest_with(R"("sessions":[1])"), "sessions[0]"},
      {manifest_with(R"("sessions":[{}])"), "sessions[0].identifier"},
      {manifest_with(R"("sessions":[{"identifier":"a","file":"b"}])"), "sessions[0].file"},
      {manifest_with(R"("sessions":[{"identifier":"a","values":1}])"), "sessions[0].values"},
      {manifest_with(R"("sessions":[{"identifier":"a","variables":{"x":"y"}}])"),
       "sessions[0].variables.x"},
      {manifest_with(R"("sessions":[],"more":1)"), "more"},
      {manifest_with(R"("sessions":[{"identifier":"a"},{"identifier":"a"}])"),
       "sessions[1].identifier"},
      {manifest_with(R"("pools":1)"), "pools"},
      {manifest_with(R"("pools":[],"sessions":[])"), "sessions"},
      {manifest_with(R"("pools":[{"session":[]}])"), "pools[0].session"},
      {manifest_with(R"("pools":[{"sessions":[{}]}])"), "pools[0].sessions[0].identifier"},
  };
  const auto& [text, field] = GENERATE(from_range(kRows));
  DYNAMIC_SECTION(text) {
    const auto manifest = parse_manifest(text);
    REQUIRE_FALSE(manifest);
    CHECK(manifest.error().target == field);
    CHECK(manifest.error().code == ErrorCode::invalid_request);
  }
}

TEST_CASE("a path is within a directory by whole components", "[double][snapshots]") {
  CHECK(is_within("a/b", "a"));
  CHECK(is_within("a", "a"));
  CHECK_FALSE(is_within("ab", "a"));
  CHECK_FALSE(is_within("a", "a/b"));
  CHECK_FALSE(is_within("a", ""));
}

}  // namespace
}  // namespace dynsessions::test_double
