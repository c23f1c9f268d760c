#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dynsessions::auth {

/// The alphabet of web tokens: base64 with `-` and `_`, without padding (RFC 4648 section 5, as
/// RFC 7515 section 2 uses it).
[[nodiscard]] std::string encode_base64url(std::string_view bytes);

/// Returns nullopt for any other text, including padded text.
[[nodiscard]] std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace dynsessions::auth
