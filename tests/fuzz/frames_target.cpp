// The frames that an agent sends on the control socket: sandbox/agents/python/agent_frames.h.
//
// Input: a byte that is ignored, whether the rest is one frame without its length (odd), then the
// stream.

#include <algorithm>
#include <string>

#include "emulator/base/utf8.h"
#include "sandbox/agents/python/agent_frames.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/property.h"

namespace dynsessions::fuzz {
namespace {

void check_result(const sandbox::ResultFrame& result) {
  using Kind = sandbox::ResultFrame::ValueKind;
  const auto& [base64, text, repr, characters, traceback, displays] = result.lengths;
  require(base64 + text + repr + characters + traceback + displays <= sandbox::kMaxResultBytes,
          "texts are bounded together");
  require(is_valid_utf8(result.format), "a format is UTF-8");
  const bool is_image = result.value_kind == Kind::image;
  require(is_image || (base64 == 0 && result.with_image == Kind::nothing),
          "only an image has a content, and an expression with it");
  const bool is_text = result.value_kind == Kind::text || result.with_image == Kind::text;
  require(is_text || text == 0, "only a text has a text");
  const bool is_string = result.value_kind == Kind::string || result.with_image == Kind::string;
  require(is_string || (repr == 0 && characters == 0), "only a string has characters");
}

void check_payload(std::string_view payload) {
  const auto frame = sandbox::decode_agent_frame(payload);
  if (!frame) return;
  if (const auto* ready = std::get_if<sandbox::ReadyFrame>(&*frame)) {
    require(is_valid_utf8(ready->python_version), "a version is UTF-8");
    return;
  }
  check_result(std::get<sandbox::ResultFrame>(*frame));
}

/// The request must be one valid frame, whatever the code is.
void check_execute_frame(std::string_view code) {
  const std::string frame = sandbox::encode_execute_frame({7, code});
  require(sandbox::announced_length(frame) == frame.size() - sandbox::kFrameHeaderBytes,
          "an execute frame is one frame");
  require(is_valid_utf8(std::string_view(frame).substr(sandbox::kFrameHeaderBytes)),
          "an execute frame is UTF-8");
}

/// The frames of a stream, each without its texts, as the server reads them.
void check_stream(std::string_view bytes) {
  while (bytes.size() >= sandbox::kFrameHeaderBytes) {
    const std::size_t size = sandbox::announced_length(bytes);
    bytes.remove_prefix(sandbox::kFrameHeaderBytes);
    if (size > std::min(bytes.size(), sandbox::kMaxFrameBytes)) return;
    check_payload(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
}

void check(Input input) {
  (void)input.byte();  // formerly a seed; files of the corpus contain it
  if (input.byte() % 2 == 1) {
    check_payload(input.rest());
    check_execute_frame(input.rest());
    return;
  }
  check_stream(input.rest());
}

}  // namespace
}  // namespace dynsessions::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dynsessions::fuzz::check({data, size});
  return 0;
}
