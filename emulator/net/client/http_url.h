#pragma once

#include <string>

#include "emulator/base/result.h"

namespace dynsessions::net {

/// An origin and the path that all requests to it share: `https://host[:port]/any/prefix`.
struct HttpUrl {
  bool tls = false;
  std::string host;  ///< an IPv6 address is in brackets
  std::string port;
  std::string prefix;  ///< without a slash at its end; can be empty

  /// Returns `invalid_request` unless the text is an absolute http or https URL of scheme, host and
  /// path.
  [[nodiscard]] static Result<HttpUrl> parse(const std::string& text);

  /// "https://host:port", without the prefix.
  [[nodiscard]] std::string origin() const;
  /// The value of the header field Host, which leaves out the default port of the scheme.
  [[nodiscard]] std::string authority() const;
  /// The host for a resolver or a certificate: an IPv6 address has no brackets.
  [[nodiscard]] std::string host_name() const;
};

}  // namespace dynsessions::net
