#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/base/clock.h"
#include "emulator/tls/name.h"
#include "emulator/tls/openssl.h"

namespace dynsessions::tls {

/// A certificate with its private key (EC P-256): a certificate authority, or a certificate that it
/// issued. A movable value without file access; any thread.
///
/// The authority is meant for the trust store of a developer's machine. It is of little use to a
/// thief: its name constraints (RFC 5280 section 4.2.1.10, critical) let it sign only for the
/// permitted domains and addresses, its extended key usage permits only servers, and it must not
/// have an authority below it.
class Identity {
 public:
  /// Valid for ten years.
  [[nodiscard]] static Identity make_authority(const std::set<std::string>& domains,
                                               Clock::TimePoint now);

  /// Issues a server certificate signed by this authority. It is valid for 397 days, the most that
  /// browsers accept, but not longer than the authority.
  [[nodiscard]] Identity issue(const std::vector<Name>& names, Clock::TimePoint now) const;

  /// Returns nullopt if a text is not PEM, or if the two do not belong together.
  [[nodiscard]] static std::optional<Identity> from_pem(std::string_view certificate,
                                                        std::string_view key);

  [[nodiscard]] std::string certificate_pem() const;
  [[nodiscard]] std::string key_pem() const;

  [[nodiscard]] Clock::TimePoint expires() const;
  /// The names for which a server certificate is valid.
  [[nodiscard]] std::set<std::string> names() const;
  /// The names that an authority can sign for: host names with all names below them, and addresses.
  [[nodiscard]] std::set<std::string> domains() const;
  [[nodiscard]] bool is_signed_by(const Identity& authority) const;
  /// Whether this authority's name constraints permit every name of the server. An authority
  /// without constraints permits every name.
  [[nodiscard]] bool permits(const Identity& server) const;

 private:
  Identity(OwnedCertificate certificate, OwnedKey key)
      : certificate_(std::move(certificate)), key_(std::move(key)) {}

  OwnedCertificate certificate_;
  OwnedKey key_;
};

}  // namespace dynsessions::tls
