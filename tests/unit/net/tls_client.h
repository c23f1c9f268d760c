#pragma once

#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "emulator/net/tls_transport.h"
#include "emulator/tls/openssl.h"
#include "tests/unit/net/raw_client.h"

namespace dynsessions::net {

/// Returns the TLS context of a server with a certificate that no client needs to trust.
[[nodiscard]] TlsContext throw_away_context();

/// The client's offer; the defaults are those of an ordinary client.
struct TlsOffer {
  int lowest_version = TLS1_2_VERSION;
  int highest_version = TLS1_3_VERSION;
  std::vector<std::string> protocols;  ///< ALPN
};

/// A RawClient whose bytes go through TLS. It accepts every certificate: tests/unit/tls and tests
/// over HTTP check trust. A failed handshake is an exception with its reason.
class TlsClient final : public RawClient {
 public:
  explicit TlsClient(std::uint16_t port, const TlsOffer& offer = {});
  ~TlsClient() override;

  using RawClient::fd;  ///< lets tests bypass TLS

  [[nodiscard]] std::string version() const;   ///< "TLSv1.3"
  [[nodiscard]] std::string protocol() const;  ///< the protocol that ALPN selected; empty if none
  /// Whether the server has sent close_notify, so that the end is not a truncation.
  [[nodiscard]] bool received_close_notify() const;

 private:
  ssize_t put(std::string_view bytes) override;
  ssize_t get(std::span<char> into) override;

  tls::Owned<SSL_CTX, SSL_CTX_free> context_;
  tls::Owned<SSL, SSL_free> tls_;
};

}  // namespace dynsessions::net
