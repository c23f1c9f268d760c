#pragma once

#include <chrono>
#include <csignal>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <spdlog/spdlog.h>

#include "emulator/base/clock.h"
#include "emulator/http/message.h"
#include "emulator/net/server.h"
#include "tests/support/manual_clock.h"

namespace dynsessions::net {

inline http::Response text_response(std::string text, unsigned status = 200) {
  http::Response response;
  response.status = status;
  response.body = std::move(text);
  return response;
}

/// Answers with a function's result. Errors become answers with their message: 500 for `internal`,
/// 400 for all others.
class FunctionHandler final : public http::Handler {
 public:
  using Function =
      std::function<boost::asio::awaitable<http::Response>(http::Request, http::BodyReader&)>;

  explicit FunctionHandler(Function function) : function_(std::move(function)) {}

  boost::asio::awaitable<http::Response> handle(http::Exchange&, http::Request request,
                                                http::BodyReader& body) override {
    return function_(std::move(request), body);
  }
  http::Response refuse(http::Exchange& exchange, const Error& error) override {
    exchange.refusal = error;
    return text_response(error.message, error.code == ErrorCode::internal ? 500 : 400);
  }

 private:
  Function function_;
};

/// A real server on a free port of the loopback, its event loop on a separate thread.
class TestServer {
 public:
  explicit TestServer(FunctionHandler::Function function, ServerLimits limits = {},
                      TlsContext* tls = nullptr,
                      std::vector<http::ExchangeObserver*> observers = {})
      : handler_(std::move(function)),
        server_(loop_.get_executor(), clock_, file_pool_, handler_, limits, tls,
                std::move(observers)) {
    spdlog::set_level(spdlog::level::off);  // tests cause failures on purpose
    std::signal(SIGPIPE, SIG_IGN);          // as in main.cpp
    server_.listen({boost::asio::ip::address_v4::loopback(), 0});
    server_.start();
    thread_ = std::thread([this] { loop_.run(); });
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  ~TestServer() {
    drain(std::chrono::seconds(0)).wait();
    work_.reset();
    thread_.join();
  }

  [[nodiscard]] std::uint16_t port() const { return server_.local_endpoint().port(); }

  std::future<void> drain(std::chrono::steady_clock::duration grace) {
    return boost::asio::co_spawn(loop_, server_.drain(grace), boost::asio::use_future);
  }

  /// Moves the clock by which the server closes idle connections early.
  void advance(Clock::Duration by) {
    auto move_clock = [this, by] { clock_.advance(by); };
    boost::asio::post(loop_, std::packaged_task<void()>(move_clock)).get();
  }

  boost::asio::io_context& loop() { return loop_; }
  boost::asio::thread_pool& file_pool() { return file_pool_; }

 private:
  boost::asio::io_context loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      loop_.get_executor()};
  boost::asio::thread_pool file_pool_{1};
  ManualClock clock_{Clock::TimePoint()};
  FunctionHandler handler_;
  HttpServer server_;
  std::thread thread_;
};

/// Returns whether the future gets ready; a busy machine can need long.
inline bool resolves(const std::future<void>& future) {
  return future.wait_for(std::chrono::seconds(60)) == std::future_status::ready;
}

/// Answers with the method and the whole body, or with 413 if the body is longer than 1 MiB.
inline boost::asio::awaitable<http::Response> echo(http::Request request, http::BodyReader& body) {
  Result<std::string> text = co_await http::read_all(request, body, 1 << 20);
  if (!text) co_return text_response(text.error().message, 413);
  co_return text_response(request.method_text + " " + *text);
}

}  // namespace dynsessions::net
