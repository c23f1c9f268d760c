#pragma once

#include <chrono>
#include <cstdint>

#include <boost/asio/thread_pool.hpp>

#include "emulator/base/clock.h"
#include "emulator/http/message.h"

/// Bodies that fail on their way to the client. The writer of net/ performs the failure, with and
/// without TLS.
namespace dynsessions::test_double {

/// Bodies of files are read on `file_pool`, which outlives the answer, like `real_time`.
struct BodyServices {
  boost::asio::thread_pool& file_pool;
  Clock& real_time;
};

/// After `bytes` of the body the connection is closed. A shorter body is left as it is.
void truncate(http::Response& response, std::uint64_t bytes, const BodyServices& services);

/// The body goes out in pieces of `bytes`, with pauses between them.
void slice(http::Response& response, std::uint64_t bytes, std::chrono::nanoseconds pause,
           const BodyServices& services);

/// Nothing is sent, and the connection is reset.
[[nodiscard]] http::Response reset_connection();

/// Nothing is sent until the client leaves or the server stops.
[[nodiscard]] http::Response hang();

}  // namespace dynsessions::test_double
