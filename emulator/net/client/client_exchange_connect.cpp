#include <cerrno>
#include <utility>

#include <fcntl.h>

#include "emulator/net/as_result.h"
#include "emulator/net/client/client_exchange.h"

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// A look-up continues after its caller has stopped waiting, because getaddrinfo() cannot be
/// cancelled.
struct LookUp {
  explicit LookUp(const asio::any_io_executor& executor) : resolver(executor) {}

  tcp::resolver resolver;
  bool ended = false;
  error_code error;
  std::vector<tcp::endpoint> endpoints;
};

/// Asio 1.81 does not set the flag, and a launched process must not inherit sockets.
void close_on_exec(int fd, error_code& error) {
  if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
    error.assign(errno, boost::system::system_category());
  }
}

}  // namespace

void ClientExchange::use(std::unique_ptr<Transport> kept) { transport_ = std::move(kept); }

asio::awaitable<HttpResult<void>> ClientExchange::connect(TlsTrust* trust) {
  limit_step(request_.timeouts.connect);
  HttpResult<Endpoints> endpoints = co_await resolve();
  if (!endpoints) co_return endpoints.error();
  const HttpResult<void> connected = co_await connect_to(*std::move(endpoints));
  if (!connected) co_return connected.error();
  if (trust == nullptr) {
    transport_ = std::make_unique<Transport>(std::move(connecting_));
    co_return HttpResult<void>();
  }
  co_return co_await secure(*trust);
}

asio::awaitable<HttpResult<ClientExchange::Endpoints>> ClientExchange::resolve() {
  const std::string host = url_.host_name();
  error_code not_literal;
  const auto address = asio::ip::make_address(host, not_literal);
  if (!not_literal) {
    const auto port = static_cast<std::uint16_t>(std::stoul(url_.port));
    co_return Endpoints{tcp::endpoint(address, port)};
  }
  const auto look_up = std::make_shared<LookUp>(executor_);
  look_up->resolver.async_resolve(
      host, url_.port,
      [look_up, weak = weak_from_this()](const error_code& error,
                                         const tcp::resolver::results_type& found) {
        look_up->ended = true;
        look_up->error = error;
        for (const auto& entry : found) look_up->endpoints.push_back(entry.endpoint());
        if (const auto self = weak.lock()) self->changed_.notify();
      });
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  while (!look_up->ended && !timed_out_ && !cancelled_) {
    co_await changed_.wait();
    cancelled_ = cancellation.cancelled() != asio::cancellation_type::none;
  }
  if (!look_up->ended || look_up->error) co_return failure(HttpStep::resolve, look_up->error);
  co_return std::move(look_up->endpoints);
}

/// Tries one address after the other.
asio::awaitable<HttpResult<void>> ClientExchange::connect_to(Endpoints endpoints) {
  error_code last = asio::error::host_not_found;
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  for (const tcp::endpoint& endpoint : endpoints) {
    connecting_ = tcp::socket(executor_);
    connecting_.open(endpoint.protocol(), last);
    if (!last) close_on_exec(connecting_.native_handle(), last);
    if (last) continue;
    const auto [error] = co_await connecting_.async_connect(endpoint, kAsResult);
    last = error;
    cancelled_ = cancellation.cancelled() != asio::cancellation_type::none;
    if (timed_out_ || cancelled_) break;
    if (error) continue;
    error_code ignored;  // the server can have left already; the first write reports it
    connecting_.set_option(tcp::no_delay(true), ignored);
    co_return HttpResult<void>();
  }
  co_return failure(HttpStep::connect, last);
}

asio::awaitable<HttpResult<void>> ClientExchange::secure(TlsTrust& trust) {
  auto tls = std::make_unique<TlsClientTransport>(std::move(connecting_), trust, url_.host_name());
  TlsClientTransport& transport = *tls;
  transport_ = std::move(tls);
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  const std::optional<std::string> refused = co_await transport.handshake();
  cancelled_ = cancellation.cancelled() != asio::cancellation_type::none;
  if (timed_out_ || cancelled_ || refused) {
    co_return failure(HttpStep::tls, refused.value_or(std::string()));
  }
  co_return HttpResult<void>();
}

}  // namespace dynsessions::net
