#pragma once

#include <string>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "emulator/net/transport.h"

namespace dynsessions::net {

/// What every TLS connection of a server shares: TLS 1.2 and 1.3, a certificate, and HTTP/1.1 as
/// the one protocol that is agreed on (ALPN). Outlives the connections.
class TlsContext {
 public:
  /// Both in PEM. Throws boost::system::system_error when they are none or do not belong together.
  /// `how_to_trust` is for the log: what makes a client trust the certificate.
  TlsContext(const std::string& certificate_chain, const std::string& private_key,
             std::string how_to_trust = "trust its authority");

  [[nodiscard]] boost::asio::ssl::context& get() { return context_; }

  /// Warns, once, that a client refused the certificate; `alert` is the client's reason. A client
  /// that does not trust it repeats its request, and shows its user little.
  void warn_of_refusal(const std::string& client, const std::string& alert);

 private:
  boost::asio::ssl::context context_;
  std::string how_to_trust_;
  bool has_warned_ = false;
};

/// A connection whose bytes are encrypted once open() has found the client ready for it. Until
/// then nothing was sent, and a client that spoke plain HTTP can be answered in the same.
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
  /// Waits for the client to say the same, or to close, within the deadline.
  boost::asio::awaitable<void> finish_sending() override;

 private:
  TlsContext& context_;
  boost::asio::ssl::stream<boost::beast::tcp_stream&> tls_;
  bool encrypted_ = false;
};

}  // namespace dynsessions::net
