#include "emulator/auth/base64url.h"

#include <algorithm>
#include <cstdint>

#include "emulator/base/base64.h"

namespace dynsessions::auth {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

std::string encode_base64url(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char byte : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(byte);
    for (count += 8; count >= 6; count -= 6) text += kAlphabet[(bits >> (count - 6)) & 0x3F];
  }
  if (count > 0) text += kAlphabet[(bits << (6 - count)) & 0x3F];
  return text;
}

std::optional<std::string> decode_base64url(std::string_view text) {
  if (text.find_first_not_of(kAlphabet) != std::string_view::npos) return std::nullopt;
  std::string standard(text);
  std::replace(standard.begin(), standard.end(), '-', '+');
  std::replace(standard.begin(), standard.end(), '_', '/');
  standard.append((4 - standard.size() % 4) % 4, '=');
  return decode_base64(standard);
}

}  // namespace dynsessions::auth
