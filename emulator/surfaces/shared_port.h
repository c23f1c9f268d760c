#pragma once

#include <utility>
#include <vector>

#include "emulator/surfaces/surface.h"

namespace dynsessions::surfaces {

/// Handles a port that stands for Azure: asks each surface whether a path is its own, and gives
/// every other path to the data plane.
class SharedPort final : public http::Handler {
 public:
  /// All of them outlive this.
  SharedPort(std::vector<Surface*> surfaces, http::Handler& rest)
      : surfaces_(std::move(surfaces)), rest_(rest) {}

  boost::asio::awaitable<http::Response> handle(http::Exchange& exchange, http::Request request,
                                                http::BodyReader& body) override;
  [[nodiscard]] http::Response refuse(http::Exchange& exchange, const Error& error) override {
    return rest_.refuse(exchange, error);
  }

 private:
  const std::vector<Surface*> surfaces_;
  http::Handler& rest_;
};

}  // namespace dynsessions::surfaces
