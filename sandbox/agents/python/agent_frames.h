#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// The frames on the control socket between server and agent: a 4-byte big-endian length, then one
/// JSON object in UTF-8. What comes from the agent comes from the user's own process: capped,
/// parsed strictly, never believed further than it goes.
namespace dynsessions::sandbox {

inline constexpr std::size_t kMaxFrameBytes = std::size_t{64} << 20;

/// To the agent: {"execute":{"id":7,"code":"1+1"}}, with its length in front. What is not UTF-8 in
/// `code` becomes U+FFFD. Throws std::runtime_error when it is too large for a frame.
[[nodiscard]] std::string encode_execute_frame(std::uint64_t id, std::string_view code);

/// From the agent, once, when it is ready to execute: {"ready":{"python":"3.11.2"}}
struct ReadyFrame {
  std::string python_version;
};

/// From the agent, when a program has ended and its streams are flushed:
/// {"result":{"id":7,"ok":true,"value":{…},"traceback":""}}
/// where value is {"kind":"nothing"}, {"kind":"none"}, {"kind":"text","text":…},
/// {"kind":"string","repr":…,"characters":…} or {"kind":"image","format":"png","base64":…}, this
/// one also with the `text`, or `repr` and `characters`, of an expression that it was shown beside.
struct ResultValue {
  enum class ValueKind { nothing, none, text, string, image };
  ValueKind value_kind = ValueKind::nothing;
  std::string text;    ///< text, repr, or base64
  std::string detail;  ///< characters of a string, format of an image
};

struct ResultFrame : ResultValue {
  std::uint64_t id = 0;
  bool ok = false;
  ResultValue beside_image;  ///< nothing, text or string
  std::string traceback;
};

using AgentFrame = std::variant<ReadyFrame, ResultFrame>;

/// Cuts frames out of the agent's bytes.
class FrameReader {
 public:
  void append(std::string_view bytes) { buffer_.append(bytes); }
  /// The next whole payload; nothing when more bytes are needed. Throws std::runtime_error when the
  /// announced length is over kMaxFrameBytes: the stream is beyond repair.
  [[nodiscard]] std::optional<std::string> next();

 private:
  std::string buffer_;
  std::size_t consumed_ = 0;
};

/// Nothing when the payload is not a frame as described above.
[[nodiscard]] std::optional<AgentFrame> decode_agent_frame(std::string_view payload);

}  // namespace dynsessions::sandbox
