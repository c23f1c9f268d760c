#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>

#include "emulator/base/clock.h"
#include "emulator/base/event.h"
#include "emulator/http/exchange.h"
#include "emulator/http/message.h"
#include "emulator/net/limits.h"
#include "emulator/net/listener.h"
#include "emulator/net/waiting_connections.h"

namespace dynsessions::net {

class Connection;
class TlsContext;
class Transport;

/// An HTTP/1.1 server, with or without TLS: one listening socket and its connections. It handles
/// bytes, framing and timeouts; the Handler gives requests their meaning.
///
/// The program must ignore SIGPIPE. Event-loop thread only. The file pool, the handler and the
/// server must outlive every connection: before destroying them, co_await drain(), or destroy the
/// event loop.
class HttpServer {
 public:
  /// `tls` must outlive the server; null means plain HTTP. `observers` must outlive it too; each
  /// exchange is reported to them in their order. `real_time` measures how long connections have
  /// been idle.
  HttpServer(boost::asio::any_io_executor executor, Clock& real_time,
             boost::asio::thread_pool& file_pool, http::Handler& handler, ServerLimits limits,
             TlsContext* tls = nullptr, std::vector<http::ExchangeObserver*> observers = {});
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  /// Throws boost::system::system_error, for example with address_in_use. Port 0 picks a free port.
  void listen(const boost::asio::ip::tcp::endpoint& endpoint);
  [[nodiscard]] boost::asio::ip::tcp::endpoint local_endpoint() const;

  /// Uses TLS with this context, which must outlive the server. Call it before start().
  void use(TlsContext& tls) { tls_ = &tls; }

  /// Starts to accept connections; call once, after listen().
  void start();

  /// Stops accepting, closes idle connections now, gives requests in progress `grace` to finish,
  /// then closes their sockets and cancels their handlers. Resolves when no connection is left; it
  /// also waits for a handler that ignores its cancellation.
  boost::asio::awaitable<void> drain(std::chrono::steady_clock::duration grace);

 private:
  boost::asio::awaitable<void> accept_connections();
  std::unique_ptr<Transport> transport_over(boost::asio::ip::tcp::socket socket);
  void admit(boost::asio::ip::tcp::socket socket);
  void remove(std::list<Connection>::iterator connection);
  boost::asio::awaitable<void> make_room();
  void evict_longest_waiting();
  void evict(Connection& connection);
  [[nodiscard]] bool is_crowded() const;
  void evict_overdue();
  void schedule_overdue_check();
  void warn_of_greatest_holder();
  [[nodiscard]] bool has_ended() const { return connections_.empty() && !accepting_; }

  boost::asio::any_io_executor executor_;
  Clock& real_time_;
  boost::asio::thread_pool& file_pool_;
  http::Handler& handler_;
  const ServerLimits limits_;
  TlsContext* tls_;
  const std::vector<http::ExchangeObserver*> observers_;
  Listener listener_;
  Event changed_;  ///< a connection ended or began to wait, or accepting ended
  WaitingConnections waiting_;
  std::list<Connection> connections_;
  std::size_t leaving_ = 0;  ///< connections that were asked to close and have not ended yet
  std::optional<Clock::TimerId> next_check_;
  Clock::TimePoint next_warning_{};
  bool accepting_ = false;
  std::uint64_t accepted_ = 0;
};

}  // namespace dynsessions::net
