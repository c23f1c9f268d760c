#pragma once

#include <string>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "emulator/net/transport.h"

namespace dynsessions::net {

/// The settings that all TLS connections of a server share: TLS 1.2 and 1.3, a certificate, and
/// HTTP/1.1 as the only protocol in ALPN. Outlives the connections.
class TlsContext {
 public:
  /// Both texts are PEM. Throws boost::system::system_error if one is invalid or they do not belong
  /// together. `how_to_trust` is logged: the cure for a client that does not trust the certificate.
  TlsContext(const std::string& certificate_chain, const std::string& private_key,
             std::string how_to_trust = "trust its authority");

  [[nodiscard]] boost::asio::ssl::context& get() { return context_; }

  /// Warns, once, that a client refused the certificate; `alert` is the client's reason. Such a
  /// client repeats its request and often shows no reason to its user.
  void warn_of_refusal(const std::string& client, const std::string& alert);

 private:
  boost::asio::ssl::context context_;
  std::string how_to_trust_;
  bool has_warned_ = false;
};

/// A TLS connection, encrypted once open() has completed the handshake. Until then nothing was
/// sent, so a client that uses plain HTTP can get an answer in plain HTTP.
class TlsTransport final : public Transport {
 public:
  TlsTransport(boost::asio::ip::tcp::socket socket, TlsContext& context)
      : Transport(std::move(socket)), context_(context), tls_(stream(), context.get()) {}

  [[nodiscard]] const char* scheme() const override { return "https"; }
  boost::asio::awaitable<Opening> open() override;
  boost::asio::awaitable<Transferred> read_some(boost::asio::mutable_buffer into) override;
  boost::asio::awaitable<Transferred> write(
      std::span<const boost::asio::const_buffer> bytes) override;
  [[nodiscard]] UniqueFd duplicate_socket() override { return UniqueFd(); }
  /// Waits within the deadline until the client also ends its side, or closes.
  boost::asio::awaitable<void> finish_sending() override;

 private:
  TlsContext& context_;
  boost::asio::ssl::stream<boost::beast::tcp_stream&> tls_;
  bool encrypted_ = false;
};

}  // namespace dynsessions::net
