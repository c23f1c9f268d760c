#include "emulator/net/client/http_client.h"

#include <exception>
#include <stdexcept>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "emulator/base/spawn.h"
#include "emulator/net/client/client_exchange.h"
#include "emulator/net/client/idle_connections.h"

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kReadPiece = std::size_t{64} * 1024;

}  // namespace

void throw_exception_from_error(const HttpFailure& failure, const boost::source_location&) {
  throw std::logic_error("unchecked failure: " + failure.message);
}

namespace {

HttpResponse response_of(std::shared_ptr<ClientExchange> exchange) {
  HttpResponse response;
  response.status = exchange->status();
  response.reason = exchange->reason();
  response.headers = exchange->headers();
  response.body = std::make_unique<HttpBody>(std::move(exchange));
  return response;
}

}  // namespace

HttpBody::HttpBody(std::shared_ptr<ClientExchange> exchange) : exchange_(std::move(exchange)) {}

HttpBody::~HttpBody() { exchange_->abandon(); }

asio::awaitable<Result<std::size_t>> HttpBody::read(std::span<char> into) {
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  if (!failure_) {
    const HttpResult<std::size_t> count = co_await exchange_->read(into);
    co_await asio::this_coro::throw_if_cancelled(throws);
    if (count) co_return *count;
    failure_ = count.error();
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
  co_return Error{ErrorCode::internal, failure_->message, {}, {}};
}

asio::awaitable<HttpResult<std::string>> HttpBody::read_all(std::size_t limit) {
  std::string text;
  std::vector<char> piece(kReadPiece);
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  for (;;) {
    const Result<std::size_t> count = co_await read(piece);
    if (!count || *count == 0) break;
    if (*count > limit - text.size()) {
      failure_ = HttpFailure{HttpStep::read, HttpFailureKind::too_large,
                             "the answer from " + exchange_->url().origin() + " is longer than " +
                                 std::to_string(limit) + " bytes"};
      exchange_->abandon();
      break;
    }
    text.append(piece.data(), *count);
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
  if (failure_) co_return *failure_;
  co_return std::move(text);
}

asio::awaitable<void> HttpBody::close() {
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  exchange_->abandon();
  co_await exchange_->stop_sending();
  co_await asio::this_coro::throw_if_cancelled(throws);
}

std::optional<std::uint64_t> HttpBody::length() const { return exchange_->length(); }

HttpClient::HttpClient(asio::any_io_executor executor, HttpClientOptions options)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      idle_(std::make_shared<IdleConnections>()) {}

HttpClient::~HttpClient() = default;

HttpResult<TlsTrust*> HttpClient::trust() {
  try {
    if (!trust_) trust_ = std::make_unique<TlsTrust>(options_.ca_file);
  } catch (const boost::system::system_error& error) {
    const std::string file = options_.ca_file.empty() ? "this machine" : options_.ca_file;
    return HttpFailure{
        HttpStep::tls, HttpFailureKind::failed,
        "cannot read the trusted authorities of " + file + ": " + error.code().message()};
  }
  return trust_.get();
}

asio::awaitable<HttpResult<HttpResponse>> HttpClient::send(HttpUrl url, HttpRequest request) {
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  std::optional<HttpResult<HttpResponse>> response;
  std::exception_ptr thrown;  // an await is not possible inside a handler
  try {
    response.emplace(co_await send_to(std::move(url), std::move(request)));
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
  if (thrown) std::rethrow_exception(thrown);
  co_return *std::move(response);
}

asio::awaitable<HttpResult<HttpResponse>> HttpClient::send_to(HttpUrl url, HttpRequest request) {
  TlsTrust* trusted = nullptr;
  if (url.tls) {
    const HttpResult<TlsTrust*> made = trust();
    if (!made) co_return made.error();
    trusted = *made;
  }
  for (;;) {
    auto exchange =
        std::make_shared<ClientExchange>(executor_, url, std::move(request), options_.head_bytes);
    exchange->start();
    if (options_.keep_alive) exchange->keep_with(idle_);
    std::unique_ptr<Transport> kept = idle_->take(url.origin());
    const bool reused = kept != nullptr;
    if (reused) {
      exchange->use(std::move(kept));
    } else {
      const HttpResult<void> connected = co_await exchange->connect(trusted);
      if (!connected) co_return connected.error();
    }
    const HttpResult<void> received = co_await exchange->run();
    if (received) co_return response_of(std::move(exchange));
    if (!reused || !exchange->may_repeat()) co_return received.error();
    request = exchange->take_request();
  }
}

asio::awaitable<HttpResult<HttpReply>> HttpClient::fetch(HttpUrl url, HttpRequest request,
                                                         std::size_t limit) {
  HttpResult<HttpResponse> response = co_await send(std::move(url), std::move(request));
  if (!response) co_return response.error();
  HttpResult<std::string> body = co_await response->body->read_all(limit);
  co_await response->body->close();
  if (!body) co_return body.error();
  HttpReply reply{response->status, std::move(response->headers), *std::move(body)};
  co_return std::move(reply);
}

HttpResult<HttpReply> fetch_blocking(const HttpUrl& url, HttpRequest request, std::size_t limit,
                                     HttpClientOptions options) {
  asio::io_context loop(1);
  HttpClient client(loop.get_executor(), std::move(options));
  std::optional<HttpResult<HttpReply>> reply;
  spawn(loop.get_executor(), keep(client.fetch(url, std::move(request), limit), reply));
  while (!reply) loop.run_one();
  return *std::move(reply);
}

}  // namespace dynsessions::net
