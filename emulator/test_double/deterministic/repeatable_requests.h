#pragma once

#include "emulator/base/id_source.h"
#include "emulator/http/message.h"

namespace dynsessions::test_double {

/// Replaces the random ids of requests by ids from an IdSource. It is in front of a surface, so
/// that refused requests get such ids too.
class RepeatableRequests final : public http::Handler {
 public:
  /// Both outlive this.
  RepeatableRequests(IdSource& ids, http::Handler& inner) : ids_(ids), inner_(inner) {}

  boost::asio::awaitable<http::Response> handle(http::Exchange& exchange, http::Request request,
                                                http::BodyReader& body) override {
    exchange.correlation_id = ids_.next("request");
    return inner_.handle(exchange, std::move(request), body);
  }
  [[nodiscard]] http::Response refuse(http::Exchange& exchange, const Error& error) override {
    exchange.correlation_id = ids_.next("request");
    return inner_.refuse(exchange, error);
  }

 private:
  IdSource& ids_;
  http::Handler& inner_;
};

}  // namespace dynsessions::test_double
