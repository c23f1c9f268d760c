#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "emulator/base/result.h"
#include "emulator/http/exchange.h"
#include "emulator/http/message.h"
#include "emulator/net/body_stream.h"
#include "emulator/net/limits.h"
#include "emulator/net/response_writer.h"
#include "emulator/net/transport.h"
#include "emulator/net/waiting_connections.h"

namespace dynsessions::net {

/// One client's connection. Its requests are answered in turn, until one side closes it. Event-loop
/// thread only; owned by HttpServer, which destroys it after run() has ended.
///
/// - A request that is refused before it reaches the handler ends the connection. So does a request
///   whose body was not read to its end, because the following bytes could not be distinguished
///   from a new request.
/// - A client that leaves in the middle of a request does not end the handler; the answer is
///   dropped.
class Connection {
 public:
  /// `number` names the connection in the log. All references must outlive the connection.
  Connection(std::uint64_t number, std::unique_ptr<Transport> transport,
             boost::asio::thread_pool& file_pool, http::Handler& handler,
             const ServerLimits& limits, WaitingConnections& waiting,
             const std::vector<http::ExchangeObserver*>& observers);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs the connection until it ends. Spawn it with cancellation_slot(), so that abort() reaches
  /// the handler.
  boost::asio::awaitable<void> run();
  [[nodiscard]] boost::asio::cancellation_slot cancellation_slot() { return cancel_.slot(); }

  /// Closes at once if no request is in progress, otherwise after its answer.
  void finish_soon();

  /// Closes at once and cancels a running handler; run() then ends with an exception.
  void abort();
  [[nodiscard]] bool was_aborted() const { return aborted_; }

  /// Closes a waiting connection, to make room for another client.
  void evict();
  [[nodiscard]] bool was_evicted() const { return evicted_; }

  [[nodiscard]] std::uint64_t number() const { return number_; }
  /// Empty if the client has gone.
  [[nodiscard]] std::string client_address() const { return transport_->peer_address(); }

 private:
  boost::asio::awaitable<bool> open();
  boost::asio::awaitable<void> serve_requests();
  boost::asio::awaitable<Result<std::size_t>> read_head();
  boost::asio::awaitable<bool> serve(std::size_t head_size);
  boost::asio::awaitable<bool> serve_request(http::Exchange& exchange, std::size_t head_size);
  boost::asio::awaitable<http::Response> answer(http::Exchange& exchange, http::Request request,
                                                BodyStream& body);
  boost::asio::awaitable<bool> send(http::Exchange& exchange, http::Response response,
                                    ResponseContext context);
  boost::asio::awaitable<void> refuse(Error error);
  boost::asio::awaitable<void> refuse(http::Exchange& exchange, Error error);
  [[nodiscard]] http::Exchange new_exchange() const;
  void end(http::Exchange& exchange) const;
  void warn_of_wrong_port(std::string_view what) const;
  boost::asio::awaitable<void> finish_sending();
  boost::asio::awaitable<void> discard_input();
  [[nodiscard]] std::string_view buffered() const;

  const std::uint64_t number_;
  std::uint64_t requests_ = 0;
  http::Handler& handler_;
  const ServerLimits& limits_;
  const std::vector<http::ExchangeObserver*>& observers_;
  const std::unique_ptr<Transport> transport_;
  boost::beast::flat_buffer buffer_;  ///< read from the socket and not yet consumed
  ResponseWriter writer_;
  boost::asio::cancellation_signal cancel_;
  WaitingPlace waiting_;
  bool idle_ = false;  ///< waits for the handshake, or for the first byte of a request
  bool draining_ = false;
  bool aborted_ = false;
  bool evicted_ = false;
};

}  // namespace dynsessions::net
