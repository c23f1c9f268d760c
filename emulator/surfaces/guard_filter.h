#pragma once

#include <utility>

#include "emulator/http/filter.h"
#include "emulator/surfaces/request_guard.h"

namespace dynsessions::surfaces {

/// Refuses requests of web pages to a surface (request_guard.h). It runs before all other filters
/// that can refuse a request.
class GuardFilter final : public http::Filter {
 public:
  explicit GuardFilter(RequestGuard guard) : guard_(std::move(guard)) {}

  [[nodiscard]] boost::asio::awaitable<http::Answer> handle(http::Call& call,
                                                            http::Next next) override;

 private:
  const RequestGuard guard_;
};

}  // namespace dynsessions::surfaces
