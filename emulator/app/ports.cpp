#include "emulator/app/ports.h"

#include <sstream>

#include "emulator/app/port_holder.h"

namespace dynsessions {
namespace asio = boost::asio;
using asio::ip::tcp;

void refuse_equal_ports(const config::ServerOptions& server) {
  const auto refuse_if_equal = [](std::uint16_t one, const char* flag, std::uint16_t other,
                                  const char* other_flag) {
    if (one == 0 || one != other) return;
    throw config::ConfigError(std::string(flag) + " and " + other_flag + " are both " +
                              std::to_string(one) + "; choose different ports, or 0");
  };
  const std::uint16_t https = server.https_port.value_or(0);
  refuse_if_equal(server.port, "--port", server.admin_port, "--admin-port");
  refuse_if_equal(server.port, "--port", https, "--https-port");
  refuse_if_equal(https, "--https-port", server.admin_port, "--admin-port");
}

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
