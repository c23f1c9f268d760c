#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dynsessions {

/// Decodes standard base64 with its padding (RFC 4648 section 4). Returns nullopt for any other
/// text.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace dynsessions
