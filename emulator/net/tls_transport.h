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
  TlsContext(const std::string& certificate_chain, const std::string& private_key);

  [[nodiscard]] boost::asio::ssl::context& get() { return context_; }

 private:
  boost::asio::ssl::context context_;
};

/// A connection whose bytes are encrypted once open() has found the client ready for it. Until
/// then nothing was sent, and a client that spoke plain HTTP can be answered in the same.
class TlsTransport final : public Transport {
 public:
  TlsTransport(boost::asio::ip::tcp::socket socket, TlsContext& context)
      : Transport(std::move(socket)), tls_(stream(), context.get()) {}

  [[nodiscard]] const char* scheme() const override { return "https"; }
  boost::asio::awaitable<Opening> open() override;
  boost::asio::awaitable<Transferred> read_some(boost::asio::mutable_buffer into) override;
  boost::asio::awaitable<Transferred> write(
      std::span<const boost::asio::const_buffer> bytes) override;
  [[nodiscard]] UniqueFd duplicate_socket() override { return UniqueFd(); }
  /// Waits for the client to say the same, or to close, within the deadline.
  boost::asio::awaitable<void> finish_sending() override;

 private:
  boost::asio::ssl::stream<boost::beast::tcp_stream&> tls_;
  bool encrypted_ = false;
};

}  // namespace dynsessions::net
