#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "emulator/base/result.h"
#include "emulator/http/message.h"
#include "emulator/net/limits.h"
#include "emulator/net/request_head.h"
#include "emulator/net/transport.h"

namespace dynsessions::net {

/// The body of the request whose head `parser` has read. It is read from the connection at the
/// handler's pace. Lives as long as the request; borrows everything from its connection.
///
/// A body with a known length goes from the socket directly to the handler's memory, also by
/// read_arrived() once `buffer` holds none of it any more. A chunked body goes through `buffer` and
/// Beast's parser. Memory use stays flat: `buffer` has a maximum, and each chunk header with its
/// extensions, and all trailers together, must fit in it (Beast alone would collect them without a
/// limit). Trailers are dropped.
class BodyStream final : public http::BodyReader {
 public:
  BodyStream(Transport& transport, boost::beast::flat_buffer& buffer, RequestParser& parser,
             const RequestHead& head, const ServerLimits& limits);

  boost::asio::awaitable<Result<std::size_t>> read(std::span<char> into) override;
  [[nodiscard]] std::size_t read_arrived(std::span<char> into) override;

  /// Whether all of the body was read, so that the next request starts at the next byte.
  [[nodiscard]] bool at_end() const { return chunked_ ? parser_.is_done() : left_ == 0; }

  /// Number of bytes that the handler has received.
  [[nodiscard]] std::uint64_t taken() const { return taken_; }

  /// Whether the client has gone or was too slow, so that an answer cannot reach it.
  [[nodiscard]] bool connection_lost() const { return connection_lost_; }

  /// The error in the framing of the body, if any. The client can still receive it.
  [[nodiscard]] const std::optional<Error>& framing_error() const { return framing_error_; }

 private:
  boost::asio::awaitable<Result<void>> send_continue();
  boost::asio::awaitable<Result<std::size_t>> read_counted(std::span<char> into);
  boost::asio::awaitable<Result<std::size_t>> read_chunked(std::span<char> into);
  boost::asio::awaitable<Result<void>> fill();
  Result<std::size_t> decode(std::span<char> into);
  Error lost(const boost::system::error_code& error);
  Error broken(std::string what);

  Transport& transport_;
  boost::beast::flat_buffer& buffer_;
  RequestParser& parser_;
  const ServerLimits& limits_;
  const bool chunked_;
  std::uint64_t left_;  ///< bytes still to come, if the body is not chunked
  std::uint64_t taken_ = 0;
  UniqueFd socket_;  ///< used by read_arrived(), if the body is large and not encrypted
  bool owes_continue_;
  bool connection_lost_ = false;
  std::optional<Error> framing_error_;
};

}  // namespace dynsessions::net
