#pragma once

#include <string>

namespace dynsessions::auth {

/// Returns a secret of 256 random bits in base64url. Throws tls::OpensslError if this
/// machine has no randomness.
[[nodiscard]] std::string random_token();

/// Whether both texts are equal; how long that takes depends on their lengths only.
[[nodiscard]] bool same_secret(const std::string& left, const std::string& right);

}  // namespace dynsessions::auth
