#include "emulator/tls/name.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <arpa/inet.h>

namespace dynsessions::tls {
namespace {

constexpr std::string_view kWildcard = "*.";
constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxName = 253;

Error refused(std::string_view text) {
  return invalid_request(
      "expected host names such as `emulator`, `emulator.example.org` or `*.example.org`, or IP "
      "addresses, between commas; `" +
      std::string(text) + "` is none");
}

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

/// RFC 1123, and the underscore that container networks use.
bool is_label(std::string_view label) {
  const auto is_permitted = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_';
  };
  return !label.empty() && label.size() <= kMaxLabel && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), is_permitted);
}

bool is_host(std::string_view text) {
  if (text.size() > kMaxName) return false;
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

Result<Name> Name::parse(std::string_view text) {
  if (Result<Name> address = parse_address(text)) return address;
  const bool wildcard = text.starts_with(kWildcard);
  const std::string_view host = wildcard ? text.substr(kWildcard.size()) : text;
  const bool has_dot = host.find('.') != std::string_view::npos;
  const std::string_view last = host.substr(host.rfind('.') + 1);
  // A number at the end makes it an invalid address; `*.org` would cover far too many hosts.
  const bool numeric =
      std::all_of(last.begin(), last.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  if (!is_host(host) || numeric || (wildcard && !has_dot)) return refused(text);
  return Name(Kind::host, in_lower_case(text));
}

Result<Name> Name::parse_address(std::string_view text) {
  const std::string copy(text);
  std::array<unsigned char, 16> bytes;
  std::array<char, INET6_ADDRSTRLEN> written;
  for (const auto& [kind, family] :
       {std::pair(Kind::ipv4, AF_INET), std::pair(Kind::ipv6, AF_INET6)}) {
    if (::inet_pton(family, copy.c_str(), bytes.data()) != 1) continue;
    return Name(kind, ::inet_ntop(family, bytes.data(), written.data(), written.size()));
  }
  return refused(text);
}

std::string Name::domain() const {
  return text_.starts_with(kWildcard) ? text_.substr(kWildcard.size()) : text_;
}

bool Name::is_within(std::string_view domain) const {
  const std::string own = this->domain();
  if (own == domain) return true;
  return !is_address() && own.ends_with("." + std::string(domain));
}

Result<std::vector<Name>> parse_names(std::string_view list) {
  std::vector<Name> names;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    Result<Name> name = Name::parse(trimmed(list.substr(begin, end - begin)));
    if (!name) return name.error();
    names.push_back(*std::move(name));
    begin = end + 1;
  }
  return names;
}

std::vector<Name> standard_names() {
  return *parse_names("localhost, 127.0.0.1, ::1, *.dynamicsessions.io, *.acasessions.io");
}

}  // namespace dynsessions::tls
