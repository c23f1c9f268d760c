#include "emulator/http/framing.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "emulator/http/text.h"

namespace dynsessions::http {
namespace {

Result<void> check_host(Version version, const Headers& headers) {
  const std::size_t hosts = headers.count("Host");
  if (hosts > 1) return invalid_request("The request has more than one Host header.", "Host");
  if (hosts == 0 && version != Version::http_1_0) {
    return invalid_request("The request has no Host header.", "Host");
  }
  return {};
}

Result<void> check_transfer_encoding(Version version, const Headers& headers) {
  const auto refused = [](std::string message) {
    return invalid_request(std::move(message), "Transfer-Encoding");
  };
  if (version == Version::http_1_0) return refused("HTTP/1.0 has no Transfer-Encoding.");
  if (headers.count("Content-Length") > 0) {
    return refused("Transfer-Encoding and Content-Length must not be used together.");
  }
  if (headers.count("Transfer-Encoding") > 1 ||
      !iequals(trim(*headers.find("Transfer-Encoding")), "chunked")) {
    return refused("The only Transfer-Encoding that is understood is 'chunked'.");
  }
  return {};
}

Result<void> check_content_length(const Headers& headers) {
  if (headers.count("Content-Length") > 1) {
    return invalid_request("The request has more than one Content-Length.", "Content-Length");
  }
  // At most 18 digits: they fit into an integer of 64 bits, and no body is longer.
  const std::string_view text = trim(*headers.find("Content-Length"));
  if (text.empty() || text.size() > 18 ||
      text.find_first_not_of("0123456789") != std::string_view::npos) {
    return invalid_request("Content-Length is not a number.", "Content-Length");
  }
  return {};
}

}  // namespace

bool has_folded_field(std::string_view raw_head) {
  return raw_head.find("\r\n ") != std::string_view::npos ||
         raw_head.find("\r\n\t") != std::string_view::npos;
}

Result<void> check_framing(Version version, const Headers& headers) {
  if (std::distance(headers.begin(), headers.end()) > std::ptrdiff_t{kMaxHeaderFields}) {
    return invalid_request("The request has more than " + std::to_string(kMaxHeaderFields) +
                           " header fields.");
  }
  if (Result<void> host = check_host(version, headers); !host) return host;
  if (headers.count("Transfer-Encoding") > 0) return check_transfer_encoding(version, headers);
  if (headers.count("Content-Length") > 0) return check_content_length(headers);
  return {};
}

Result<void> check_authority(std::string_view target, const Headers& headers) {
  const std::size_t scheme_end = target.find("://");
  if (target.starts_with('/') || scheme_end == std::string_view::npos) return {};
  const std::string_view rest = target.substr(scheme_end + 3);
  const auto host = headers.find("Host");
  if (host && iequals(rest.substr(0, rest.find_first_of("/?")), *host)) return {};
  return invalid_request("The request line names another host than the Host header.", "Host");
}

}  // namespace dynsessions::http
