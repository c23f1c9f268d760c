#include "emulator/net/client/tls_client_transport.h"

#include <utility>

#include <boost/asio/write.hpp>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "emulator/net/as_result.h"

namespace dynsessions::net {
namespace asio = boost::asio;

namespace {

/// HTTP/1.1 as the only protocol that the client offers (ALPN); the first byte is the length.
constexpr unsigned char kProtocols[] = "\x08http/1.1";

}  // namespace

TlsTrust::TlsTrust(const std::string& ca_file) : context_(asio::ssl::context::tls_client) {
  if (ca_file.empty()) {
    context_.set_default_verify_paths();
  } else {
    context_.load_verify_file(ca_file);
  }
  context_.set_verify_mode(asio::ssl::verify_peer);
  SSL_CTX* const native = context_.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_alpn_protos(native, kProtocols, sizeof kProtocols - 1);
}

TlsClientTransport::TlsClientTransport(asio::ip::tcp::socket socket, TlsTrust& trust,
                                       std::string host)
    : Transport(std::move(socket)), host_(std::move(host)), tls_(stream(), trust.get()) {}

/// Server name indication is for names only (RFC 6066 section 3).
bool TlsClientTransport::expect_host() {
  SSL* const native = tls_.native_handle();
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(native), host_.c_str()) == 1) return true;
  // SSL_set_tlsext_host_name without the old-style cast of that macro.
  void* const name = const_cast<char*>(host_.c_str());
  const long named =
      SSL_ctrl(native, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name);
  return named == 1 && SSL_set1_host(native, host_.c_str()) == 1;
}

asio::awaitable<std::optional<std::string>> TlsClientTransport::handshake() {
  if (!expect_host()) co_return "the host name cannot be used in TLS";
  const auto [error] = co_await tls_.async_handshake(asio::ssl::stream_base::client, kAsResult);
  if (!error) co_return std::nullopt;
  const long verified = SSL_get_verify_result(tls_.native_handle());
  if (verified == X509_V_OK) co_return error.message();
  co_return std::string("the certificate is not trusted: ") +
      X509_verify_cert_error_string(verified);
}

asio::awaitable<Transferred> TlsClientTransport::read_some(asio::mutable_buffer into) {
  return tls_.async_read_some(into, kAsResult);
}

asio::awaitable<Transferred> TlsClientTransport::write(std::span<const asio::const_buffer> bytes) {
  return asio::async_write(tls_, bytes, kAsResult);
}

}  // namespace dynsessions::net
