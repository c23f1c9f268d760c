#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/base/result.h"

namespace dynsessions::tls {

/// A name under which clients reach the server: a host name, a wildcard such as
/// `*.dynamicsessions.io`, or an IP address. Stored in lower case, an address in the form of
/// inet_ntop, so that equal names are equal texts.
class Name {
 public:
  /// Returns `invalid_request`, with a list of accepted names.
  [[nodiscard]] static Result<Name> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool is_address() const { return kind_ != Kind::host; }

  /// The narrowest permission that an authority needs to sign for this name: the address itself, or
  /// the domain. X.509 cannot express a narrower permission for `*.example.org` than `example.org`.
  [[nodiscard]] std::string domain() const;

  /// Whether an authority that can sign for `domain` can sign for this name.
  [[nodiscard]] bool is_within(std::string_view domain) const;

  friend bool operator==(const Name&, const Name&) = default;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a 0 in what the compiler writes
  friend auto operator<=>(const Name&, const Name&) = default;

 private:
  enum class Kind { host, ipv4, ipv6 };
  Name(Kind kind, std::string text) : kind_(kind), text_(std::move(text)) {}
  [[nodiscard]] static Result<Name> parse_address(std::string_view text);

  Kind kind_;
  std::string text_;
};

/// Parses names that are separated by commas; spaces around them are allowed.
[[nodiscard]] Result<std::vector<Name>> parse_names(std::string_view list);

/// The names of every certificate: this machine, and the service's domains, for clients that
/// resolve the host name of a real pool to this machine.
[[nodiscard]] std::vector<Name> standard_names();

}  // namespace dynsessions::tls
