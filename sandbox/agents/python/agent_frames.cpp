#include "sandbox/agents/python/agent_frames.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

namespace dynsessions::sandbox {
namespace {

using nlohmann::json;

/// The deepest genuine frame is {"result":{"value":{"kind":…}}}, and it has about twenty names and
/// values. A level or a value takes at most three bytes in the frame and twenty times as many in
/// memory.
constexpr int kMaxDepth = 8;
constexpr int kMaxParts = 64;

std::string with_length_prefix(std::string_view payload) {
  if (payload.size() > kMaxExecuteFrameBytes)
    throw std::runtime_error("frame too large for the agent");
  std::string frame;
  frame.reserve(kFrameHeaderBytes + payload.size());
  for (const int shift : {24, 16, 8, 0}) {
    frame.push_back(static_cast<char>((payload.size() >> shift) & 0xFF));
  }
  return frame.append(payload);
}

/// Stops the parser, because the rest need not be read.
struct NoFrameOfOurs {};

/// Parses JSON. Returns nullopt if it is invalid, not UTF-8, nested deeper than every valid frame,
/// or has more parts than one.
std::optional<json> parse_bounded(std::string_view payload) {
  int parts = 0;
  const auto count_parts = [&parts](int depth, json::parse_event_t, const json&) {
    if (depth > kMaxDepth || ++parts > kMaxParts) throw NoFrameOfOurs{};
    return true;
  };
  try {
    json parsed = json::parse(payload, count_parts, /*allow_exceptions=*/false);
    if (parsed.is_discarded()) return std::nullopt;
    return parsed;
  } catch (const NoFrameOfOurs&) {
    return std::nullopt;
  }
}

/// Returns the member as a T; null if it is missing or of another type.
template <typename T>
const T* member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : found->get_ptr<const T*>();
}

using Object = json::object_t;
using Text = json::string_t;

/// Names in the order of ResultFrame::ValueKind.
constexpr std::array<std::string_view, 5> kKindNames{"nothing", "none", "text", "string", "image"};

std::optional<ReadyFrame> decode_ready(const json& body) {
  const auto* python = member<Text>(body, "python");
  if (python == nullptr) return std::nullopt;
  return ReadyFrame{.python_version = *python};
}

using Length = json::number_unsigned_t;
using ValueKind = ResultFrame::ValueKind;

/// Reads one length. Returns false if it is missing, no length, or over the bound of all texts.
bool take_length(const json& object, const char* name, std::size_t& target) {
  const auto* length = member<Length>(object, name);
  if (length == nullptr || *length > kMaxResultBytes) return false;
  target = *length;
  return true;
}

/// Decodes the expression that was shown with an image. Returns true also if there is none.
bool decode_expression_with_image(const json& value, ResultFrame& result) {
  if (value.contains("repr")) {
    result.with_image = ValueKind::string;
    return take_length(value, "repr", result.lengths.repr) &&
           take_length(value, "characters", result.lengths.characters);
  }
  if (value.contains("text")) {
    result.with_image = ValueKind::text;
    return take_length(value, "text", result.lengths.text);
  }
  return true;
}

bool decode_image(const json& value, ResultFrame& result) {
  const auto* format = member<Text>(value, "format");
  if (format == nullptr) return false;
  result.format = *format;
  return take_length(value, "base64", result.lengths.base64) &&
         decode_expression_with_image(value, result);
}

bool decode_value(const json& value, ResultFrame& result) {
  const auto* name = member<Text>(value, "kind");
  if (name == nullptr) return false;
  const auto kind = std::find(kKindNames.begin(), kKindNames.end(), *name);
  if (kind == kKindNames.end()) return false;
  result.value_kind = static_cast<ValueKind>(kind - kKindNames.begin());
  switch (result.value_kind) {
    case ValueKind::nothing:
    case ValueKind::none:
      return true;
    case ValueKind::text:
      return take_length(value, "text", result.lengths.text);
    case ValueKind::string:
      return take_length(value, "repr", result.lengths.repr) &&
             take_length(value, "characters", result.lengths.characters);
    case ValueKind::image:
      return decode_image(value, result);
  }
  return false;
}

std::size_t sum_of(const ResultFrame::Lengths& lengths) {
  return lengths.base64 + lengths.text + lengths.repr + lengths.characters + lengths.traceback +
         lengths.displays;
}

std::optional<ResultFrame> decode_result(const json& body) {
  const auto* id = member<json::number_unsigned_t>(body, "id");
  const auto* ok = member<json::boolean_t>(body, "ok");
  const auto* value = member<Object>(body, "value");
  if (id == nullptr || ok == nullptr || value == nullptr) return std::nullopt;
  ResultFrame result;
  result.id = *id;
  result.ok = *ok;
  if (!take_length(body, "traceback", result.lengths.traceback)) return std::nullopt;
  const bool has_displays = body.contains("displays");
  if (has_displays && !take_length(body, "displays", result.lengths.displays)) return std::nullopt;
  if (!decode_value(body["value"], result)) return std::nullopt;
  if (sum_of(result.lengths) > kMaxResultBytes) return std::nullopt;
  return result;
}

}  // namespace

std::string encode_execute_frame(const ExecuteFrame& program) {
  json frame;
  json& members = frame[std::string(program.verb)];
  members = {{"id", program.id}, {"code", program.code}};
  if (!program.traceparent.empty()) members["traceparent"] = program.traceparent;
  if (program.wants_displays) members["displays"] = true;
  return with_length_prefix(frame.dump(-1, ' ', false, json::error_handler_t::replace));
}

std::size_t announced_length(std::string_view header) {
  std::size_t length = 0;
  for (const char byte : header.substr(0, kFrameHeaderBytes)) {
    length = (length << 8) | static_cast<unsigned char>(byte);
  }
  return length;
}

std::optional<AgentFrame> decode_agent_frame(std::string_view payload) {
  if (payload.size() > kMaxFrameBytes) return std::nullopt;
  const std::optional<json> frame = parse_bounded(payload);
  if (!frame || !frame->is_object()) return std::nullopt;
  if (const auto ready = frame->find("ready"); ready != frame->end()) {
    if (!ready->is_object()) return std::nullopt;
    return decode_ready(*ready);
  }
  if (const auto result = frame->find("result"); result != frame->end()) {
    if (!result->is_object()) return std::nullopt;
    return decode_result(*result);
  }
  return std::nullopt;
}

}  // namespace dynsessions::sandbox
