#pragma once

#include <chrono>
#include <span>
#include <string>
#include <tuple>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/system/error_code.hpp>

#include "sandbox/base/unique_fd.h"

namespace dynsessions::net {

/// The first byte of every TLS connection: the type of a handshake record. No HTTP request begins
/// with it.
inline constexpr char kTlsHandshake = 0x16;

/// The result of opening a connection.
enum class Opening {
  ready,          ///< requests can be read
  not_encrypted,  ///< plain HTTP on a TLS port: the client can get an unencrypted answer
  lost,           ///< the client has gone, was too slow, or supports no encryption that we accept
};

/// The result of a read or a write.
using Transferred = std::tuple<boost::system::error_code, std::size_t>;

/// The bytes of one connection: this class sends them in plain TCP, TlsTransport encrypts them.
/// Owned by a Connection; event-loop thread only; one operation at a time. It returns Asio's own
/// awaitables, so that the seam costs a virtual call and no additional coroutine.
class Transport {
 public:
  explicit Transport(boost::asio::ip::tcp::socket socket) : stream_(std::move(socket)) {}
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// The scheme of URLs that lead to this connection.
  [[nodiscard]] virtual const char* scheme() const { return "http"; }

  /// Opens the connection. Await it once, before any read or write.
  virtual boost::asio::awaitable<Opening> open();

  virtual boost::asio::awaitable<Transferred> read_some(boost::asio::mutable_buffer into);

  /// Writes all bytes. The sequence and its bytes must stay valid until the end.
  virtual boost::asio::awaitable<Transferred> write(
      std::span<const boost::asio::const_buffer> bytes);

  /// Returns a duplicate of the socket for direct I/O; empty under TLS. It is a duplicate so that
  /// its number stays valid when close() closes the original.
  [[nodiscard]] virtual UniqueFd duplicate_socket();

  /// Shuts down the sending side. Errors of a client that has already left are ignored.
  virtual boost::asio::awaitable<void> finish_sending();

  /// Reads and drops bytes without decrypting them; used after finish_sending().
  boost::asio::awaitable<Transferred> discard_some(boost::asio::mutable_buffer into) {
    return Transport::read_some(into);
  }

  /// Waits until the client has closed its side or the connection has broken. Reads nothing, so it
  /// can be pending together with a read or a write. A client that has only closed its sending side
  /// counts as gone, because TCP does not distinguish the two.
  boost::asio::awaitable<void> until_client_leaves();

  [[nodiscard]] boost::asio::any_io_executor executor() { return stream_.get_executor(); }

  /// The address and port of the client; empty if it has gone.
  [[nodiscard]] std::string peer() const;
  /// The address of the client without the port.
  [[nodiscard]] std::string peer_address() const;

  /// Sets the deadline of all later operations; once it passes, the connection is closed.
  void expires_after(std::chrono::steady_clock::duration time) { stream_.expires_after(time); }

  /// Closes at once; pending operations end with an error.
  void close() { stream_.close(); }
  /// Like close(), but the client sees a connection reset.
  void reset();
  [[nodiscard]] bool is_open() const { return stream_.socket().is_open(); }

  /// Whether bytes, the peer's end or an error have arrived and have not been read yet.
  [[nodiscard]] bool has_input();

 protected:
  [[nodiscard]] boost::beast::tcp_stream& stream() { return stream_; }

 private:
  boost::beast::tcp_stream stream_;
};

}  // namespace dynsessions::net
