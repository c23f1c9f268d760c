#include "emulator/auth/random_token.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "emulator/auth/base64url.h"
#include "emulator/tls/openssl.h"

namespace dynsessions::auth {

std::string random_token() {
  std::string bytes(32, '\0');
  const int made = ::RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), int(bytes.size()));
  tls::require(made, "random bytes");
  return encode_base64url(bytes);
}

bool same_secret(const std::string& left, const std::string& right) {
  return left.size() == right.size() &&
         ::CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace dynsessions::auth
