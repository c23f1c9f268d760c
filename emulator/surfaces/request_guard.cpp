#include "emulator/surfaces/request_guard.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/asio/ip/address.hpp>

#include "emulator/http/text.h"

namespace dynsessions::surfaces {
namespace {

using boost::asio::ip::address;

std::optional<address> address_of(const std::string& text) {
  boost::system::error_code error;
  const address parsed = boost::asio::ip::make_address(text, error);
  return error ? std::nullopt : std::optional(parsed);
}

/// Whether the text is empty, or `:` and digits.
bool is_port(std::string_view text) {
  return text.empty() ||
         (text.front() == ':' && text.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

bool has_host_characters(std::string_view host) {
  return std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == ':';
  });
}

/// The host of `host[:port]` in the one form that is compared: lower case, without brackets and
/// final dot, addresses as the library writes them. Empty when it is no host.
std::string host_of(std::string_view authority) {
  std::string_view host = authority;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos || !is_port(authority.substr(end + 1))) return {};
    host = authority.substr(1, end - 1);
  } else if (const std::size_t colon = authority.find(':');
             colon != std::string_view::npos && colon == authority.rfind(':')) {
    if (!is_port(authority.substr(colon))) return {};
    host = authority.substr(0, colon);
  }
  if (host.ends_with('.')) host.remove_suffix(1);
  if (!has_host_characters(host)) return {};
  const auto parsed = address_of(std::string(host));
  return parsed ? parsed->to_string() : boost::algorithm::to_lower_copy(std::string(host));
}

bool is_same_origin(std::string_view origin, std::optional<std::string_view> host) {
  // Accepts both schemes, because a proxy in front of this server can add TLS.
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (http::iequals(origin.substr(0, scheme.size()), scheme)) {
      return host && http::iequals(origin.substr(scheme.size()), *host);
    }
  }
  return false;
}

}  // namespace

RequestGuard::RequestGuard(const std::vector<std::string>& allowed_hosts)
    : hosts_{"host.docker.internal"},
      domains_{".localhost", ".dynamicsessions.io", ".acasessions.io"} {
  for (const std::string& host : allowed_hosts) {
    const bool is_domain = host.starts_with("*.");
    const std::string known = host_of(std::string_view(host).substr(is_domain ? 2 : 0));
    if (known.empty()) continue;
    if (is_domain) domains_.push_back('.' + known);
    if (!is_domain) hosts_.push_back(known);
  }
}

Result<void> RequestGuard::check(const http::Headers& headers) const {
  const auto host = headers.find("Host");
  if (host && !is_allowed(host_of(*host))) {
    return Error{ErrorCode::host_not_allowed, "This server does not answer for this host.", "Host",
                 "start with --allowed-host NAME, NAME being the host of the request's URL"};
  }
  const std::size_t origins = headers.count("Origin");
  if (origins > 1 || (origins == 1 && !is_same_origin(*headers.find("Origin"), host))) {
    return Error{ErrorCode::origin_not_allowed, "Web pages of another origin are not answered.",
                 "Origin",
                 "a browser sent this for a page from elsewhere: let the page's own server call "
                 "the emulator"};
  }
  return {};
}

bool RequestGuard::is_allowed(std::string_view host) const {
  if (host.empty()) return false;
  if (std::find(hosts_.begin(), hosts_.end(), host) != hosts_.end()) return true;
  if (const auto parsed = address_of(std::string(host))) return parsed->is_loopback();
  return host.find_first_of(".:") == std::string_view::npos ||
         std::any_of(domains_.begin(), domains_.end(),
                     [host](const std::string& domain) { return host.ends_with(domain); });
}

}  // namespace dynsessions::surfaces
