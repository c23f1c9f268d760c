#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "emulator/tls/openssl.h"

namespace dynsessions::auth {

/// An RSA key of 2048 bits that signs web tokens with RS256 (RFC 7518 section 3.3). Immutable after
/// construction, so every thread can use it.
class SigningKey {
 public:
  /// Takes about a tenth of a second. Throws tls::OpensslError.
  [[nodiscard]] static SigningKey make();
  /// nullopt if the text is not the PEM of an RSA key.
  [[nodiscard]] static std::optional<SigningKey> from_pem(std::string_view pem);

  [[nodiscard]] std::string pem() const;

  /// Thumbprint of the public key (RFC 7638): the `kid` of its tokens.
  [[nodiscard]] const std::string& id() const { return id_; }
  /// `n` and `e` of the public key in base64url, for a JSON Web Key (RFC 7517).
  [[nodiscard]] const std::string& modulus() const { return modulus_; }
  [[nodiscard]] const std::string& exponent() const { return exponent_; }

  /// `header.payload.signature`; `payload` is the JSON of the claims. Throws tls::OpensslError.
  [[nodiscard]] std::string sign(std::string_view payload) const;
  /// Whether this key signed the token, whatever its header says.
  [[nodiscard]] bool has_signed(std::string_view token) const;

 private:
  explicit SigningKey(tls::OwnedKey key);

  tls::OwnedKey key_;
  std::string modulus_;
  std::string exponent_;
  std::string id_;
};

}  // namespace dynsessions::auth
