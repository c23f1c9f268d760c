#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "emulator/config/config.h"
#include "emulator/net/server.h"

namespace dynsessions {

/// Thrown if another process uses the port.
class PortInUse : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws config::ConfigError if two ports have the same number. 0 is no number.
void refuse_equal_ports(const config::ServerOptions& server);

/// Binds the port. Throws PortInUse, with the process that uses the port if that can be seen, and
/// config::ConfigError for an address that cannot be bound; both name the flag.
void listen_on(net::HttpServer& server, const std::string& address, std::uint16_t port,
               const char* flag);

/// The URL by which this machine reaches the server: loopback where the server listens on 0.0.0.0
/// or [::], to which no client can connect.
[[nodiscard]] std::string url_of(const net::HttpServer& server);
/// The same by https, with a name that the certificate has.
[[nodiscard]] std::string https_url_of(const net::HttpServer& server);

}  // namespace dynsessions
