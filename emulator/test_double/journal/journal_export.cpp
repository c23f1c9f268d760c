#include "emulator/test_double/journal/journal_export.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "emulator/base/json_text.h"
#include "emulator/base/shallow_json.h"
#include "emulator/base/timestamp.h"
#include "emulator/http/text.h"

namespace dynsessions::test_double {
namespace {

using Json = nlohmann::ordered_json;
using Fields = std::vector<std::pair<std::string, std::string>>;

double in_milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

Json fields_json(const Fields& fields) {
  Json list = Json::array();
  for (const auto& [name, value] : fields) list.push_back(Json{{"name", name}, {"value", value}});
  return list;
}

std::string field(const Fields& fields, std::string_view name) {
  for (const auto& [one, value] : fields) {
    if (http::iequals(one, name)) return value;
  }
  return {};
}

std::string url_of(const JournalEntry& entry) {
  std::string path;
  std::string_view rest = entry.path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/', 1), rest.size());
    path += '/' + http::percent_encode(rest.substr(1, end - 1));
    rest.remove_prefix(end);
  }
  std::string query;
  for (const auto& [name, value] : entry.query) {
    query += (query.empty() ? "?" : "&") + http::percent_encode(name) + '=' +
             http::percent_encode(value);
  }
  const std::string host = field(entry.request_headers, "host");
  return entry.scheme + "://" + (host.empty() ? "localhost" : host) + path + query;
}

Json har_entry(const JournalEntry& entry) {
  const double total = in_milliseconds(entry.duration);
  Json request{{"method", entry.method}, {"url", url_of(entry)}, {"httpVersion", "HTTP/1.1"}};
  request["cookies"] = Json::array();
  request["headers"] = fields_json(entry.request_headers);
  request["queryString"] = fields_json(entry.query);
  if (!entry.request.text.empty()) {
    request["postData"] = {{"mimeType", field(entry.request_headers, "content-type")},
                           {"text", entry.request.text}};
  }
  request["headersSize"] = -1;
  request["bodySize"] = entry.request.size;
  Json content{{"size", entry.response.size}};
  content["mimeType"] = field(entry.response_headers, "content-type");
  if (!entry.response.text.empty()) content["text"] = entry.response.text;
  Json response{{"status", entry.status}, {"statusText", ""}, {"httpVersion", "HTTP/1.1"}};
  response["cookies"] = Json::array();
  response["headers"] = fields_json(entry.response_headers);
  response["content"] = std::move(content);
  response["redirectURL"] = "";
  response["headersSize"] = -1;
  response["bodySize"] = entry.response.size;
  Json har{{"startedDateTime",
            timestamp(entry.at - std::chrono::duration_cast<Clock::Duration>(entry.duration))}};
  har["time"] = total;
  har["request"] = std::move(request);
  har["response"] = std::move(response);
  har["cache"] = Json::object();
  har["timings"] = {{"send", 0}, {"wait", total}, {"receive", 0}};
  har["comment"] = entry.reason;
  return har;
}

/// The part of the path below the pool, without the first slash.
std::string path_below_pool(const JournalEntry& entry) {
  constexpr std::string_view kLabel = "/sessionPools/";
  std::string_view path = entry.path;
  const std::size_t label = path.find(kLabel);
  if (label != std::string_view::npos) {
    path.remove_prefix(std::min(path.find('/', label + kLabel.size()), path.size()));
  }
  if (!path.empty()) path.remove_prefix(1);
  return std::string(path);
}

Json contains(Json members) { return {{"$match", "contains"}, {"members", std::move(members)}}; }

/// Returns the members of an answer that stay the same if the request is sent again.
Json lasting(const nlohmann::json& answer) {
  Json members = Json::object();
  for (const char* name : {"stdout", "stderr", "result", "executionResult", "code", "status"}) {
    const nlohmann::json& value = member_of(answer, name);
    const bool is_there = answer.is_object() && answer.contains(name);
    if (is_there && !(value.is_object() && value.contains("stdout"))) members[name] = value;
  }
  for (const char* name : {"properties", "result", "error"}) {
    const nlohmann::json& inner = member_of(answer, name);
    if (inner.is_object() && (inner.contains("stdout") || inner.contains("code"))) {
      members[name] = lasting(inner);
    }
  }
  return contains(std::move(members));
}

Json step_for(const JournalEntry& entry) {
  nlohmann::json body = parse_shallow_json(entry.request.text);
  for (nlohmann::json* object :
       {&body, body.contains("properties") ? &body["properties"] : &body}) {
    if (object->is_object() && object->contains("identifier")) {
      (*object)["identifier"] = "${identifier}";
    }
  }
  Json request{{"method", entry.method}, {"path", path_below_pool(entry)}};
  if (entry.api_version.empty()) request["query"] = {{"api-version", nullptr}};
  request["json"] = body;
  Json expect{{"status", entry.status}};
  const nlohmann::json answer = parse_shallow_json(entry.response.text);
  if (answer.is_object()) expect["json"] = lasting(answer);
  return {{"request", std::move(request)}, {"expect", std::move(expect)}};
}

/// Whether the request can be sent again and be answered in the same way.
bool is_repeatable(const JournalEntry& entry) {
  return entry.operation == "execute" && entry.status != 0 && entry.faults.empty() &&
         !entry.request.cut && !entry.response.cut &&
         parse_shallow_json(entry.request.text).is_object();
}

/// Whether the text contains `${`, which a case would treat as a variable.
bool has_variable(const JournalEntry& entry) {
  return entry.request.text.find("${") != std::string::npos ||
         entry.response.text.find("${") != std::string::npos;
}

}  // namespace

