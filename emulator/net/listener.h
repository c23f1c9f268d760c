#pragma once

#include <functional>
#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace dynsessions::net {

/// A listening socket. Event-loop thread only; must outlive a pending accept().
class Listener {
 public:
  /// `on_shortage` is called each time a connection cannot be accepted for lack of descriptors or
  /// memory, so that the owner can free some.
  Listener(boost::asio::any_io_executor executor, std::function<void()> on_shortage);

  /// Throws boost::system::system_error, for example with address_in_use. Port 0 picks a free port.
  void open(const boost::asio::ip::tcp::endpoint& endpoint);

  /// The address it listens on, or listened on before close().
  [[nodiscard]] boost::asio::ip::tcp::endpoint local_endpoint() const { return local_endpoint_; }
  [[nodiscard]] bool is_open() const { return acceptor_.is_open(); }

  /// Ends a pending accept().
  void close();

  /// Returns the next connection; nullopt after close(). A shortage does not end it: without a free
  /// descriptor or memory it tries again every 100 ms, while clients wait in the kernel's queue and
  /// existing connections continue.
  boost::asio::awaitable<std::optional<boost::asio::ip::tcp::socket>> accept();

 private:
  boost::asio::awaitable<void> back_off(boost::system::error_code reason);

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::ip::tcp::endpoint local_endpoint_;
  boost::asio::steady_timer retry_;
  const std::function<void()> on_shortage_;
  bool short_of_resources_ = false;  ///< so that each shortage is logged once
};

}  // namespace dynsessions::net
