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

/// A certificate with its private key (EC P-256): a certificate authority or what it issued. A
/// value that is moved, made on any thread; what it does with files is nothing.
///
/// The authority is meant for the trust store of a developer's machine, so it is worth little to a
/// thief: its name constraints (RFC 5280 section 4.2.1.10, critical) let it sign for the permitted
/// domains and addresses only, its extended key usage for servers only, and no authority below it.
class Identity {
 public:
  /// Good for ten years.
  [[nodiscard]] static Identity make_authority(const std::set<std::string>& domains,
                                               Clock::TimePoint now);

  /// A server's, signed by this authority; good for 397 days, which is the most that browsers
  /// take, or as long as the authority where that is shorter.
  [[nodiscard]] Identity issue(const std::vector<Name>& names, Clock::TimePoint now) const;

  /// Nothing when one of them is no PEM, or when they do not belong together.
  [[nodiscard]] static std::optional<Identity> from_pem(std::string_view certificate,
                                                        std::string_view key);

  [[nodiscard]] std::string certificate_pem() const;
  [[nodiscard]] std::string key_pem() const;

  [[nodiscard]] Clock::TimePoint expires() const;
  /// What a server's certificate is good for.
  [[nodiscard]] std::set<std::string> names() const;
  /// What an authority may sign for: host names with all below them, and addresses.
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
