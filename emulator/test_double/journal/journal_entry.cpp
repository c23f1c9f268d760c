#include "emulator/test_double/journal/journal_entry.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <boost/algorithm/string/case_conv.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "emulator/base/base64.h"
#include "emulator/base/json_text.h"
#include "emulator/base/shallow_json.h"
#include "emulator/base/timestamp.h"
#include "emulator/http/text.h"

namespace dynsessions::test_double {
namespace {

using nlohmann::json;
using Fields = std::vector<std::pair<std::string, std::string>>;

/// Estimated size of an entry without its texts.
constexpr std::size_t kEmptyEntry = 1024;
constexpr std::size_t kField = 80;

std::size_t bytes_of(const Fields& fields) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : fields) bytes += kField + name.size() + value.size();
  return bytes;
}

double milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::string text_of(const json& value) { return value.is_string() ? value.get<std::string>() : ""; }

/// Returns the object with the member `code` in an execute request of any dialect.
const json& program_in(const json& request) {
  const json& properties = member_of(request, "properties");
  return properties.is_object() ? properties : request;
}

/// Returns the object with the member `stdout` in an answer of any dialect.
const json& result_in(const json& response) {
  for (const char* name : {"properties", "result"}) {
    const json& inner = member_of(response, name);
    if (inner.is_object() && inner.contains("stdout")) return inner;
  }
  return response;
}

std::string code_in(const json& request) {
  const json& program = program_in(request);
  std::string code = text_of(member_of(program, "code"));
  if (code.empty()) code = text_of(member_of(program, "pythonCode"));
  if (!http::iequals(text_of(member_of(program, "codeInputType")), "InlineBase64")) return code;
  return decode_base64(code).value_or(code);
}

/// Returns the value in an answer; null if the answer has no `result`.
const json& value_in(const json& response) {
  const json& result = result_in(response);
  const json& flat = member_of(result, "executionResult");
  return flat.is_null() ? member_of(result, "result") : flat;
}

/// Whether the bodies of an execution are kept.
bool has_program(const JournalEntry& entry) {
  return entry.operation == "execute" && !entry.request.text.empty();
}

/// `response` is the body of the answer.
ExecutedProgram program_in(const JournalEntry& entry, const json& response) {
  ExecutedProgram program;
  program.is_known = true;
  program.code = code_in(parse_shallow_json(entry.request.text));
  program.stdout_text = text_of(member_of(result_in(response), "stdout"));
  program.stderr_text = text_of(member_of(result_in(response), "stderr"));
  return program;
}

/// Whether the answer is about a program that has ended.
bool ran_program(const JournalEntry& entry) {
  return entry.execution_time.count() > 0 || entry.stdout_bytes > 0 || entry.stderr_bytes > 0;
}

void add_output(nlohmann::ordered_json& out, const JournalEntry& entry) {
  out["stdoutBytes"] = entry.stdout_bytes;
  out["stderrBytes"] = entry.stderr_bytes;
  out["cut"] = nlohmann::ordered_json::array();
  if (entry.stdout_cut) out["cut"].push_back("stdout");
  if (entry.stderr_cut) out["cut"].push_back("stderr");
}

/// Checks the shape, because the agent runs in the session and can send anything.
bool is_display(const json& display) {
  const json& source = member_of(display, "source");
  return (source == "result" || source == "display") && member_of(display, "data").is_object();
}

void add_displays(nlohmann::ordered_json& out, const JournalEntry& entry) {
  if (entry.displays.empty()) return;
  const json shown = parse_shallow_json(entry.displays);
  const json& displays = member_of(shown, "displays");
  const json& omitted = member_of(shown, "omitted");
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  if (displays.is_array()) {
    for (const json& display : displays) {
      if (!is_display(display)) continue;
      list.push_back({{"source", display["source"]}, {"data", display["data"]}});
    }
  }
  out["displays"] = std::move(list);
  out["displaysOmitted"] = omitted.is_number_unsigned() ? omitted : json(0);
}

bool is_token_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
}

/// Returns the end of the token characters that start at `at`.
std::size_t end_of_part(std::string_view text, std::size_t at) {
  while (at < text.size() && is_token_character(text[at])) ++at;
  return at;
}

