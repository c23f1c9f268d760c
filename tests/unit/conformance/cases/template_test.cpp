#include "emulator/conformance/cases/template.h"

#include "tests/support/catch.h"

namespace dynsessions::conformance {
namespace {

TEST_CASE("a text that is one variable takes its value whatever its type", "[conformance]") {
  const Json variables{{"list", {1, 2}}, {"word", "x"}};
  const Scope scope{"v", {&variables}};
  CHECK(fill("${list}", scope, Unknown::refuse) == Json({1, 2}));
  CHECK(fill("a-${word}-${word}", scope, Unknown::refuse) == "a-x-x");
}

TEST_CASE("a variable of all files uses one of the step: names are bound late", "[conformance]") {
  const Json inner{{"code", "1 + 1"}};
  const Json outer{{"code", ""}, {"body", {{"code", "${code}"}}}};
  const Scope scope{"v", {&inner, &outer}};
  CHECK(fill("${body}", scope, Unknown::refuse) == Json{{"code", "1 + 1"}});
}

TEST_CASE("a choice by version takes the version's value, or that of all others", "[conformance]") {
  const Json choice{{"$byVersion", {{"2024-10-02-preview", 202}, {"*", 200}}}};
  const Json nothing = Json::object();
  CHECK(fill(choice, {"2024-10-02-preview", {&nothing}}, Unknown::refuse) == 202);
  CHECK(fill(choice, {"2025-10-02-preview", {&nothing}}, Unknown::refuse) == 200);
}

TEST_CASE("an unknown name is kept for later or refused", "[conformance]") {
  const Json nothing = Json::object();
  const Scope scope{"v", {&nothing}};
  CHECK(fill("a/${id}", scope, Unknown::keep) == "a/${id}");
  CHECK(names_in(Json{{"x", "a/${id}"}}) == std::set<std::string>{"id"});
  CHECK_THROWS_AS(fill("a/${id}", scope, Unknown::refuse), CaseError);
}

TEST_CASE("a template that cannot be filled in is a case error", "[conformance]") {
  const Json variables{{"loop", "${loop}"}, {"object", Json::object()}};
  const Scope scope{"v", {&variables}};
  const Json tree =
      GENERATE(Json("${loop}"), Json("x${object}"), Json("${open"),
               Json{{"$byVersion", {{"other", 1}}}}, Json{{"$byVersion", {{"*", 1}}}, {"more", 1}});
  DYNAMIC_SECTION(tree.dump()) { CHECK_THROWS_AS(fill(tree, scope, Unknown::refuse), CaseError); }
}

}  // namespace
}  // namespace dynsessions::conformance
