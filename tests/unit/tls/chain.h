#pragma once

#include <chrono>
#include <string>

#include "emulator/base/clock.h"

namespace dynsessions::tls {

/// The time at which the certificates of these tests are made.
inline const Clock::TimePoint kNow = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1);
inline constexpr std::chrono::hours kDay{24};

/// Verifies `certificate_pem` as a client that trusts only `authority_pem` and connects to `name`
/// at `time`. Returns "ok", or OpenSSL's reason for the refusal.
[[nodiscard]] std::string verdict(const std::string& authority_pem,
                                  const std::string& certificate_pem, const std::string& name,
                                  Clock::TimePoint time);

struct ForeignAuthority {
  std::string certificate_pem;
  std::string key_pem;
};

/// Makes an authority that the emulator did not make. `constraints` are its name constraints in the
/// language of x509v3_config(5); empty for none.
[[nodiscard]] ForeignAuthority make_foreign_authority(const std::string& constraints,
                                                      Clock::TimePoint now);

}  // namespace dynsessions::tls
