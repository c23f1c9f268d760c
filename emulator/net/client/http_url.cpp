#include "emulator/net/client/http_url.h"

#include <algorithm>
#include <string_view>

#include "emulator/http/text.h"

namespace dynsessions::net {
namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";

bool is_port(std::string_view text) {
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits && !text.empty() && text.size() <= 5 && std::stoul(std::string(text)) <= 65535;
}

}  // namespace

Result<HttpUrl> HttpUrl::parse(const std::string& text) {
  HttpUrl url;
  url.tls = text.starts_with(kHttps);
  if (!url.tls && !text.starts_with(kHttp)) {
    return invalid_request("A URL starts with http:// or https://, unlike `" + text + "`.");
  }
  const std::string rest = text.substr((url.tls ? kHttps : kHttp).size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  url.prefix = rest.substr(slash);
  while (url.prefix.ends_with('/')) url.prefix.pop_back();
  const std::string authority = rest.substr(0, slash);
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != authority.npos && authority.find(']', colon) == authority.npos;
  url.host = has_port ? authority.substr(0, colon) : authority;
  url.port = has_port ? authority.substr(colon + 1) : url.tls ? "443" : "80";
  const bool only_path =
      text.find_first_of("?#@ ") == text.npos && !http::has_control_character(text);
  const bool closed = url.host.starts_with('[') == url.host.ends_with(']');
  if (url.host.empty() || !closed || !is_port(url.port) || !only_path) {
    return invalid_request("A URL is scheme, host, port and path, unlike `" + text + "`.");
  }
  return url;
}

std::string HttpUrl::origin() const { return (tls ? "https://" : "http://") + host + ":" + port; }

std::string HttpUrl::authority() const {
  return port == (tls ? "443" : "80") ? host : host + ":" + port;
}

std::string HttpUrl::host_name() const {
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

}  // namespace dynsessions::net
