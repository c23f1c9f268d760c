#include <algorithm>
#include <cctype>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "emulator/http/router.h"
#include "emulator/surfaces/admin/document.h"
#include "emulator/surfaces/admin/operation.h"
#include "tests/support/catch.h"

namespace dynsessions::surfaces::admin {
namespace {

using nlohmann::json;

/// "get /pools/{pool}/clock is get_clock_of_pool"
std::string line_of(std::string method, const std::string& path, const std::string& id) {
  std::transform(method.begin(), method.end(), method.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return method + ' ' + path + " is " + id;
}

std::set<std::string> documented() {
  std::set<std::string> lines;
  const json parsed = json::parse(document());
  for (const auto& [path, methods] : parsed.at("paths").items()) {
    for (const auto& [method, operation] : methods.items()) {
      lines.insert(line_of(method, path, operation.at("operationId")));
    }
  }
  return lines;
}

void insert_rows(std::set<std::string>& lines, std::span<const OperationRow> rows,
                 const std::string& prefix, const std::string& suffix) {
  for (const OperationRow& row : rows) {
    const std::string below = row.pattern == "/" ? "" : std::string(row.pattern);
    lines.insert(line_of(std::string(http::name_of(row.method)), prefix + below,
                         std::string(row.name) + suffix));
  }
}

TEST_CASE("the document has every operation of the admin API, and no other", "[api][admin]") {
  std::set<std::string> rows;
  insert_rows(rows, operations_without_pool(), "", "");
  insert_rows(rows, operations_below_pool(), "/pools/{pool}", "_of_pool");
  insert_rows(rows, operations_below_pool(),
              "/subscriptions/{subscription}/resourceGroups/{resourceGroup}/sessionPools/{pool}",
              "_of_full_pool");
  INFO("api-spec/admin_openapi.py writes the document from its lists of operations");
  CHECK(rows == documented());
}

void check_references(const json& whole, const json& part) {
  if (part.is_object() && part.contains("$ref")) {
    const std::string reference = part.at("$ref");
    INFO(reference);
    REQUIRE(reference.starts_with("#/"));
    CHECK(whole.contains(json::json_pointer(reference.substr(1))));
  }
  if (!part.is_structured()) return;
  for (const json& inner : part) check_references(whole, inner);
}

TEST_CASE("every reference in the document leads somewhere", "[api][admin]") {
  const json parsed = json::parse(document());
  CHECK(parsed.at("openapi") == "3.1.0");
  check_references(parsed, parsed);
}

}  // namespace
}  // namespace dynsessions::surfaces::admin
