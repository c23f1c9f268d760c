#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/base/result.h"

namespace dynsessions::tls {

/// A name under which clients reach the server: a host name, a wildcard such as
/// `*.dynamicsessions.io`, or an IP address. In lower case, and an address as inet_ntop writes it,
/// so that equal names are equal texts.
class Name {
 public:
  /// `invalid_request` with what is accepted.
  [[nodiscard]] static Result<Name> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool is_address() const { return kind_ != Kind::host; }

  /// The least that an authority must be permitted, to sign for this name: the address itself, or
  /// the domain. X.509 knows no narrower right for `*.example.org` than `example.org`.
  [[nodiscard]] std::string domain() const;

  /// Whether an authority that may sign for `domain` may sign for this name.
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

/// Names between commas, spaces around them allowed.
[[nodiscard]] Result<std::vector<Name>> parse_names(std::string_view list);

/// What every certificate is good for: this machine, and the service's own domains for clients that
/// are pointed here by an override of a real pool's host name.
[[nodiscard]] std::vector<Name> standard_names();

}  // namespace dynsessions::tls
