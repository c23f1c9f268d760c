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

/// The body of the request whose head `parser` has read, taken from its connection at the handler's
/// pace. Lives as long as the request does; borrows everything from its connection.
///
/// A body whose length is known goes from the socket to the handler's memory, and by read_arrived()
/// once nothing of it is in `buffer` any more. One in chunks goes through `buffer` and Beast's
/// parser, and memory stays flat whatever the client sends: `buffer` has a maximum, and a chunk's
/// header and its extensions, like all trailers together, must fit in it to be understood (Beast
/// alone would collect them without end). Trailers are dropped.
class BodyStream final : public http::BodyReader {
 public:
  BodyStream(Transport& transport, boost::beast::flat_buffer& buffer, RequestParser& parser,
             const RequestHead& head, const ServerLimits& limits);

  boost::asio::awaitable<Result<std::size_t>> read(std::span<char> into) override;
  [[nodiscard]] std::size_t read_arrived(std::span<char> into) override;

  /// All of it was read, so that the next request starts where this one ended.
  [[nodiscard]] bool at_end() const { return chunked_ ? parser_.is_done() : left_ == 0; }

  /// Bytes that the handler was given.
  [[nodiscard]] std::uint64_t taken() const { return taken_; }

  /// The client has gone or was too slow: there is nobody to answer.
  [[nodiscard]] bool connection_lost() const { return connection_lost_; }

  /// The body broke its framing, which the client can still be told.
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
  std::uint64_t left_;  ///< bytes to come, of a body that is not chunked
  std::uint64_t taken_ = 0;
  UniqueFd socket_;  ///< for read_arrived(), of a large one in the clear
  bool owes_continue_;
  bool connection_lost_ = false;
  std::optional<Error> framing_error_;
};

}  // namespace dynsessions::net
