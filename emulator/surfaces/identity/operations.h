#pragma once

#include <boost/asio/awaitable.hpp>

#include "emulator/http/filter.h"
#include "emulator/http/router.h"
#include "emulator/surfaces/identity/services.h"

namespace dynsessions::surfaces::identity {

using Operation = boost::asio::awaitable<http::Answer>(const Services&, const http::PathParameters&,
                                                       http::Call&);

// managed_identity.cpp
Operation app_service_token;
Operation cloud_shell_token;
Operation virtual_machine_token;

// token_endpoint.cpp
Operation requested_token;

// discovery.cpp
Operation openid;
Operation keys;
Operation instance;
Operation user_realm;

}  // namespace dynsessions::surfaces::identity