std::string as_ndjson(const std::vector<Journal::EntryPointer>& entries) {
  std::string text;
  for (const auto& entry : entries) {
    Json line = to_json(*entry);
    if (!entry->request.text.empty()) line["requestBody"] = entry->request.text;
    if (!entry->response.text.empty()) line["responseBody"] = entry->response.text;
    text += dumped(line) + '\n';
  }
  return text;
}

std::string as_har(const std::vector<Journal::EntryPointer>& entries, const std::string& version) {
  Json list = Json::array();
  for (const auto& entry : entries) list.push_back(har_entry(*entry));
  Json log{{"version", "1.2"}};
  log["creator"] = {{"name", "dynsessions"}, {"version", version}};
  log["entries"] = std::move(list);
  return dumped(Json{{"log", std::move(log)}}, 2);
}

Result<std::string> as_cases(const std::vector<Journal::EntryPointer>& entries) {
  // A case for the requests of a session in one api-version.
  std::map<std::pair<std::string, std::string>, Json> steps;
  for (const auto& entry : entries) {
    if (!is_repeatable(*entry)) continue;
    if (has_variable(*entry)) {
      return Error{ErrorCode::conflict,
                   fmt::format("Request {} has the text `${{`, which a case would take for a "
                               "variable.",
                               entry->id),
                   "format", "narrow the export with identifier= or since="};
    }
    steps[{entry->api_version, entry->pool.key() + '\n' + entry->identifier}].push_back(
        step_for(*entry));
  }
  if (steps.empty()) {
    return Error{ErrorCode::conflict, "The journal has no execute request that can be repeated.",
                 "format", "bodies must be kept, and faults must not have hit the requests"};
  }
  Json cases = Json::array();
  for (auto& [key, of_session] : steps) {
    const std::string& version = key.first;
    Json one{{"id", fmt::format("journal.session-{}", cases.size() + 1)}};
    one["title"] = "execute requests of one session in the journal, answered as before";
    one["apiVersions"] = {version.empty() ? "2023-08-01-preview" : version};
    one["operation"] = "execute";
    one["evidence"] = "observed";
    one["section"] = "journal";
    one["cost"] = "cheap";
    one["session"] = "fresh";
    one["steps"] = std::move(of_session);
    cases.push_back(std::move(one));
  }
  Json file{{"description", "Exported from a journal of dynsessions."}};
  file["cases"] = std::move(cases);
  return dumped(file, 2) + '\n';
}

}  // namespace dynsessions::test_double
