#pragma once

#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "emulator/net/tls_transport.h"
#include "emulator/tls/openssl.h"
#include "tests/unit/net/raw_client.h"

namespace dynsessions::net {

/// A server's side of TLS with a certificate that nobody needs to trust.
[[nodiscard]] TlsContext throw_away_context();

/// What a client offers; the defaults are those of an ordinary one.
struct TlsOffer {
  int lowest_version = TLS1_2_VERSION;
  int highest_version = TLS1_3_VERSION;
  std::vector<std::string> protocols;  ///< ALPN
};

/// A RawClient whose bytes go through TLS. It believes every certificate: who is to be trusted is
/// tested in tests/unit/tls and over HTTP. A failed handshake is an exception with its reason.
class TlsClient final : public RawClient {
 public:
  explicit TlsClient(std::uint16_t port, const TlsOffer& offer = {});
  ~TlsClient() override;

  using RawClient::fd;  ///< for what is to reach the server past TLS

  [[nodiscard]] std::string version() const;   ///< "TLSv1.3"
  [[nodiscard]] std::string protocol() const;  ///< agreed on with ALPN; empty: none
  /// The server has said that nothing follows: the end that was read is no truncation.
  [[nodiscard]] bool was_told_the_end() const;

 private:
  ssize_t put(std::string_view bytes) override;
  ssize_t get(std::span<char> into) override;

  tls::Owned<SSL_CTX, SSL_CTX_free> context_;
  tls::Owned<SSL, SSL_free> tls_;
};

}  // namespace dynsessions::net
