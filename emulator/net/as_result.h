#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dynsessions::net {

/// Completion token for I/O with expected errors: co_await returns a tuple with the error.
inline constexpr auto kAsResult = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace dynsessions::net
