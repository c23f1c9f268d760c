#include "emulator/conformance/cases/case_loader.h"

#include <functional>

#include "tests/support/catch.h"
#include "tests/unit/conformance/cases/sample_case.h"

namespace dynsessions::conformance {
namespace {

std::vector<Case> parse(const Json& file) { return parse_cases(file, Json::object()); }

TEST_CASE("a case is expanded over its api-versions", "[conformance]") {
  Json file = sample_file();
  file["cases"][0]["apiVersions"] = {"2024-10-02-preview", "2025-10-02-preview"};
  file["cases"][0]["evidence"] = {
      {"$byVersion", {{"2024-10-02-preview", "recorded"}, {"*", "guess"}}}};
  const std::vector<Case> cases = parse(file);
  REQUIRE(cases.size() == 2);
  CHECK(cases[0].id == "sample.get@2024-10-02-preview");
  CHECK(cases[0].name() == "sample.get");
  CHECK(cases[0].evidence == Evidence::recorded);
  CHECK(cases[1].api_version == "2025-10-02-preview");
  CHECK(cases[1].evidence == Evidence::guess);
}

TEST_CASE("later steps can use the values that a step captures", "[conformance]") {
  Json file = sample_file();
  Json& steps = file["cases"][0]["steps"];
  steps[0]["capture"] = {{"id", "/who"}};
  steps.push_back(
      {{"request", {{"method", "GET"}, {"path", "files/${id}"}}}, {"expect", {{"status", 200}}}});
  CHECK(parse(file).front().steps[1].exchanges.front().request["path"] == "files/${id}");
}

TEST_CASE("the cases of a file about the control plane have its variables", "[conformance]") {
  Json file = sample_file();
  file["plane"] = "data";
  Json& one = file["cases"][0];
  one["section"] = "CONTROL-PLANE.md 1.3";
  one["steps"][0]["request"]["path"] = "${group}/${pool}";
  CHECK_THROWS_AS(parse(file), CaseError);
  file["plane"] = "control";
  CHECK_THROWS_AS(parse(file), CaseError);  // ${identifier} is a variable of the data plane only
  one["steps"][0]["expect"]["json"] = {{"who", "${pool}"}};
  CHECK(parse(file).front().plane == Plane::control);
  CHECK(parse(file).front().source() == "CONTROL-PLANE.md 1.3");
  CHECK(parse(sample_file()).front().source() == "CONTRACT.md 1");
  file["plane"] = "astral";
  CHECK_THROWS_AS(parse(file), CaseError);
}

TEST_CASE("exchanges in parallel are one step", "[conformance]") {
  Json file = sample_file();
  Json& steps = file["cases"][0]["steps"];
  steps[0] = {{"parallel", {steps[0], steps[0]}}};
  const Case one = parse(file).front();
  REQUIRE(one.steps.size() == 1);
  CHECK(one.steps.front().exchanges.size() == 2);
}

TEST_CASE("a case that cannot be used is an error that names it", "[conformance]") {
  struct Row {
    std::string what;
    std::function<void(Json&)> spoil;  ///< makes the case invalid
  };
  const auto row = GENERATE(values<Row>({
      {"no evidence", [](Json& one) { one.erase("evidence"); }},
      {"unknown evidence", [](Json& one) { one["evidence"] = "hearsay"; }},
      {"unknown member", [](Json& one) { one["colour"] = "red"; }},
      {"no api-version", [](Json& one) { one["apiVersions"] = Json::array(); }},
      {"unknown session use", [](Json& one) { one["session"] = "unheard-of"; }},
      {"no steps", [](Json& one) { one["steps"] = Json::array(); }},
      {"unknown member of a step", [](Json& one) { one["steps"][0]["wait"] = 1; }},
      {"unknown member of a request", [](Json& one) { one["steps"][0]["request"]["verb"] = 1; }},
      {"unknown member of an expectation",
       [](Json& one) { one["steps"][0]["expect"]["code"] = 1; }},
      {"two bodies",
       [](Json& one) {
         one["steps"][0]["request"]["text"] = "a";
         one["steps"][0]["request"]["json"] = 1;
       }},
      {"unknown name", [](Json& one) { one["steps"][0]["request"]["path"] = "files/${later}"; }},
      {"a matcher that is none",
       [](Json& one) {
         one["steps"][0]["expect"]["json"] = {{"$match", "almost"}};
       }},
      {"a retry that never tries",
       [](Json& one) {
         one["steps"][0]["retry"] = {{"attempts", 0U}, {"pauseMilliseconds", 1U}};
       }},
      {"a deviation that does not say where", [](Json& one) { one["deviation"] = "on purpose"; }},
      {"needs that are no options",
       [](Json& one) {
         one["needs"] = {{"max-sessions", 2}};
       }},
      {"a token that is no list", [](Json& one) { one["steps"][0]["request"]["token"] = "any"; }},
      {"one exchange in parallel",
       [](Json& one) {
         one["steps"][0] = {{"parallel", {one["steps"][0]}}};
       }},
      {"a retry inside parallel",
       [](Json& one) {
         Json step = one["steps"][0];
         step["retry"] = {{"attempts", 1U}, {"pauseMilliseconds", 1U}};
         one["steps"][0] = {{"parallel", {step, step}}};
       }},
      {"a capture of nowhere",
       [](Json& one) {
         one["steps"][0]["capture"] = {{"id", "who"}};
       }},
  }));
  DYNAMIC_SECTION(row.what) {
    Json file = sample_file();
    REQUIRE_NOTHROW(parse(file));
    row.spoil(file["cases"][0]);
    CHECK_THROWS_WITH(parse(file), Catch::StartsWith("sample.get: "));
  }
}

TEST_CASE("every problem of a file is named, not only the first", "[conformance]") {
  Json file = sample_file();
  file["cases"].push_back(file["cases"][0]);
  file["cases"][0]["id"] = "first";
  file["cases"][0].erase("title");
  file["cases"][1]["id"] = "second";
  file["cases"][1].erase("cost");
  CHECK_THROWS_WITH(parse(file), Catch::Contains("first: ") && Catch::Contains("second: "));
}

TEST_CASE("problems of a file and of its cases are named together", "[conformance]") {
  Json file = sample_file();
  file["colour"] = "red";
  file["cases"][0]["evidence"] = "hearsay";
  file["cases"][0]["cost"] = "high";
  file["cases"].push_back(5);
  CHECK_THROWS_WITH(parse(file), Catch::Contains("file has an unknown member colour") &&
                                     Catch::Contains("evidence is not one of") &&
                                     Catch::Contains("cost is not one of") &&
                                     Catch::Contains("a case without id: case is not an object"));
  CHECK_THROWS_WITH(parse(Json::array()), "file is not an object");
}

TEST_CASE("a file needs no description, and a case no section", "[conformance]") {
  Json file = sample_file();
  file.erase("description");
  file["cases"][0].erase("section");
  CHECK(parse(file).front().source().empty());
}

TEST_CASE("every problem of a case is named, not only the first", "[conformance]") {
  Json file = sample_file();
  Json& steps = file["cases"][0]["steps"];
  const Json step = steps[0];
  steps.push_back(step);
  steps.push_back(
      {{"request", {{"method", "GET"}, {"path", "files/${id}"}}}, {"expect", {{"status", 1}}}});
  steps[0]["request"]["path"] = "files/${later}";
  steps[0]["capture"] = {{"id", "/who"}};
  steps[1]["colour"] = "red";
  steps[1].erase("expect");
  CHECK_THROWS_WITH(parse(file),
                    "sample.get: step 1: no variable is called ${later} here; "
                    "step 2: a step lacks expect, has an unknown member colour");
}

TEST_CASE("a case of another contract needs no section", "[conformance]") {
  Json file = sample_file();
  file["cases"][0].erase("section");
  CHECK(parse(file).front().section.empty());
}

TEST_CASE("a filter is a glob over ids", "[conformance]") {
  Json file = sample_file();
  file["cases"][0]["apiVersions"] = {"2024-10-02-preview", "2025-10-02-preview"};
  const std::vector<Case> cases = parse(file);
  CHECK(filtered(cases, "").size() == 2);
  CHECK(filtered(cases, "sample.*").size() == 2);
  CHECK(filtered(cases, "*@2025-*").size() == 1);
  CHECK(filtered(cases, "other").empty());
}

TEST_CASE("the cases of the tree can be used, and there are at least 150", "[conformance]") {
  const std::vector<Case> cases = load_cases(CASE_DIRECTORY, CASE_DIRECTORY);
  CHECK(cases.size() >= 150);
  for (const Case& one : cases) {
    INFO(one.id);
    CHECK(!one.section.empty());
  }
}

}  // namespace
}  // namespace dynsessions::conformance
