#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulator/base/result.h"
#include "emulator/http/message.h"

namespace dynsessions::surfaces {

/// Keeps web pages away from a server that runs code. A browser on the developer's machine reaches
/// our ports, and any page can make it send requests: straight (a form, a `fetch` without
/// preflight) or after DNS rebinding, where the page's own name suddenly means 127.0.0.1. The first
/// carries the page's `Origin`, the second the page's name in `Host`; no page can forge either. So
/// both are checked before anything else, on every port, in every mode, and no answer ever has a
/// CORS header. That holds for callers with a browser's scruples only: a program can send any Host.
///
/// A value without state; safe on any thread.
class RequestGuard {
 public:
  /// `allowed_hosts`: further names or addresses; case, a port and a final dot do not matter.
  /// `*.example.org` stands for every name below example.org.
  explicit RequestGuard(const std::vector<std::string>& allowed_hosts = {});

  /// `host_not_allowed` unless Host, whatever its port, is
  /// - a loopback address, `localhost` or a name below it;
  /// - a name without a dot: in no public DNS, but what container networks call us;
  /// - `host.docker.internal`, or a name below `dynamicsessions.io` or `acasessions.io`, which
  ///   people point to us in a hosts file;
  /// - one of the allowed hosts;
  /// or absent, which is valid in HTTP/1.0 only, and which no browser does.
  ///
  /// `origin_not_allowed` when there is an Origin other than the one of Host. `null` is foreign: it
  /// is what sandboxed frames and local files send.
  [[nodiscard]] Result<void> check(const http::Headers& headers) const;

 private:
  [[nodiscard]] bool is_allowed(std::string_view host) const;

  std::vector<std::string> hosts_;
  std::vector<std::string> domains_;  ///< with a dot in front: every name that ends so
};

}  // namespace dynsessions::surfaces
