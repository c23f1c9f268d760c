// The agent's end of the control socket: sandbox/agents/python/agent_frames.h.
//
// Input: a seed for the pieces, whether one frame is put around the rest (odd), then the stream.

#include <stdexcept>
#include <string>
#include <vector>

#include "emulator/base/utf8.h"
#include "sandbox/agents/python/agent_frames.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/property.h"

namespace dynsessions::fuzz {
namespace {

struct Stream {
  std::vector<std::string> payloads;
  bool broken = false;
};

Stream cut(std::string_view bytes, PieceSizes* sizes) {
  Stream stream;
  sandbox::FrameReader reader;
  try {
    while (!bytes.empty()) {
      const std::size_t size = sizes == nullptr ? bytes.size() : sizes->next();
      reader.append(bytes.substr(0, size));
      bytes.remove_prefix(std::min(size, bytes.size()));
      while (auto payload = reader.next()) stream.payloads.push_back(*std::move(payload));
    }
  } catch (const std::runtime_error&) {
    stream.broken = true;
  }
  return stream;
}

void check_value(const sandbox::ResultValue& value) {
  using Kind = sandbox::ResultValue::ValueKind;
  require(is_valid_utf8(value.text) && is_valid_utf8(value.detail), "values are UTF-8");
  const bool has_text = value.value_kind != Kind::nothing && value.value_kind != Kind::none;
  require(has_text || value.text.empty(), "what is nothing has no text");
  const bool has_detail = value.value_kind == Kind::string || value.value_kind == Kind::image;
  require(has_detail || value.detail.empty(), "only strings and images have a detail");
}

void check_payload(std::string_view payload) {
  const auto frame = sandbox::decode_agent_frame(payload);
  if (!frame) return;
  if (const auto* ready = std::get_if<sandbox::ReadyFrame>(&*frame)) {
    require(is_valid_utf8(ready->python_version), "a version is UTF-8");
    return;
  }
  const auto& result = std::get<sandbox::ResultFrame>(*frame);
  require(is_valid_utf8(result.traceback), "a traceback is UTF-8");
  check_value(result);
  check_value(result.beside_image);
  using Kind = sandbox::ResultValue::ValueKind;
  require(result.value_kind == Kind::image || result.beside_image.value_kind == Kind::nothing,
          "only an image has something beside it");
}

/// What we send must come out of the same reader, as one frame, whatever the code is.
void check_execute_frame(std::string_view code) {
  const Stream stream = cut(sandbox::encode_execute_frame(7, code), nullptr);
  require(!stream.broken && stream.payloads.size() == 1, "an execute frame is one frame");
  require(is_valid_utf8(stream.payloads.front()), "an execute frame is UTF-8");
}

void check(Input input) {
  PieceSizes sizes(input.byte());
  if (input.byte() % 2 == 1) {
    check_payload(input.rest());
    check_execute_frame(input.rest());
    return;
  }
  const Stream whole = cut(input.rest(), nullptr);
  const Stream pieces = cut(input.rest(), &sizes);
  require(whole.broken == pieces.broken, "pieces do not matter to what is beyond repair");
  require(whole.payloads == pieces.payloads, "pieces do not matter to the frames");
  for (const std::string& payload : whole.payloads) check_payload(payload);
}

}  // namespace
}  // namespace dynsessions::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dynsessions::fuzz::check({data, size});
  return 0;
}
