#include "emulator/net/server.h"

#include <exception>
#include <iterator>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include "emulator/net/connection.h"
#include "emulator/net/tls_transport.h"

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;

void log_failure(const char* what, std::uint64_t number, std::exception_ptr failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    spdlog::error("{} {} failed: {}", what, number, error.what());
  } catch (...) {
    spdlog::error("{} {} failed with an unknown exception", what, number);
  }
}

}  // namespace

HttpServer::HttpServer(asio::any_io_executor executor, asio::thread_pool& file_pool,
                       http::Handler& handler, ServerLimits limits, TlsContext* tls,
                       std::vector<http::ExchangeObserver*> observers)
    : executor_(executor),
      file_pool_(file_pool),
      handler_(handler),
      limits_(limits),
      tls_(tls),
      observers_(std::move(observers)),
      listener_(executor),
      changed_(executor) {}

HttpServer::~HttpServer() = default;

void HttpServer::listen(const asio::ip::tcp::endpoint& endpoint) { listener_.open(endpoint); }

asio::ip::tcp::endpoint HttpServer::local_endpoint() const { return listener_.local_endpoint(); }

void HttpServer::start() {
  accepting_ = true;
  asio::co_spawn(executor_, accept_connections(), [this](std::exception_ptr failure) {
    if (failure) log_failure("listener after connection", accepted_, failure);
    accepting_ = false;
    changed_.notify();
  });
}

asio::awaitable<void> HttpServer::accept_connections() {
  for (;;) {
    while (connections_.size() >= limits_.max_connections && listener_.is_open()) {
      co_await changed_.wait();
    }
    std::optional<asio::ip::tcp::socket> socket = co_await listener_.accept();
    if (!socket) co_return;
    admit(std::move(*socket));
  }
}

std::unique_ptr<Transport> HttpServer::transport_over(asio::ip::tcp::socket socket) {
  if (tls_ == nullptr) return std::make_unique<Transport>(std::move(socket));
  return std::make_unique<TlsTransport>(std::move(socket), *tls_);
}

void HttpServer::admit(asio::ip::tcp::socket socket) {
  connections_.emplace_back(++accepted_, transport_over(std::move(socket)), file_pool_, handler_,
                            limits_, observers_);
  const auto connection = std::prev(connections_.end());
  auto ended = [this, connection](std::exception_ptr failure) {
    if (failure && !connection->was_cut()) {
      log_failure("connection", connection->number(), failure);
    }
    // Later, because the coroutine that ends here still uses the connection's cancellation slot.
    asio::post(executor_, [this, connection] { remove(connection); });
  };
  asio::co_spawn(executor_, connection->run(),
                 asio::bind_cancellation_slot(connection->cancellation_slot(), std::move(ended)));
}

void HttpServer::remove(std::list<Connection>::iterator connection) {
  connections_.erase(connection);
  changed_.notify();
}

asio::awaitable<void> HttpServer::drain(std::chrono::steady_clock::duration grace) {
  using asio::experimental::awaitable_operators::operator||;
  listener_.close();
  changed_.notify();  // the accept loop may wait for room
  for (Connection& connection : connections_) connection.finish_soon();

  asio::steady_timer deadline(executor_, grace);
  const auto as_result = asio::as_tuple(asio::use_awaitable);
  while (!has_ended() && deadline.expiry() > std::chrono::steady_clock::now()) {
    co_await (changed_.wait() || deadline.async_wait(as_result));
  }
  for (Connection& connection : connections_) connection.cut();
  while (!has_ended()) co_await changed_.wait();
}

}  // namespace dynsessions::net