/// The warnings of the answer, or an empty text.
std::string warnings_in(const JournalEntry& entry) {
  std::string warnings;
  for (const auto& [name, value] : entry.response_headers) {
    if (name != "x-emulator-warning") continue;
    warnings += (warnings.empty() ? "" : "; ") + value;
  }
  return warnings;
}

}  // namespace

std::size_t JournalEntry::bytes() const {
  return kEmptyEntry + method.size() + path.size() + api_version.size() + identifier.size() +
         principal.size() + client.size() + reason.size() + request.text.size() +
         response.text.size() + displays.size() + bytes_of(query) + bytes_of(request_headers) +
         bytes_of(response_headers);
}

ExecutedProgram program_of(const JournalEntry& entry) {
  if (!has_program(entry)) return {};
  return program_in(entry, parse_shallow_json(entry.response.text));
}

json result_of(const JournalEntry& entry) {
  return has_program(entry) ? value_in(parse_shallow_json(entry.response.text)) : json();
}

nlohmann::ordered_json to_json(const JournalEntry& entry) {
  nlohmann::ordered_json out{{"id", entry.id}, {"at", timestamp(entry.at)}};
  out["pool"] = entry.pool.name;
  out["surface"] = entry.surface;
  out["operation"] = entry.operation;
  out["method"] = entry.method;
  out["path"] = entry.path;
  out["apiVersion"] = entry.api_version;
  out["identifier"] = entry.identifier;
  out["principal"] = entry.principal;
  out["client"] = entry.client;
  out["status"] = entry.status;
  out["reason"] = entry.reason;
  out["refusedBy"] = entry.refused_by;
  if (std::string warnings = warnings_in(entry); !warnings.empty()) {
    out["warning"] = std::move(warnings);
  }
  out["durationMs"] = milliseconds(entry.duration);
  out["allocationMs"] = milliseconds(entry.allocation_time);
  out["executionMs"] = milliseconds(entry.execution_time);
  out["faults"] = entry.faults;
  out["session"] = entry.session;
  out["correlationId"] = entry.correlation_id;
  out["requestBytes"] = entry.request.size;
  out["responseBytes"] = entry.response.size;
  out["delivered"] = entry.delivered;
  if (!entry.traceparent.empty()) out["traceparent"] = entry.traceparent;
  if (ran_program(entry)) add_output(out, entry);
  add_displays(out, entry);
  if (!has_program(entry)) return out;
  const json response = parse_shallow_json(entry.response.text);
  const ExecutedProgram program = program_in(entry, response);
  out["code"] = program.code;
  out["stdout"] = program.stdout_text;
  out["stderr"] = program.stderr_text;
  out["result"] = value_in(response);
  return out;
}

std::string description_of(const JournalEntry& entry) {
  std::string text = fmt::format("request {}: {} {}", entry.id, entry.method, entry.path);
  if (!entry.operation.empty()) text += fmt::format(", operation {}", entry.operation);
  if (!entry.identifier.empty()) text += fmt::format(", identifier {}", entry.identifier);
  return text + fmt::format(", status {}", entry.status);
}

bool is_secret_field(std::string_view name) {
  const std::string lower = boost::algorithm::to_lower_copy(std::string(name));
  constexpr std::array kParts{"auth",     "cookie",    "token",      "secret",    "key",
                              "password", "assertion", "credential", "signature", "x-identity"};
  return std::any_of(kParts.begin(), kParts.end(),
                     [&lower](const char* part) { return lower.find(part) != std::string::npos; });
}

void blank_tokens(std::string& text) {
  constexpr std::string_view kBegin = "eyJ";  // `{"` in base64
  for (std::size_t at = text.find(kBegin); at != std::string::npos;
       at = text.find(kBegin, at + 1)) {
    std::size_t end = end_of_part(text, at);
    int parts = 1;
    while (end < text.size() && text[end] == '.' && parts < 3) {
      end = end_of_part(text, end + 1);
      ++parts;
    }
    if (parts < 2) continue;
    text.replace(at, end - at, "[token]");
  }
}

}  // namespace dynsessions::test_double
