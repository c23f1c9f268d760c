#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dynsessions::fuzz {

/// The bytes of one run, taken from the front. After the end it returns zeros and empty texts.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {}

  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }

  std::string_view take(std::size_t count) {
    const std::string_view taken = rest_.substr(0, std::min(count, rest_.size()));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  /// Returns the text up to the next line feed, and removes the line feed as well.
  std::string_view line() {
    const std::string_view taken = take(std::min(rest_.find('\n'), rest_.size()));
    take(1);
    return taken;
  }

  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

/// Sizes of pieces to cut a stream into, drawn again from the same seed: mostly at most 16 bytes,
/// so that pieces end in every state of a parser.
class PieceSizes {
 public:
  explicit PieceSizes(std::uint8_t seed) : state_(seed | 0x100U) {}

  std::size_t next() {
    state_ = state_ * 1'103'515'245U + 12'345U;
    const std::uint32_t random = state_ >> 16;
    return 1 + (random % 8 == 0 ? random % 512 : random % 16);
  }

 private:
  std::uint32_t state_;
};

}  // namespace dynsessions::fuzz
