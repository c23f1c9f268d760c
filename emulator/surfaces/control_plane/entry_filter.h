#pragma once

#include <boost/asio/awaitable.hpp>

#include "emulator/http/filter.h"
#include "emulator/surfaces/control_plane/services.h"

namespace dynsessions::surfaces::control_plane {

/// The address of ARM as the client wrote it, "https://localhost:7443"; for a request by http, the
/// same host at the port of HTTPS, and `localhost` for an address of loopback. Empty if HTTPS is
/// off.
[[nodiscard]] std::string arm_address(const http::Request& request, const Services& services);

/// Refuses requests over plain http, to which management clients send no token, and requests
/// without a valid token for ARM. Stores the principal of the token in the caller. One object
/// serves one request.
class EntryFilter final : public http::Filter {
 public:
  /// Both outlive the filter.
  EntryFilter(const Services& services, Caller& caller) : services_(services), caller_(caller) {}

  [[nodiscard]] boost::asio::awaitable<http::Answer> handle(http::Call& call,
                                                            http::Next next) override;

 private:
  [[nodiscard]] http::Response refuse_http(http::Exchange& exchange) const;
  [[nodiscard]] http::Response refuse_token(http::Call& call, const Error& error) const;

  const Services& services_;
  Caller& caller_;
};

}  // namespace dynsessions::surfaces::control_plane
