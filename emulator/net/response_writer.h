#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/system/error_code.hpp>

#include "emulator/base/event.h"
#include "emulator/http/framing.h"
#include "emulator/http/message.h"
#include "emulator/net/limits.h"
#include "emulator/net/transport.h"

namespace dynsessions::net {

/// The request and the state of its connection, as far as they determine the form of the answer.
struct ResponseContext {
  http::Version version = http::Version::http_1_1;
  bool head_only = false;   ///< the method was HEAD
  bool keep_alive = false;  ///< another request can follow; otherwise `Connection: close`
};

/// Writes answers to one connection.
///
/// A text goes out in one write together with its head. A file is read on the file pool and sent in
/// pieces of 256 KiB, so that memory use stays flat and the event loop never waits for a disk.
/// Without TLS, a large file goes from its pages to the socket by sendfile(2), also on the file
/// pool. If the socket is full, a piece is read, and its write waits for the client within its
/// deadline. A stream (http::BodySource) is asked for its next piece when the kernel has taken the
/// previous one. It is cancelled when the client closes its side of the connection; a client that
/// still wants to read should not do this. Each write has a separate deadline. The writer sets the
/// header fields `Content-Length`, `Transfer-Encoding` and `Connection`; handlers must not set
/// them.
class ResponseWriter {
 public:
  ResponseWriter(Transport& transport, boost::asio::thread_pool& file_pool,
                 const ServerLimits& limits);

  /// After an error the connection is unusable: the client does not read, has gone, or has received
  /// a part of a file that was shorter than promised. Throws std::logic_error, and sends nothing,
  /// if the response has a header field that a handler must not set.
  ///
  /// `body_bytes` is set to the number of body bytes that the kernel took.
  boost::asio::awaitable<boost::system::error_code> write(http::Response response,
                                                          ResponseContext context,
                                                          std::uint64_t& body_bytes);

  /// Called when the server drains: ends an endless stream that is being written, and later ones.
  void finish_soon();

 private:
  struct Stream;

  boost::asio::awaitable<boost::system::error_code> write_file(std::string head,
                                                               http::FileBody file, bool chunked);
  boost::asio::awaitable<boost::system::error_code> write_stream(std::string head,
                                                                 http::StreamBody body,
                                                                 bool chunked);
  boost::asio::awaitable<void> pump(Stream& stream);
  boost::asio::awaitable<void> until_must_end(const Stream& stream);
  boost::asio::awaitable<boost::system::error_code> write_piece(std::string head,
                                                                std::string_view data,
                                                                std::string_view tail);

  Transport& transport_;
  boost::asio::thread_pool& file_pool_;
  const ServerLimits& limits_;
  std::uint64_t body_bytes_ = 0;  ///< bytes of the current answer
  bool draining_ = false;
  Event drain_began_;
};

/// Whether the end of the connection marks the end of the answer's body.
[[nodiscard]] bool ends_with_connection(const http::Response& response,
                                        const ResponseContext& context);

}  // namespace dynsessions::net
