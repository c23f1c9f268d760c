#include "emulator/conformance/cases/case_shape.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "emulator/base/base64.h"
#include "emulator/conformance/cases/matchers.h"

namespace dynsessions::conformance {
namespace {

using Names = std::vector<std::string_view>;

bool has(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string quoted_list(const Names& names) {
  std::string list;
  for (const std::string_view name : names) list += (list.empty() ? "" : ", ") + std::string(name);
  return list;
}

/// Checks that `value` is an object with the required members and no others than the optional ones;
/// `what` names it. The CaseError has all problems.
void check_members(const Json& value, const std::string& what, const Names& required,
                   const Names& optional) {
  if (!value.is_object()) throw CaseError(what + " is not an object");
  std::string problems;
  const auto add = [&](const std::string& problem) {
    problems += (problems.empty() ? what + " " : ", ") + problem;
  };
  for (const std::string_view name : required) {
    if (!value.contains(name)) add("lacks " + std::string(name));
  }
  for (const auto& [key, member] : value.items()) {
    if (!has(required, key) && !has(optional, key)) add("has an unknown member " + key);
  }
  if (!problems.empty()) throw CaseError(problems);
}

void check_text(const Json& value, const std::string& what) {
  if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
    throw CaseError(what + " is not a text");
  }
}

void check_texts(const Json& value, const std::string& what) {
  if (!value.is_array()) throw CaseError(what + " is not a list");
  for (const Json& item : value) {
    if (!item.is_string()) throw CaseError(what + " is not a list of texts");
  }
}

/// Checks that at most one of the members for a body is present.
std::string check_one_of(const Json& value, const std::string& what, const Names& bodies) {
  std::string found;
  for (const std::string_view body : bodies) {
    if (!value.contains(body)) continue;
    if (!found.empty()) throw CaseError(what + " has more than one of " + quoted_list(bodies));
    found = body;
  }
  return found;
}

void check_base64(const Json& value, const std::string& what) {
  if (!value.is_string() || !decode_base64(value.get_ref<const std::string&>())) {
    throw CaseError(what + " is not base64");
  }
}

/// Checks for texts, lists of texts, or null, which leaves a parameter out.
void check_parameters(const Json& value, const std::string& what) {
  if (!value.is_object()) throw CaseError(what + " is not an object");
  for (const auto& [key, parameter] : value.items()) {
    const Json list = parameter.is_array() ? parameter : Json::array({parameter});
    for (const Json& item : list) {
      if (!item.is_string() && !item.is_null())
        throw CaseError(what + " " + key + " is not a text");
    }
  }
}

void check_part(const Json& part) {
  check_members(part, "part", {"name"}, {"filename", "contentType", "text", "base64", "size"});
  for (const auto& [key, value] : part.items()) {
    if (key != "size" && !value.is_string()) throw CaseError("part " + key + " is not a text");
  }
  if (check_one_of(part, "part", {"text", "base64", "size"}).empty()) {
    throw CaseError("part lacks a body");
  }
  if (part.contains("base64")) check_base64(part.at("base64"), "part base64");
  if (!part.value("size", Json(0U)).is_number_unsigned())
    throw CaseError("part size is not a count");
}

void check_request(const Json& request) {
  check_members(
      request, "request", {"method", "path"},
      {"query", "rawQuery", "headers", "token", "chunked", "json", "text", "base64", "multipart"});
  check_text(request.at("method"), "request method");
  check_text(request.at("path"), "request path");
  check_one_of(request, "request", {"json", "text", "base64", "multipart"});
  if (request.contains("query")) check_parameters(request.at("query"), "query");
  if (request.contains("rawQuery")) check_text(request.at("rawQuery"), "rawQuery");
  if (request.contains("headers")) check_parameters(request.at("headers"), "header");
  if (request.contains("base64")) check_base64(request.at("base64"), "request base64");
  if (request.contains("text") && !request.at("text").is_string()) {
    throw CaseError("request text is not a text");
  }
  check_texts(request.value("token", Json::array()), "token");
  if (request.value("chunked", Json(true)) != true) throw CaseError("chunked is not true");
  if (!request.contains("multipart")) return;
  if (!request.at("multipart").is_array()) throw CaseError("multipart is not an array");
  for (const Json& part : request.at("multipart")) check_part(part);
}

void check_expectation(const Json& expect) {
  check_members(expect, "expect", {"status"},
                {"headers", "headerNames", "json", "text", "base64", "empty"});
  check_pattern(expect.at("status"));
  check_one_of(expect, "expect", {"json", "text", "base64", "empty"});
  if (expect.contains("base64")) check_base64(expect.at("base64"), "expect base64");
  if (expect.contains("empty") && expect.at("empty") != true) throw CaseError("empty is not true");
  for (const char* pattern : {"headers", "json", "text"}) {
    if (expect.contains(pattern)) check_pattern(expect.at(pattern));
  }
  if (!expect.value("headers", Json::object()).is_object())
    throw CaseError("headers is not an object");
  if (!expect.contains("headerNames")) return;
  if (!expect.at("headerNames").is_array()) throw CaseError("headerNames is not an array");
  for (const Json& name : expect.at("headerNames")) check_text(name, "header name");
}

void check_capture(const Json& capture) {
  if (!capture.is_object()) throw CaseError("capture is not an object");
  for (const auto& [name, place] : capture.items()) {
    const std::string text = place.is_string() ? place.get<std::string>() : "";
    if (!text.starts_with("/") && !text.starts_with("header:")) {
      throw CaseError("capture " + name + " is neither a JSON pointer nor header:NAME");
    }
  }
}

template <typename Value, std::size_t N>
using Words = std::array<std::pair<std::string_view, Value>, N>;

template <typename Value, std::size_t N>
Value parse_word(const Words<Value, N>& words, const Json& word, const std::string& what) {
  Names accepted;
  for (const auto& [text, value] : words) {
    if (word == text) return value;
    accepted.push_back(text);
  }
  throw CaseError(what + " is not one of " + quoted_list(accepted));
}

}  // namespace

void check_file(const Json& file) {
  check_members(file, "file", {"cases"}, {"$schema", "description", "variables", "plane"});
  if (file.contains("description")) check_text(file.at("description"), "description");
  if (!file.value("variables", Json::object()).is_object()) {
    throw CaseError("variables is not an object");
  }
  if (!file.at("cases").is_array()) throw CaseError("cases is not an array");
}

void check_case(const Json& test_case) {
  check_members(test_case, "case",
                {"id", "title", "apiVersions", "operation", "evidence", "cost", "session", "steps"},
                {"section", "deviation", "note", "needs", "let"});
  for (const char* text : {"id", "title", "operation"}) check_text(test_case.at(text), text);
  if (test_case.contains("section")) check_text(test_case.at("section"), "section");
  if (!test_case.at("steps").is_array() || test_case.at("steps").empty()) {
    throw CaseError("steps is not a list");
  }
  const Json& versions = test_case.at("apiVersions");
  if (versions.is_string()) return;  // a variable: checked when it is filled in
  if (!versions.is_array() || versions.empty()) throw CaseError("apiVersions is not a list");
}

void check_deviation(const Json& deviation) {
  check_members(deviation, "deviation", {"is", "at"}, {});
  check_text(deviation.at("is"), "deviation is");
  check_texts(deviation.at("at"), "deviation at");
}

void check_members_of_step(const Json& step) {
  if (!step.is_object() || !step.contains("parallel")) {
    check_members(step, "a step", {"request", "expect"}, {"let", "capture", "retry"});
    return;
  }
  check_members(step, "a parallel step", {"parallel"}, {"retry"});
  const Json& exchanges = step.at("parallel");
  if (!exchanges.is_array() || exchanges.size() < 2)
    throw CaseError("parallel is not a list of two or more");
  for (const Json& exchange : exchanges) {
    check_members(exchange, "an exchange", {"request", "expect"}, {"let", "capture"});
  }
}

void check_exchange(const Exchange& exchange) {
  check_request(exchange.request);
  check_expectation(exchange.expect);
  check_capture(exchange.capture);
}

Plane parse_plane(const Json& file) {
  static constexpr Words<Plane, 2> kWords{{{"data", Plane::data}, {"control", Plane::control}}};
  return parse_word(kWords, file.value("plane", Json("data")), "plane");
}

Evidence parse_evidence(const Json& word) {
  static constexpr Words<Evidence, 5> kWords{{{"recorded", Evidence::recorded},
                                              {"specified", Evidence::specified},
                                              {"observed", Evidence::observed},
                                              {"documented", Evidence::documented},
                                              {"guess", Evidence::guess}}};
  return parse_word(kWords, word, "evidence");
}

Cost parse_cost(const Json& word) {
  static constexpr Words<Cost, 3> kWords{
      {{"free", Cost::free}, {"cheap", Cost::cheap}, {"slow", Cost::slow}}};
  return parse_word(kWords, word, "cost");
}

SessionUse parse_session_use(const Json& word) {
  static constexpr Words<SessionUse, 3> kWords{
      {{"none", SessionUse::none}, {"shared", SessionUse::shared}, {"fresh", SessionUse::fresh}}};
  return parse_word(kWords, word, "session");
}

}  // namespace dynsessions::conformance
