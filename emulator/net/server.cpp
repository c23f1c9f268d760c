#include "emulator/net/server.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "emulator/base/spawn.h"
#include "emulator/base/spdlog.h"
#include "emulator/net/connection.h"
#include "emulator/net/tls_transport.h"

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;

/// Interval between checks of idle connections while there are many.
constexpr std::chrono::seconds kCheckInterval{1};
constexpr std::chrono::minutes kWarningPeriod{1};
/// A client leaks connections if it holds one in this many of all places without using them.
constexpr std::size_t kLeakShare = 4;

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

std::chrono::milliseconds idle_time_among(std::size_t connections, const ServerLimits& limits) {
  const std::size_t half = limits.max_connections / 2;
  if (connections <= half || limits.idle_time <= limits.shortest_idle_time) return limits.idle_time;
  const auto free = limits.max_connections - std::min(connections, limits.max_connections);
  const auto shortened = limits.idle_time - limits.shortest_idle_time;
  return limits.shortest_idle_time + shortened * free / (limits.max_connections - half);
}

HttpServer::HttpServer(asio::any_io_executor executor, Clock& real_time,
                       asio::thread_pool& file_pool, http::Handler& handler, ServerLimits limits,
                       TlsContext* tls, std::vector<http::ExchangeObserver*> observers)
    : executor_(executor),
      real_time_(real_time),
      file_pool_(file_pool),
      handler_(handler),
      limits_(limits),
      tls_(tls),
      observers_(std::move(observers)),
      listener_(executor, [this] { evict_longest_waiting(); }),
      changed_(executor),
      waiting_(real_time, changed_) {}

HttpServer::~HttpServer() {
  if (next_check_) real_time_.cancel(*next_check_);
}

void HttpServer::listen(const asio::ip::tcp::endpoint& endpoint) { listener_.open(endpoint); }

asio::ip::tcp::endpoint HttpServer::local_endpoint() const { return listener_.local_endpoint(); }

void HttpServer::start() {
  accepting_ = true;
  spawn(executor_, accept_connections(), [this](const std::exception_ptr& failure) {
    if (failure) log_failure("listener after connection", accepted_, failure);
    accepting_ = false;
    changed_.notify();
  });
}

asio::awaitable<void> HttpServer::accept_connections() {
  for (;;) {
    std::optional<asio::ip::tcp::socket> socket = co_await listener_.accept();
    if (!socket) co_return;
    co_await make_room();
    if (!listener_.is_open()) co_return;
    admit(std::move(*socket));
  }
}

asio::awaitable<void> HttpServer::make_room() {
  while (connections_.size() >= limits_.max_connections && listener_.is_open()) {
    evict_longest_waiting();
    co_await changed_.wait();
  }
}

std::unique_ptr<Transport> HttpServer::transport_over(asio::ip::tcp::socket socket) {
  if (tls_ == nullptr) return std::make_unique<Transport>(std::move(socket));
  return std::make_unique<TlsTransport>(std::move(socket), *tls_);
}

void HttpServer::admit(asio::ip::tcp::socket socket) {
  connections_.emplace_back(++accepted_, transport_over(std::move(socket)), file_pool_, handler_,
                            limits_, waiting_, observers_);
  const auto connection = std::prev(connections_.end());
  auto ended = [this, connection](std::exception_ptr failure) {
    if (failure && !connection->was_aborted()) {
      log_failure("connection", connection->number(), failure);
    }
    // Posted, because the coroutine that ends here still uses the connection's cancellation slot.
    asio::post(executor_, [this, connection] { remove(connection); });
  };
  spawn(executor_, connection->run(), std::move(ended), connection->cancellation_slot());
  evict_overdue();
}

void HttpServer::remove(std::list<Connection>::iterator connection) {
  if (connection->was_evicted()) --leaving_;
  connections_.erase(connection);
  changed_.notify();
}

/// Closes one connection at a time: its place is free only when its coroutine has ended.
void HttpServer::evict_longest_waiting() {
  const auto* longest = waiting_.longest();
  if (longest == nullptr || leaving_ > 0) return;
  warn_of_greatest_holder();
  evict(*longest->connection);
}

void HttpServer::evict(Connection& connection) {
  spdlog::debug("connection {} is closed to make room", connection.number());
  ++leaving_;
  connection.evict();
}

bool HttpServer::is_crowded() const {
  return idle_time_among(connections_.size(), limits_) < limits_.idle_time;
}

/// While there are few connections, the deadline of each one (ServerLimits::idle_time) is enough.
void HttpServer::evict_overdue() {
  if (!is_crowded()) return;
  const auto deadline = real_time_.now() - idle_time_among(connections_.size(), limits_);
  if (waiting_.longest() != nullptr && waiting_.longest()->since <= deadline) {
    warn_of_greatest_holder();
  }
  while (waiting_.longest() != nullptr && waiting_.longest()->since <= deadline) {
    evict(*waiting_.longest()->connection);
  }
  schedule_overdue_check();
}

void HttpServer::schedule_overdue_check() {
  if (next_check_) return;
  next_check_ = real_time_.call_at(real_time_.now() + kCheckInterval, [this] {
    next_check_.reset();
    evict_overdue();
  });
}

/// Names a client that opens connections and neither closes nor reuses them.
void HttpServer::warn_of_greatest_holder() {
  if (real_time_.now() < next_warning_) return;
  const auto holder = waiting_.greatest_holder();
  if (holder.connections < limits_.max_connections / kLeakShare) return;
  next_warning_ = real_time_.now() + kWarningPeriod;
  spdlog::warn(
      "{} keeps {} idle connections open, of {} that port {} takes, so idle ones are closed early; "
      "close or reuse connections there: one client object for all calls, not one for each",
      holder.address, holder.connections, limits_.max_connections, local_endpoint().port());
}

asio::awaitable<void> HttpServer::drain(std::chrono::steady_clock::duration grace) {
  using asio::experimental::awaitable_operators::operator||;
  listener_.close();
  changed_.notify();  // the accept loop can be waiting for a free place
  for (Connection& connection : connections_) connection.finish_soon();

  asio::steady_timer deadline(executor_, grace);
  const auto as_result = asio::as_tuple(asio::use_awaitable);
  while (!has_ended() && deadline.expiry() > std::chrono::steady_clock::now()) {
    co_await (changed_.wait() || deadline.async_wait(as_result));
  }
  for (Connection& connection : connections_) connection.abort();
  while (!has_ended()) co_await changed_.wait();
}

}  // namespace dynsessions::net
