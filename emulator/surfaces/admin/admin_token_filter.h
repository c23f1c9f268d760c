#pragma once

#include <string>
#include <utility>

#include "emulator/http/filter.h"

namespace dynsessions::surfaces::admin {

/// Refuses requests without the token of the admin API; the comparison takes constant time. Health
/// and version need no token, because probes do not have it.
class AdminTokenFilter final : public http::Filter {
 public:
  /// An empty token means that none is needed.
  explicit AdminTokenFilter(std::string token) : token_(std::move(token)) {}

  [[nodiscard]] boost::asio::awaitable<http::Answer> handle(http::Call& call,
                                                            http::Next next) override;

 private:
  [[nodiscard]] bool is_allowed(const http::Request& request) const;

  const std::string token_;
};

}  // namespace dynsessions::surfaces::admin
