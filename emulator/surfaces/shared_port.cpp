#include "emulator/surfaces/shared_port.h"

namespace dynsessions::surfaces {

boost::asio::awaitable<http::Response> SharedPort::handle(http::Exchange& exchange,
                                                          http::Request request,
                                                          http::BodyReader& body) {
  for (Surface* const surface : surfaces_) {
    if (surface->has(request)) return surface->handle(exchange, std::move(request), body);
  }
  return rest_.handle(exchange, std::move(request), body);
}

}  // namespace dynsessions::surfaces
