#pragma once

#include <chrono>
#include <string>

#include "emulator/base/clock.h"

namespace dynsessions::tls {

/// The time at which the certificates of these tests are made.
inline const Clock::TimePoint kNow = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1);
inline constexpr std::chrono::hours kDay{24};

/// What a client that trusts `authority_pem` alone says to `certificate_pem` when it wants to reach
/// `name` at `time`: "ok", or OpenSSL's reason against it.
[[nodiscard]] std::string verdict(const std::string& authority_pem,
                                  const std::string& certificate_pem, const std::string& name,
                                  Clock::TimePoint time);

struct ForeignAuthority {
  std::string certificate_pem;
  std::string key_pem;
};

/// An authority that the emulator did not make. `constraints` are its name constraints in the
/// language of x509v3_config(5); empty: it has none.
[[nodiscard]] ForeignAuthority make_foreign_authority(const std::string& constraints,
                                                      Clock::TimePoint now);

}  // namespace dynsessions::tls
