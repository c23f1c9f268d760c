#include "emulator/net/tls_transport.h"

#include <array>
#include <string_view>

#include <boost/asio/write.hpp>
#include <openssl/ssl.h>
#include <spdlog/spdlog.h>

#include "emulator/net/as_result.h"

namespace dynsessions::net {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

/// A whole client hello, as a rule.
constexpr std::size_t kHelloPiece = std::size_t{4} * 1024;

/// A client that names protocols must name ours (RFC 7301 section 3.2): one that would speak
/// HTTP/2 only is told at once.
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

}  // namespace

TlsContext::TlsContext(const std::string& certificate_chain, const std::string& private_key)
    : context_(asio::ssl::context::tls_server) {
  context_.use_certificate_chain(asio::buffer(certificate_chain));
  context_.use_private_key(asio::buffer(private_key), asio::ssl::context::pem);
  SSL_CTX* const native = context_.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_alpn_select_cb(native, agree_on_protocol, nullptr);
}

asio::awaitable<Opening> TlsTransport::open() {
  // The first bytes are read here and not by the handshake, to see whether they begin one.
  std::array<char, kHelloPiece> hello;
  const auto [lost, size] = co_await Transport::read_some(asio::buffer(hello));
  if (lost) co_return Opening::lost;
  if (hello.front() != kTlsHandshake) co_return Opening::not_encrypted;
  const auto received = asio::buffer(hello, size);
  const auto [failed, used] =
      co_await tls_.async_handshake(asio::ssl::stream_base::server, received, kAsResult);
  if (failed) {
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
  // An error is a client that has gone, or one that still sends: there is nobody to tell.
  if (encrypted_) co_await tls_.async_shutdown(kAsResult);
  co_await Transport::finish_sending();
}

}  // namespace dynsessions::net
