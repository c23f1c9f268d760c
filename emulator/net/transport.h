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

/// The first byte of every TLS connection: a record that carries a handshake. No request begins
/// with it.
inline constexpr char kTlsHandshake = 0x16;

/// How a connection began.
enum class Opening {
  ready,          ///< requests may be read
  not_encrypted,  ///< no TLS where TLS is spoken: the client can be told so, in the clear
  lost,           ///< the client has gone, was too slow, or knows no encryption that we accept
};

/// What a read or a write came to.
using Transferred = std::tuple<boost::system::error_code, std::size_t>;

/// The bytes of one connection: this class as TCP has them, TlsTransport encrypted. Owned by a
/// Connection; event-loop thread only; one operation at a time. The awaitables are the ones that
/// Asio makes, so that the seam costs a virtual call and no coroutine of its own.
class Transport {
 public:
  explicit Transport(boost::asio::ip::tcp::socket socket) : stream_(std::move(socket)) {}
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// Of the URLs that lead here.
  [[nodiscard]] virtual const char* scheme() const { return "http"; }

  /// To be awaited once, before anything else is read or written.
  virtual boost::asio::awaitable<Opening> open();

  virtual boost::asio::awaitable<Transferred> read_some(boost::asio::mutable_buffer into);

  /// Writes all of it. The sequence and its bytes stay where they are until the end.
  virtual boost::asio::awaitable<Transferred> write(
      std::span<const boost::asio::const_buffer> bytes);

  /// The socket once more, for whoever may use it past this class; nothing where bytes have to
  /// be encrypted. Its own, so that close() cannot make the number somebody else's meanwhile.
  [[nodiscard]] virtual UniqueFd duplicate_socket();

  /// Tells the client that nothing follows; of a client that has gone nothing is heard here.
  virtual boost::asio::awaitable<void> finish_sending();

  /// Reads bytes that nobody wants, and does not decrypt them; of use after finish_sending().
  boost::asio::awaitable<Transferred> discard_some(boost::asio::mutable_buffer into) {
    return Transport::read_some(into);
  }

  /// Until the client has closed its side, or the connection has broken. Reads nothing, so it can
  /// be awaited while a read or a write is. A client that sends no more counts as one that has
  /// left: TCP does not tell them apart.
  boost::asio::awaitable<void> until_client_leaves();

  [[nodiscard]] boost::asio::any_io_executor executor() { return stream_.get_executor(); }

  /// The address and port of the client; empty if it has gone.
  [[nodiscard]] std::string peer() const;
  /// The address only.
  [[nodiscard]] std::string peer_address() const;

  /// The deadline of all that is awaited from now on; once it passes, the connection is closed.
  void expires_after(std::chrono::steady_clock::duration time) { stream_.expires_after(time); }

  /// At once: what is being awaited ends with an error.
  void close() { stream_.close(); }
  /// Like close(), but the client sees a reset connection.
  void reset();
  [[nodiscard]] bool is_open() const { return stream_.socket().is_open(); }

  /// Whether bytes, the peer's end or an error have arrived and were not read yet.
  [[nodiscard]] bool has_input();

 protected:
  [[nodiscard]] boost::beast::tcp_stream& stream() { return stream_; }

 private:
  boost::beast::tcp_stream stream_;
};

}  // namespace dynsessions::net
