#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dynsessions {

/// The bytes behind standard base64 with its padding (RFC 4648 section 4); nothing when the text is
/// anything else.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace dynsessions
