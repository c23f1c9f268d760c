// Parses the three wire formats of an execute body.

#include <algorithm>
#include <utility>

#include <boost/algorithm/string/predicate.hpp>
#include <nlohmann/json.hpp>

#include "emulator/base/base64.h"
#include "emulator/base/utf8.h"
#include "emulator/surfaces/data_plane/executions/execute_wire.h"

namespace dynsessions::surfaces::data_plane::executions {
namespace {

using boost::algorithm::iequals;
using nlohmann::json;

constexpr int kDeepestBody = 32;
/// Limit of names and values in a body. A value of three bytes takes twenty times as much memory
/// here.
constexpr int kMostValues = 1000;
constexpr std::int64_t kDefaultTimeoutSeconds = 120;  // CONTRACT.md section 2.3

Error code_missing(std::string message, std::string reason) {
  return {ErrorCode::execution_body_missing, std::move(message), {}, std::move(reason)};
}

/// Explicit, because a json value converts implicitly from and to everything.
Result<json> wrap(json value) { return {boost::system::in_place_value, std::move(value)}; }

Result<json> parse_object(std::string_view body) {
  bool too_deep = false;
  int parts = 0;
  const auto limit = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > kDeepestBody;
    return ++parts <= kMostValues && !too_deep;  // false: the member is read and ignored
  };
  // JSON contains no NUL, but the parser would treat it as the end and ignore the rest.
  const bool has_nul = body.find('\0') != std::string_view::npos;
  json parsed = has_nul ? json(json::value_t::discarded)
                        : json::parse(body, limit, /*allow_exceptions=*/false);
  if (too_deep) return invalid_request("The request body is nested too deep.", "body");
  if (parts > kMostValues) return invalid_request("The request body has too many values.", "body");
  if (!parsed.is_object()) {
    return invalid_request("The request body must be a JSON object.", "body",
                           "send `Content-Type: application/json` and an object in UTF-8");
  }
  return wrap(std::move(parsed));
}

/// The object that holds the members: the body itself, or its `properties`. Lenient bodies can have
/// either form (section 8 rows 4 and 5).
Result<json> members_of(const Route& route, json body) {
  const auto properties = body.find("properties");
  if (route.version->lenient_bodies) {
    const bool is_wrapped = properties != body.end() && properties->is_object() &&
                            !body.contains("code") && !body.contains("pythonCode");
    return wrap(is_wrapped ? std::move(*properties) : std::move(body));
  }
  if (route.dialect == Dialect::flat) {
    if (properties != body.end() && !body.contains("code")) {
      return code_missing("The request body must have a code.",
                          "body is wrapped in \"properties\"; this api-version takes it flat");
    }
    return wrap(std::move(body));
  }
  if (properties == body.end() || !properties->is_object()) {
    return code_missing("The request body must have properties.",
                        "this path takes the body wrapped in \"properties\"");
  }
  return wrap(std::move(*properties));
}

/// A text member; `fallback` when it is absent or null.
Result<std::string> text_member(const json& members, const char* name, std::string fallback) {
  const auto found = members.find(name);
  if (found == members.end() || found->is_null()) return fallback;
  if (!found->is_string()) {
    return invalid_request("The member " + std::string(name) + " must be a string.", name);
  }
  return found->get<std::string>();
}

Result<std::string> code_of(Dialect dialect, const json& members) {
  const bool has_python_code = dialect == Dialect::python && members.contains("pythonCode");
  const char* name = has_python_code ? "pythonCode" : "code";
  if (!members.contains(name) || members.at(name).is_null()) {
    return code_missing("The request body must have a code.",
                        dialect == Dialect::python ? "python/execute takes `pythonCode`"
                                                   : "the member is called `code`");
  }
  return text_member(members, name, {});
}

/// Returns a whole number of at least 1; `fallback` if the member is absent or null.
Result<std::int64_t> positive_member(const json& members, const char* name, std::int64_t fallback) {
  const auto found = members.find(name);
  if (found == members.end() || found->is_null()) return fallback;
  // get() turns a number above 63 bits into a negative one, which is refused too.
  if (!found->is_number_integer() || found->get<std::int64_t>() < 1) {
    return invalid_request("The member " + std::string(name) + " must be a whole number above 0.",
                           name);
  }
  return found->get<std::int64_t>();
}

/// The timeout of the program (section 8 row 7).
Result<std::chrono::seconds> timeout_of(const ApiVersion& version, const json& members) {
  auto wanted = positive_member(members, "timeoutInSeconds", kDefaultTimeoutSeconds);
  if (!wanted) return wanted.error();
  if (*wanted > kExecutionCeiling.count() && !version.caps_timeout) {
    return invalid_request("The member timeoutInSeconds must be at most " +
                               std::to_string(kExecutionCeiling.count()) + ".",
                           "timeoutInSeconds");
  }
  return std::min(kExecutionCeiling, std::chrono::seconds(*wanted));
}

/// Accepts one of these words in any casing (section 8 row 8). The error lists them.
Result<void> check_word(std::string_view value, std::initializer_list<std::string_view> accepted,
                        const char* name) {
  std::string list;
  for (const std::string_view word : accepted) {
    if (iequals(word, value)) return {};
    list += (list.empty() ? "" : ", ") + std::string(word);
  }
  return invalid_request("The member " + std::string(name) + " must be one of: " + list + ".",
                         name);
}

/// Whether the execution is asynchronous; only the flat dialect has such executions.
Result<bool> is_asynchronous(Dialect dialect, const std::string& execution_type) {
  auto known = check_word(execution_type, {"Synchronous", "Asynchronous"}, "executionType");
  if (!known) return known.error();
  const bool asynchronous = iequals(execution_type, "Asynchronous");
  if (asynchronous && dialect != Dialect::flat) {
    return Error{ErrorCode::operation_not_supported,
                 "This api-version has synchronous executions only.", "executionType",
                 "asynchronous executions exist on /executions, from 2024-10-02-preview on"};
  }
  return asynchronous;
}

/// Returns the program, decoded according to its input type.
Result<std::string> decoded(std::string code, const std::string& input_type) {
  auto known = check_word(input_type, {"Inline", "InlineBase64", "InlineText"}, "codeInputType");
  if (!known) return known.error();
  if (!iequals(input_type, "InlineBase64")) return code;
  // Removes line breaks, which MIME encoders insert and the decoders of .NET and Python accept.
  std::erase_if(
      code, [](char c) { return std::string_view(" \t\r\n").find(c) != std::string_view::npos; });
  auto bytes = decode_base64(code);
  if (!bytes || !is_valid_utf8(*bytes)) {
    return invalid_request("The code must be UTF-8 text in base64.", "code");
  }
  return std::move(*bytes);
}

Result<std::optional<std::size_t>> stream_limit(const ApiVersion& version, const json& members) {
  constexpr std::int64_t kUnsaid = 0;
  if (!version.has_stream_length) return version.default_stream_characters;
  auto limit = positive_member(members, "outputStreamsMaxLength", kUnsaid);
  if (!limit) return limit.error();
  if (*limit == kUnsaid) return version.default_stream_characters;
  return std::optional<std::size_t>(static_cast<std::size_t>(*limit));
}

/// Which of the session's kernels runs the program (section 8 row 35). It is a guess that
/// `useEmptyKernel` also applies to asynchronous executions.
Result<execution::Kernel> kernel_of(const ApiVersion& version, const json& members,
                                    bool asynchronous) {
  const auto wanted = members.find("useEmptyKernel");
  if (version.has_empty_kernel && wanted != members.end() && !wanted->is_null()) {
    if (!wanted->is_boolean()) {
      return invalid_request("The member useEmptyKernel must be true or false.", "useEmptyKernel");
    }
    if (wanted->get<bool>()) return execution::Kernel::empty;
  }
  return asynchronous && version.separate_async_kernel ? execution::Kernel::asynchronous
                                                       : execution::Kernel::synchronous;
}

/// The identifier in a wrapped body. In the python dialect it is the only one; clients of the
/// wrapped dialect send it in addition to the query's (sections 1.2 and 2.2). The flat dialect
/// ignores it, like any unknown member (section 2.3).
Result<std::optional<std::string>> identifier_of(const Route& route, const json& members) {
  if (route.dialect == Dialect::flat && !route.version->lenient_bodies) {
    return std::optional<std::string>();
  }
  auto identifier = text_member(members, "identifier", {});
  if (!identifier) return identifier.error();
  if (identifier->empty()) return std::optional<std::string>();
  return std::optional<std::string>(std::move(*identifier));
}

}  // namespace

