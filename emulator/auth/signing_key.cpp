#include "emulator/auth/signing_key.h"

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "emulator/auth/base64url.h"

namespace dynsessions::auth {
namespace {

using tls::OpensslError;
using tls::require;
using DigestContext = tls::Owned<EVP_MD_CTX, EVP_MD_CTX_free>;

constexpr unsigned kBits = 2048;

std::string_view as_text(const std::vector<unsigned char>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// A number of the public key, big-endian without leading zeros (RFC 7518 section 6.3.1).
std::string encoded_number(const EVP_PKEY* key, const char* name) {
  BIGNUM* found = nullptr;
  require(EVP_PKEY_get_bn_param(key, name, &found), "public key");
  const tls::OwnedBignum number(found);
  std::vector<unsigned char> bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
  BN_bn2bin(number.get(), bytes.data());
  return encode_base64url(as_text(bytes));
}

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  require(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr),
          "digest");
  return {reinterpret_cast<const char*>(digest.data()), size};
}

DigestContext new_context() { return DigestContext(require(EVP_MD_CTX_new(), "signature")); }

}  // namespace

SigningKey::SigningKey(tls::OwnedKey key)
    : key_(std::move(key)),
      modulus_(encoded_number(key_.get(), OSSL_PKEY_PARAM_RSA_N)),
      exponent_(encoded_number(key_.get(), OSSL_PKEY_PARAM_RSA_E)),
      id_(encode_base64url(
          sha256(R"({"e":")" + exponent_ + R"(","kty":"RSA","n":")" + modulus_ + R"("})"))) {}

SigningKey SigningKey::make() {
  return SigningKey(tls::OwnedKey(require(EVP_RSA_gen(kBits), "cannot make a key")));
}

std::optional<SigningKey> SigningKey::from_pem(std::string_view pem) {
  const tls::OwnedBio source(
      require(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), "PEM"));
  tls::OwnedKey key(PEM_read_bio_PrivateKey(source.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (!key || EVP_PKEY_is_a(key.get(), "RSA") != 1) return std::nullopt;
  return SigningKey(std::move(key));
}

std::string SigningKey::pem() const {
  const tls::OwnedBio memory(require(BIO_new(BIO_s_mem()), "PEM"));
  require(PEM_write_bio_PrivateKey(memory.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr),
          "PEM");
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string SigningKey::sign(std::string_view payload) const {
  const std::string header = R"({"typ":"JWT","alg":"RS256","kid":")" + id_ + R"("})";
  const std::string signed_text = encode_base64url(header) + '.' + encode_base64url(payload);
  const DigestContext context = new_context();
  require(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()), "sign");
  std::size_t size = 0;
  require(EVP_DigestSign(context.get(), nullptr, &size, bytes_of(signed_text), signed_text.size()),
          "sign");
  std::vector<unsigned char> signature(size);
  require(EVP_DigestSign(context.get(), signature.data(), &size, bytes_of(signed_text),
                         signed_text.size()),
          "sign");
  signature.resize(size);
  return signed_text + '.' + encode_base64url(as_text(signature));
}

bool SigningKey::has_signed(std::string_view token) const {
  const std::size_t dot = token.rfind('.');
  if (dot == std::string_view::npos) return false;
  const auto signature = decode_base64url(token.substr(dot + 1));
  const std::string_view signed_text = token.substr(0, dot);
  if (!signature) return false;
  const DigestContext context = new_context();
  require(EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()),
          "verify");
  const int outcome = EVP_DigestVerify(context.get(), bytes_of(*signature), signature->size(),
                                       bytes_of(signed_text), signed_text.size());
  ERR_clear_error();
  return outcome == 1;
}

}  // namespace dynsessions::auth
