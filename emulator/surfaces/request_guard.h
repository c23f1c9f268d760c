#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulator/base/result.h"
#include "emulator/http/message.h"

namespace dynsessions::surfaces {

/// Keeps web pages away from a server that runs code. A browser on the developer's machine can
/// reach these ports, and any page can make it send requests: directly (a form, a `fetch` without
/// preflight), or after DNS rebinding, when the page's own name resolves to 127.0.0.1. Direct
/// requests carry the page's `Origin`, the others the page's name in `Host`; no page can forge
/// either. Both are checked before anything else, on every port, in every mode, and no answer ever
/// has a CORS header. This protects against browsers only: a program can send any Host.
///
/// A value without state; safe on any thread.
class RequestGuard {
 public:
  /// `allowed_hosts`: further names or addresses; case, a port and a final dot do not matter.
  /// `*.example.org` stands for every name below example.org.
  explicit RequestGuard(const std::vector<std::string>& allowed_hosts = {});

  /// `host_not_allowed` unless Host, whatever its port, is
  /// - a loopback address, `localhost` or a name below it;
  /// - a name without a dot, which no public DNS has but container networks use;
  /// - `host.docker.internal`, or a name below `dynamicsessions.io` or `acasessions.io`, which
  ///   users map to this server in a hosts file;
  /// - one of the allowed hosts;
  /// or absent, which is valid in HTTP/1.0 only, and which no browser does.
  ///
  /// `origin_not_allowed` when there is an Origin other than the one of Host. `null` is refused:
  /// sandboxed frames and local files send it.
  [[nodiscard]] Result<void> check(const http::Headers& headers) const;

 private:
  [[nodiscard]] bool is_allowed(std::string_view host) const;

  std::vector<std::string> hosts_;
  std::vector<std::string> domains_;  ///< with a leading dot: matches every name with this ending
};

}  // namespace dynsessions::surfaces
