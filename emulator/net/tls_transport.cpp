#include "emulator/net/tls_transport.h"

#include <array>
#include <string_view>
#include <utility>

#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "emulator/base/spdlog.h"
#include "emulator/net/as_result.h"

namespace dynsessions::net {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

/// Usually enough for a whole client hello.
constexpr std::size_t kHelloPiece = std::size_t{4} * 1024;

/// A client that names protocols must name HTTP/1.1 (RFC 7301 section 3.2); a client that supports
/// only HTTP/2 is refused at once.
int agree_on_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                      const unsigned char* offered, unsigned int offered_size, void*) {
  static constexpr std::string_view kHttp11 = "http/1.1";
  std::string_view rest(reinterpret_cast<const char*>(offered), offered_size);
  while (!rest.empty()) {
    const auto size = static_cast<unsigned char>(rest.front());
    const std::string_view name = rest.substr(1, size);
    if (name == kHttp11) {
      *chosen = reinterpret_cast<const unsigned char*>(name.data());
      *chosen_size = size;
      return SSL_TLSEXT_ERR_OK;
    }
    rest.remove_prefix(1 + name.size());
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// The alerts of clients that do not trust a certificate (RFC 8446 section 6.2): OpenSSL sends the
/// first, Java and browsers the second, Go the third.
bool is_refusal_of_certificate(const error_code& error) {
  if (error.category() != asio::error::get_ssl_category()) return false;
  const int reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
  return reason == SSL_R_TLSV1_ALERT_UNKNOWN_CA ||
         reason == SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN ||
         reason == SSL_R_SSLV3_ALERT_BAD_CERTIFICATE;
}

}  // namespace

TlsContext::TlsContext(const std::string& certificate_chain, const std::string& private_key,
                       std::string how_to_trust)
    : context_(asio::ssl::context::tls_server), how_to_trust_(std::move(how_to_trust)) {
  context_.use_certificate_chain(asio::buffer(certificate_chain));
  context_.use_private_key(asio::buffer(private_key), asio::ssl::context::pem);
  SSL_CTX* const native = context_.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_alpn_select_cb(native, agree_on_protocol, nullptr);
}

void TlsContext::warn_of_refusal(const std::string& client, const std::string& alert) {
  if (std::exchange(has_warned_, true)) return;
  spdlog::warn("{} does not trust the certificate of the HTTPS port ({}): {}", client, alert,
               how_to_trust_);
}

asio::awaitable<Opening> TlsTransport::open() {
  // Reads the first bytes before the handshake, to check whether the client uses TLS.
  std::array<char, kHelloPiece> hello;
  const auto [lost, size] = co_await Transport::read_some(asio::buffer(hello));
  if (lost) co_return Opening::lost;
  if (hello.front() != kTlsHandshake) co_return Opening::not_encrypted;
  const auto received = asio::buffer(hello, size);
  const auto [failed, used] =
      co_await tls_.async_handshake(asio::ssl::stream_base::server, received, kAsResult);
  if (failed) {
    if (is_refusal_of_certificate(failed)) context_.warn_of_refusal(peer(), failed.message());
    spdlog::debug("TLS handshake failed: {}", failed.message());
    co_return Opening::lost;
  }
  encrypted_ = true;
  co_return Opening::ready;
}

asio::awaitable<Transferred> TlsTransport::read_some(asio::mutable_buffer into) {
  return encrypted_ ? tls_.async_read_some(into, kAsResult) : Transport::read_some(into);
}

asio::awaitable<Transferred> TlsTransport::write(std::span<const asio::const_buffer> bytes) {
  return encrypted_ ? asio::async_write(tls_, bytes, kAsResult) : Transport::write(bytes);
}

asio::awaitable<void> TlsTransport::finish_sending() {
  // Ignores an error: the client has gone or still sends, so it cannot be told.
  if (encrypted_) co_await tls_.async_shutdown(kAsResult);
  co_await Transport::finish_sending();
}

}  // namespace dynsessions::net