Result<ExecuteCall> parse_execute_call(const Route& route, std::string_view body) {
  auto parsed = parse_object(body);
  if (!parsed) return parsed.error();
  auto members = members_of(route, std::move(*parsed));
  if (!members) return members.error();

  auto code = code_of(route.dialect, *members);
  if (!code) return code.error();
  auto input_type = text_member(*members, "codeInputType", "Inline");
  if (!input_type) return input_type.error();
  auto execution_type = text_member(*members, "executionType", "Synchronous");
  if (!execution_type) return execution_type.error();
  auto asynchronous = is_asynchronous(route.dialect, *execution_type);
  if (!asynchronous) return asynchronous.error();
  auto program = decoded(std::move(*code), *input_type);
  if (!program) return program.error();
  auto timeout = timeout_of(*route.version, *members);
  if (!timeout) return timeout.error();
  auto output_characters = stream_limit(*route.version, *members);
  if (!output_characters) return output_characters.error();
  auto kernel = kernel_of(*route.version, *members, *asynchronous);
  if (!kernel) return kernel.error();
  auto identifier = identifier_of(route, *members);
  if (!identifier) return identifier.error();

  ExecuteCall call;
  call.request.code = std::move(*program);
  call.request.kernel = *kernel;
  call.request.timeout = *timeout;
  call.request.output_characters = *output_characters;
  call.identifier = std::move(*identifier);
  call.execution_type = std::move(*execution_type);
  call.asynchronous = *asynchronous;
  return call;
}

}  // namespace dynsessions::surfaces::data_plane::executions
