#include "emulator/control_plane_templates/unique_string.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace dynsessions::control_plane_templates {
namespace {

/// MurmurHash3 for 32-bit machines, cut to two of its four lanes, with the lanes' outputs swapped.
class TwoLaneHash {
 public:
  static std::uint64_t of(std::string_view text) {
    TwoLaneHash hash;
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) {
      hash.add_block(word(text, at), word(text, at + 4));
    }
    hash.first_ ^= mix_first(word(text, at));
    hash.second_ ^= mix_second(word(text, at + 4));
    return hash.finish(static_cast<std::uint32_t>(text.size()));
  }

 private:
  static constexpr std::uint32_t kFirst = 0x239b961b;
  static constexpr std::uint32_t kSecond = 0xab0e9789;

  /// Reads four bytes, the lowest first. Bytes after the end of the text are 0.
  static std::uint32_t word(std::string_view text, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4 && at + i < text.size(); ++i) {
      value |= std::uint32_t{static_cast<unsigned char>(text[at + i])} << (8 * i);
    }
    return value;
  }

  static std::uint32_t mix_first(std::uint32_t k) { return std::rotl(k * kFirst, 15) * kSecond; }
  static std::uint32_t mix_second(std::uint32_t k) { return std::rotl(k * kSecond, 17) * kFirst; }

  void add_block(std::uint32_t one, std::uint32_t two) {
    first_ = (std::rotl(first_ ^ mix_first(one), 19) + second_) * 5 + 0x561ccd1b;
    second_ = (std::rotl(second_ ^ mix_second(two), 13) + first_) * 5 + 0x0bcaa747;
  }

  static std::uint32_t avalanche(std::uint32_t h) {
    h = (h ^ (h >> 16)) * 0x85ebca6b;
    h = (h ^ (h >> 13)) * 0xc2b2ae35;
    return h ^ (h >> 16);
  }

  [[nodiscard]] std::uint64_t finish(std::uint32_t length) const {
    const std::uint32_t sum = (first_ ^ length) + (second_ ^ length);
    const std::uint32_t one = avalanche(sum);
    const std::uint32_t two = avalanche((second_ ^ length) + sum);
    const std::uint32_t low = one + two;
    return (std::uint64_t{two + low} << 32) | low;
  }

  std::uint32_t first_ = 0;
  std::uint32_t second_ = 0;
};

}  // namespace

std::string unique_string(std::string_view text) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  std::uint64_t hash = TwoLaneHash::of(text);
  std::string letters;
  for (int i = 0; i < 13; ++i, hash <<= 5) letters += kAlphabet[hash >> 59];
  return letters;
}

std::string stable_guid(const std::string& text) {
  const boost::uuids::uuid name_space =
      boost::uuids::string_generator()("11fb06fb-712d-4ddd-98c7-e71bbd588830");
  return boost::uuids::to_string(boost::uuids::name_generator_sha1(name_space)(text));
}

}  // namespace dynsessions::control_plane_templates
