#include "sandbox/agents/python/agent_frames.h"

#include <array>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

namespace dynsessions::sandbox {
namespace {

using nlohmann::json;

constexpr std::size_t kHeaderBytes = 4;

/// The deepest genuine frame is {"result":{"value":{"kind":…}}}, and it has about twenty names and
/// values. A level or a value costs the sender three bytes at most and us twenty times as many.
constexpr int kMaxDepth = 8;
constexpr int kMaxParts = 64;

std::uint32_t read_big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<unsigned char>(byte);
  return value;
}

std::string with_length_prefix(std::string_view payload) {
  if (payload.size() > kMaxFrameBytes) throw std::runtime_error("frame too large for the agent");
  std::string frame;
  frame.reserve(kHeaderBytes + payload.size());
  for (const int shift : {24, 16, 8, 0}) {
    frame.push_back(static_cast<char>((payload.size() >> shift) & 0xFF));
  }
  return frame.append(payload);
}

/// Ends the parser where it stands: the rest is not worth reading.
struct NoFrameOfOurs {};

/// Nothing for bytes that are not JSON, not UTF-8, or nested deeper or of more parts than any frame
/// of ours.
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

/// The member as a T; null when it is missing or something else.
template <typename T>
const T* member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : found->get_ptr<const T*>();
}

using Object = json::object_t;
using Text = json::string_t;

std::optional<ReadyFrame> decode_ready(const json& body) {
  const auto* python = member<Text>(body, "python");
  if (python == nullptr) return std::nullopt;
  return ReadyFrame{.python_version = *python};
}

struct ValueForm {
  std::string_view kind;
  ResultValue::ValueKind value_kind;
  const char* text_member;    ///< null: none
  const char* detail_member;  ///< null: none
};

constexpr std::array kValueForms = {
    ValueForm{"nothing", ResultValue::ValueKind::nothing, nullptr, nullptr},
    ValueForm{"none", ResultValue::ValueKind::none, nullptr, nullptr},
    ValueForm{"text", ResultValue::ValueKind::text, "text", nullptr},
    ValueForm{"string", ResultValue::ValueKind::string, "repr", "characters"},
    ValueForm{"image", ResultValue::ValueKind::image, "base64", "format"},
};

/// Copies one text of the value; true also when its kind has none.
bool take_text(const json& value, const char* name, std::string& target) {
  if (name == nullptr) return true;
  const auto* text = member<Text>(value, name);
  if (text != nullptr) target = *text;
  return text != nullptr;
}

bool decode_value(const json& value, std::string_view kind, ResultValue& result) {
  for (const ValueForm& form : kValueForms) {
    if (form.kind != kind) continue;
    result.value_kind = form.value_kind;
    return take_text(value, form.text_member, result.text) &&
           take_text(value, form.detail_member, result.detail);
  }
  return false;
}

/// The expression beside an image; true also when there is none.
bool decode_beside(const json& value, ResultFrame& result) {
  if (result.value_kind != ResultValue::ValueKind::image) return true;
  if (value.contains("repr")) return decode_value(value, "string", result.beside_image);
  if (value.contains("text")) return decode_value(value, "text", result.beside_image);
  return true;
}

std::optional<ResultFrame> decode_result(const json& body) {
  const auto* id = member<json::number_unsigned_t>(body, "id");
  const auto* ok = member<json::boolean_t>(body, "ok");
  const auto* traceback = member<Text>(body, "traceback");
  const auto value = body.find("value");
  if (id == nullptr || ok == nullptr || traceback == nullptr || value == body.end()) {
    return std::nullopt;
  }
  ResultFrame result;
  result.id = *id;
  result.ok = *ok;
  result.traceback = *traceback;
  if (!value->is_object()) return std::nullopt;
  const auto* kind = member<Text>(*value, "kind");
  if (kind == nullptr || !decode_value(*value, *kind, result)) return std::nullopt;
  if (!decode_beside(*value, result)) return std::nullopt;
  return result;
}

}  // namespace

std::string encode_execute_frame(std::uint64_t id, std::string_view code) {
  const json frame = {{"execute", {{"id", id}, {"code", code}}}};
  return with_length_prefix(frame.dump(-1, ' ', false, json::error_handler_t::replace));
}

std::optional<std::string> FrameReader::next() {
  const std::string_view waiting = std::string_view(buffer_).substr(consumed_);
  if (waiting.size() < kHeaderBytes) return std::nullopt;
  const std::size_t size = read_big_endian(waiting.substr(0, kHeaderBytes));
  if (size > kMaxFrameBytes) throw std::runtime_error("the agent announced an oversized frame");
  if (waiting.size() < kHeaderBytes + size) return std::nullopt;
  std::string payload(waiting.substr(kHeaderBytes, size));
  consumed_ += kHeaderBytes + size;
  if (consumed_ >= buffer_.size() / 2) {  // moves each byte at most once on average
    buffer_.erase(0, consumed_);
    consumed_ = 0;
  }
  return payload;
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
