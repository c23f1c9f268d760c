#include "emulator/app/ports.h"

#include <sstream>

#include "emulator/app/port_holder.h"
#include "emulator/config/config.h"

namespace dynsessions {
namespace asio = boost::asio;
using asio::ip::tcp;

void listen_on(net::HttpServer& server, const std::string& address, std::uint16_t port,
               const char* flag) {
  try {
    server.listen(tcp::endpoint(asio::ip::make_address(address), port));
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::address_in_use) {
      const std::string holder = holder_of_port(port);
      throw PortInUse("port " + std::to_string(port) + " of " + address + " is in use" +
                      (holder.empty() ? "" : " by " + holder) + "; choose another with " + flag +
                      ", or 0 for a free one");
    }
    throw config::ConfigError("--listen: cannot listen on port " + std::to_string(port) + " of `" +
                              address + "`: " + error.code().message());
  }
}

std::string url_of(const net::HttpServer& server) {
  tcp::endpoint endpoint = server.local_endpoint();
  if (endpoint.address().is_unspecified()) {
    const bool v4 = endpoint.address().is_v4();
    endpoint.address(v4 ? asio::ip::address(asio::ip::address_v4::loopback())
                        : asio::ip::address(asio::ip::address_v6::loopback()));
  }
  std::ostringstream url;
  url << "http://" << endpoint;
  return url.str();
}

std::string https_url_of(const net::HttpServer& server) {
  const tcp::endpoint endpoint = server.local_endpoint();
  const auto address = endpoint.address();
  std::ostringstream url;
  if (address.is_loopback() || address.is_unspecified()) {
    url << "https://localhost:" << endpoint.port();
  } else {
    url << "https://" << endpoint;
  }
  return url.str();
}

}  // namespace dynsessions
