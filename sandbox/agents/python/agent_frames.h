#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// The frames on the control socket between server and agent: a 4-byte big-endian length, then one
/// JSON object in UTF-8. A `result` contains the lengths of the program's texts, which follow it
/// unchanged, so that the server parses little and can store long texts in pieces. All data from
/// the agent comes from the user's process: it is limited, parsed strictly and never trusted.
namespace dynsessions::sandbox {

inline constexpr std::size_t kFrameHeaderBytes = 4;
/// Limit of a frame to the agent.
inline constexpr std::size_t kMaxExecuteFrameBytes = std::size_t{64} << 20;
/// Limit of a frame from the agent, without texts.
inline constexpr std::size_t kMaxFrameBytes = std::size_t{4} << 10;
/// Limit of all texts of one result together; agent.py has the same.
inline constexpr std::size_t kMaxResultBytes = std::size_t{32} << 20;

inline constexpr std::string_view kExecute = "execute";
/// The result is the text {"pickle":"base64, empty if there is nothing","saved":["x"],
/// "omitted":[{"name":"lock","why":"TypeError: …"}]}.
inline constexpr std::string_view kSaveVariables = "save";
/// `code` is a text {"pickle":…,"values":{"x":1}}: saved variables, and then variables from JSON
/// values.
inline constexpr std::string_view kRestoreVariables = "restore";

/// A program for the agent, or another request.
struct ExecuteFrame {
  std::uint64_t id = 0;
  std::string_view code;
  std::string_view verb = kExecute;
  std::string_view traceparent = {};  ///< TRACEPARENT in its environment; empty: none
  bool wants_displays = false;        ///< its result has `displays`
};

/// Makes a frame for the agent: {"execute":{"id":7,"code":"1+1"}}, or another verb, after its
/// length, with the members `traceparent` and `displays` if they are requested. Invalid UTF-8
/// becomes U+FFFD. Throws std::runtime_error if the text is too large for a frame.
[[nodiscard]] std::string encode_execute_frame(const ExecuteFrame& program);

/// From the agent, once, when it is ready to execute: {"ready":{"python":"3.11.2"}}
struct ReadyFrame {
  std::string python_version;
};

/// From the agent, when a program has ended and its streams are flushed:
/// {"result":{"id":7,"ok":true,"value":{…},"traceback":0}}
/// where value is {"kind":"nothing"}, {"kind":"none"}, {"kind":"text","text":1},
/// {"kind":"string","repr":3,"characters":1} or {"kind":"image","format":"png","base64":4}, this
/// one also with the `text`, or `repr` and `characters`, of an expression that was shown with it.
/// `displays` besides `traceback`, if there are some, is JSON: agent_shell.py describes it.
/// The numbers are lengths in bytes of texts, which follow the frame in the order of `Lengths`.
/// The texts need not be UTF-8.
struct ResultFrame {
  enum class ValueKind { nothing, none, text, string, image };
  /// Lengths of the texts; 0 for texts that the result does not have.
  struct Lengths {
    std::size_t base64 = 0;
    std::size_t text = 0;
    std::size_t repr = 0;
    std::size_t characters = 0;
    std::size_t traceback = 0;
    std::size_t displays = 0;
  };

  std::uint64_t id = 0;
  bool ok = false;
  ValueKind value_kind = ValueKind::nothing;
  ValueKind with_image = ValueKind::nothing;  ///< nothing, text or string
  std::string format;                         ///< of an image
  Lengths lengths;                            ///< together at most kMaxResultBytes
};

using AgentFrame = std::variant<ReadyFrame, ResultFrame>;

/// The length that a frame's first kFrameHeaderBytes bytes announce.
[[nodiscard]] std::size_t announced_length(std::string_view header);

/// Returns nullopt when the payload is not a frame as described above.
[[nodiscard]] std::optional<AgentFrame> decode_agent_frame(std::string_view payload);

}  // namespace dynsessions::sandbox
