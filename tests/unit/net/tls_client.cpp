#include "tests/unit/net/tls_client.h"

#include <cerrno>

#include "emulator/tls/identity.h"

namespace dynsessions::net {

TlsContext throw_away_context() {
  const auto now = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1);
  const auto authority = tls::Identity::make_authority({"localhost"}, now);
  const auto server = authority.issue(*tls::parse_names("localhost"), now);
  return {server.certificate_pem(), server.key_pem()};
}

TlsClient::TlsClient(std::uint16_t port, const TlsOffer& offer)
    : RawClient(port), context_(SSL_CTX_new(TLS_client_method())) {
  SSL_CTX_set_security_level(context_.get(), 0);  // otherwise OpenSSL would not offer TLS 1.1
  SSL_CTX_set_min_proto_version(context_.get(), offer.lowest_version);
  SSL_CTX_set_max_proto_version(context_.get(), offer.highest_version);
  tls_.reset(SSL_new(context_.get()));
  std::string protocols;
  for (const std::string& protocol : offer.protocols) {
    protocols += static_cast<char>(protocol.size());
    protocols += protocol;
  }
  SSL_set_alpn_protos(tls_.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                      static_cast<unsigned>(protocols.size()));
  SSL_set_fd(tls_.get(), fd());
  if (SSL_connect(tls_.get()) != 1) throw tls::OpensslError("TLS handshake");
}

TlsClient::~TlsClient() = default;

std::string TlsClient::version() const { return SSL_get_version(tls_.get()); }

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(tls_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

bool TlsClient::received_close_notify() const {
  return (SSL_get_shutdown(tls_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

ssize_t TlsClient::put(std::string_view bytes) {
  std::size_t count = 0;
  errno = 0;
  if (SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &count) == 1) {
    return static_cast<ssize_t>(count);
  }
  if (errno == 0) errno = EPIPE;
  return -1;
}

/// An end without close_notify counts as an end, as for RawClient; received_close_notify()
/// distinguishes the two.
ssize_t TlsClient::get(std::span<char> into) {
  std::size_t count = 0;
  errno = 0;
  if (SSL_read_ex(tls_.get(), into.data(), into.size(), &count) == 1) {
    return static_cast<ssize_t>(count);
  }
  return errno == EAGAIN ? -1 : 0;
}

}  // namespace dynsessions::net
