#include "emulator/conformance/run/exchange.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "emulator/base/base64.h"
#include "emulator/base/json_text.h"
#include "emulator/http/text.h"

namespace dynsessions::conformance {
namespace {

constexpr std::string_view kBoundary = "dynsessions-conformance-boundary";

/// Merges the values of the case into the defaults; null removes a value.
Json merged(Json defaults, const Json& request, const char* member) {
  const Json given = request.value(member, Json::object());
  for (const auto& [name, value] : given.items()) defaults[name] = value;
  return defaults;
}

/// Calls `add(name, value)` for each parameter; a list repeats its name.
template <typename Add>
void for_each_parameter(const Json& parameters, const Add& add) {
  for (const auto& [name, value] : parameters.items()) {
    const Json list = value.is_array() ? value : Json::array({value});
    for (const Json& item : list) {
      if (!item.is_null()) add(name, item.get<std::string>());
    }
  }
}

std::string target_of(const Json& request, const RequestDefaults& defaults) {
  const Json identifier = defaults.identifier.empty() ? Json() : Json(defaults.identifier);
  const Json query =
      merged({{"identifier", identifier}, {"api-version", defaults.api_version}}, request, "query");
  std::string text = request.value("rawQuery", std::string());
  for_each_parameter(query, [&](const std::string& name, const std::string& value) {
    text +=
        (text.empty() ? "" : "&") + http::percent_encode(name) + "=" + http::percent_encode(value);
  });
  return request.at("path").get<std::string>() + (text.empty() ? "" : "?" + text);
}

std::string bytes_of(const Json& holder) {
  if (holder.contains("size")) return std::string(holder.at("size").get<std::size_t>(), 'x');
  if (!holder.contains("base64")) return holder.value("text", std::string());
  const auto bytes = decode_base64(holder.at("base64").get<std::string>());
  if (!bytes) throw CaseError("a body is not base64");
  return *bytes;
}

std::string multipart_of(const Json& parts) {
  std::string body;
  for (const Json& part : parts) {
    body.append("--").append(kBoundary);
    body +=
        "\r\nContent-Disposition: form-data; name=\"" + part.at("name").get<std::string>() + '"';
    if (part.contains("filename")) {
      body += "; filename=\"" + part.at("filename").get<std::string>() + '"';
    }
    if (part.contains("contentType")) {
      body += "\r\nContent-Type: " + part.at("contentType").get<std::string>();
    }
    body += "\r\n\r\n" + bytes_of(part) + "\r\n";
  }
  return body.append("--").append(kBoundary).append("--\r\n");
}

struct Body {
  Json content_type;  ///< null: none
  std::string bytes;
};

Body body_of(const Json& request) {
  if (request.contains("json")) return {"application/json", request.at("json").dump()};
  if (request.contains("multipart")) {
    return {"multipart/form-data; boundary=" + std::string(kBoundary),
            multipart_of(request.at("multipart"))};
  }
  return {nullptr, bytes_of(request)};
}

/// Null for an absent header.
Json header_value(const HttpReply& reply, const std::string& name) {
  const auto value = reply.header(name);
  return value ? Json(*value) : Json();
}

void append(Differences& all, const Differences& more) {
  all.insert(all.end(), more.begin(), more.end());
}

std::string list_of(const std::set<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

/// Compares the set of header names, without those that depend on a proxy or on the framing.
Differences compare_header_names(const Json& expected, const HttpReply& reply) {
  static const std::set<std::string> kFraming{"connection", "content-length", "keep-alive",
                                              "transfer-encoding"};
  const auto wanted = expected.get<std::set<std::string>>();
  std::set<std::string> found;
  for (const auto& [name, value] : reply.headers) {
    if (!kFraming.contains(name)) found.insert(name);
  }
  if (wanted == found) return {};
  return {{"header names", list_of(wanted), list_of(found)}};
}

Differences compare_bytes(const std::string& expected, const std::string& actual) {
  if (expected == actual) return {};
  const auto described = [](const std::string& bytes) {
    return std::to_string(bytes.size()) + " bytes: " + dumped(Json(bytes.substr(0, 200)));
  };
  return {{"body", described(expected), described(actual)}};
}

Differences compare_body(const Json& expect, const HttpReply& reply) {
  if (expect.contains("empty")) return compare_bytes("", reply.body);
  if (expect.contains("base64")) return compare_bytes(bytes_of(expect), reply.body);
  if (expect.contains("text")) return match(expect.at("text"), Json(reply.body), "body");
  if (!expect.contains("json")) return {};
  const Json body = Json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
  if (body.is_discarded()) {
    Differences no_json = compare_bytes("", reply.body);
    return {{"body", "JSON", no_json.empty() ? "nothing" : no_json.front().actual}};
  }
  return match(expect.at("json"), body);
}

}  // namespace

HttpRequest to_http(const Json& request, const RequestDefaults& defaults) {
  Body body = body_of(request);
  const Json token = defaults.token.empty() ? Json() : Json("Bearer " + defaults.token);
  const Json headers =
      merged({{"authorization", token}, {"content-type", body.content_type}}, request, "headers");
  HttpRequest http{
      request.at("method").get<std::string>(), target_of(request, defaults), {}, {}, {}};
  for_each_parameter(headers, [&](const std::string& name, const std::string& value) {
    http.headers.emplace_back(name, value);
  });
  http.body = std::move(body.bytes);
  http.chunked = request.contains("chunked");
  return http;
}

Differences compare(const Json& expect, const HttpReply& reply) {
  Differences all = match(expect.at("status"), reply.status, "status");
  const Json headers = expect.value("headers", Json::object());
  for (const auto& [name, pattern] : headers.items()) {
    append(all, match_text(pattern, header_value(reply, name), "header " + name));
  }
  if (expect.contains("headerNames")) {
    append(all, compare_header_names(expect.at("headerNames"), reply));
  }
  append(all, compare_body(expect, reply));
  return all;
}

Captured capture(const Json& places, const HttpReply& reply) {
  Captured captured;
  const Json body = Json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
  for (const auto& [name, place] : places.items()) {
    const auto text = place.get<std::string>();
    constexpr std::string_view kHeader = "header:";
    Json value = nullptr;
    if (text.starts_with(kHeader)) {
      value = header_value(reply, text.substr(kHeader.size()));
    } else if (const Json::json_pointer pointer(text);
               body.is_structured() && body.contains(pointer)) {
      value = body.at(pointer);
    }
    if (value.is_null()) captured.missing.push_back({"capture " + name, text, "absent"});
    captured.values[name] = value;
  }
  return captured;
}

}  // namespace dynsessions::conformance
