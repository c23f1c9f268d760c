#include "emulator/tls/openssl.h"

#include <array>

#include <openssl/err.h>

namespace dynsessions::tls {
namespace {

std::string latest_reason() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_peek_last_error(), text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

}  // namespace

OpensslError::OpensslError(const std::string& what)
    : std::runtime_error(what + ": " + latest_reason()) {}

void require(int outcome, const char* what) {
  if (outcome != 1) throw OpensslError(what);
}

}  // namespace dynsessions::tls
