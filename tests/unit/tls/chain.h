#pragma once

#include <string>

#include "emulator/base/clock.h"

namespace dynsessions::tls {

/// What a client that trusts `authority_pem` alone says to `certificate_pem` when it wants to reach
/// `name` at `time`: "ok", or OpenSSL's reason against it.
[[nodiscard]] std::string verdict(const std::string& authority_pem,
                                  const std::string& certificate_pem, const std::string& name,
                                  Clock::TimePoint time);

}  // namespace dynsessions::tls
