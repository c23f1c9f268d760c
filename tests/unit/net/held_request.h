#pragma once

#include <future>
#include <stdexcept>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/unit/net/test_server.h"

namespace dynsessions::net {

/// Answers PUT only when released, and everything else at once. Make it before its server.
class HeldRequest {
 public:
  FunctionHandler::Function handler() {
    return [this](http::Request request,
                  http::BodyReader& body) -> boost::asio::awaitable<http::Response> {
      if (request.method != http::Method::put) co_return co_await echo(std::move(request), body);
      boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor,
                                      boost::asio::steady_timer::time_point::max());
      timer_ = &timer;
      started_.set_value();
      boost::system::error_code error;
      co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, error));
      if (!released_) throw std::runtime_error("cancelled");
      co_return text_response("held");
    };
  }
  void wait_until_started() { started_.get_future().get(); }
  void release(TestServer& server) {
    boost::asio::post(server.loop(), [this] {
      released_ = true;
      timer_->cancel();
    });
  }

 private:
  std::promise<void> started_;
  boost::asio::steady_timer* timer_ = nullptr;
  bool released_ = false;
};

}  // namespace dynsessions::net
