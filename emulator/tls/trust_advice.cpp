#include "emulator/tls/trust_advice.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace dynsessions::tls {
namespace {

/// Quotes a path as one word of a POSIX shell.
std::string quoted(const std::string& path) {
  const auto is_plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '/' || c == '.' || c == '_' || c == '-';
  };
  if (std::all_of(path.begin(), path.end(), is_plain)) return path;
  std::string word = "'";
  for (const char c : path) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

}  // namespace

std::string trust_advice(const std::filesystem::path& authority_file,
                         const std::filesystem::path& java_store) {
  return fmt::format(
      "{0}\n"
      "\n"
      "  Python   export REQUESTS_CA_BUNDLE={1} SSL_CERT_FILE={1}\n"
      "  Node     export NODE_EXTRA_CA_CERTS={1}\n"
      "  .NET     export SSL_CERT_FILE={1}\n"
      "  Java     export JAVA_TOOL_OPTIONS={2}\n"
      "  curl     curl --cacert {1}\n"
      "\n"
      "  The line for .NET is for Linux; it also works for Go, Ruby and others with OpenSSL.\n"
      "  NODE_EXTRA_CA_CERTS and the file for Java keep the public authorities; the other lines\n"
      "  replace them while they are set.\n",
      authority_file.string(), quoted(authority_file.string()),
      quoted("-Djavax.net.ssl.trustStore=\"" + java_store.string() +
             "\" -Djavax.net.ssl.trustStoreType=PKCS12"));
}

}  // namespace dynsessions::tls
