#pragma once

#include <optional>
#include <string>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "emulator/net/transport.h"

namespace dynsessions::net {

/// The certificate authorities that a client trusts, shared by its connections.
class TlsTrust {
 public:
  /// Trusts only the authorities in `ca_file` (PEM). If it is empty, trusts those of the machine,
  /// which SSL_CERT_FILE and SSL_CERT_DIR replace. Throws boost::system::system_error for an
  /// unusable file.
  explicit TlsTrust(const std::string& ca_file);

  [[nodiscard]] boost::asio::ssl::context& get() { return context_; }

 private:
  boost::asio::ssl::context context_;
};

/// The client's end of a TLS connection. handshake() comes before every read and write. A read and
/// a write can be pending at the same time.
class TlsClientTransport final : public Transport {
 public:
  /// The certificate must be valid for `host`, a name or an address.
  TlsClientTransport(boost::asio::ip::tcp::socket socket, TlsTrust& trust, std::string host);

  /// Returns the reason of a failure: why the certificate is not trusted, or the error of TLS.
  boost::asio::awaitable<std::optional<std::string>> handshake();

  [[nodiscard]] const char* scheme() const override { return "https"; }
  boost::asio::awaitable<Transferred> read_some(boost::asio::mutable_buffer into) override;
  boost::asio::awaitable<Transferred> write(
      std::span<const boost::asio::const_buffer> bytes) override;
  [[nodiscard]] UniqueFd duplicate_socket() override { return UniqueFd(); }

 private:
  [[nodiscard]] bool expect_host();

  const std::string host_;
  boost::asio::ssl::stream<boost::beast::tcp_stream&> tls_;
};

}  // namespace dynsessions::net
