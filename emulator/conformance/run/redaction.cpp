#include "emulator/conformance/run/redaction.h"

#include <algorithm>
#include <cctype>
#include <regex>

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "emulator/conformance/run/endpoint.h"

namespace dynsessions::conformance {
namespace {

constexpr const char* kNoGuid = "00000000-0000-0000-0000-000000000000";
constexpr const char* kTokenStandIn = "$TOKEN";
constexpr std::size_t kShortestSecret = 16;

/// Compiled at the first use.
struct Shapes {
  std::regex guid{"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"};
  std::regex web_token{"eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*"};
  std::regex mail_address{"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*\\.[A-Za-z]{2,}"};
};

const Shapes& secret_shapes() {
  static const Shapes kShapes;
  return kShapes;
}

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  if (what.empty()) return;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
}

/// Replaces whole words only: a pool called `list` must not change `listed`.
void replace_words(std::string& text, const std::string& word, const std::string& with) {
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at)) {
    const std::size_t end = at + word.size();
    const bool is_whole = (at == 0 || !is_word_character(text[at - 1])) &&
                          (end == text.size() || !is_word_character(text[end]));
    if (is_whole) text.replace(at, word.size(), with);
    at += is_whole ? with.size() : word.size();
  }
}

std::string stand_in(const std::string& guid) {
  static const boost::uuids::name_generator_sha1 kGenerator(boost::uuids::ns::oid());
  return "guid-" + to_string(kGenerator(guid)).substr(0, 8);
}

std::string without_guids(const std::string& text) {
  std::string result;
  auto done = text.begin();
  for (std::sregex_iterator at(text.begin(), text.end(), secret_shapes().guid), end; at != end;
       ++at) {
    result.append(done, (*at)[0].first);
    result += at->str() == kNoGuid ? kNoGuid : stand_in(at->str());
    done = (*at)[0].second;
  }
  return result.append(done, text.end());
}

bool has_guid(const std::string& text) { return without_guids(text) != text; }

/// Returns the name after each of the words that ARM puts in front of a name.
std::vector<std::string> names_in_path(const std::string& path) {
  static const std::regex kNamed("/(subscriptions|resourceGroups|sessionPools)/([^/]+)");
  std::vector<std::string> names;
  for (std::sregex_iterator at(path.begin(), path.end(), kNamed), end; at != end; ++at) {
    names.push_back((*at)[2].str());
  }
  return names;
}

}  // namespace

Redaction::Redaction(std::string token, const std::string& endpoint) {
  if (token.size() >= kShortestSecret) literals_.emplace_back(std::move(token), kTokenStandIn);
  if (endpoint.empty()) return;
  const net::HttpUrl parsed = parse_endpoint(endpoint);
  literals_.emplace_back(endpoint, "$ENDPOINT");
  literals_.emplace_back(parsed.host + ":" + parsed.port, "$HOST");
  literals_.emplace_back(parsed.host, "$HOST");
  names_ = names_in_path(parsed.prefix);
}

std::string Redaction::text(std::string text) const {
  for (const auto& [secret, placeholder] : literals_) replace_all(text, secret, placeholder);
  for (const std::string& name : names_) replace_words(text, name, "$NAME");
  text = std::regex_replace(text, secret_shapes().web_token, "$$TOKEN");
  text = std::regex_replace(text, secret_shapes().mail_address, "$$MAIL");
  return without_guids(text);
}

void Redaction::apply(CaseOutcome& outcome) const {
  outcome.curl = text(std::move(outcome.curl));
  for (Difference& found : outcome.differences) {
    found.where = text(std::move(found.where));
    found.expected = text(std::move(found.expected));
    found.actual = text(std::move(found.actual));
  }
}

std::optional<std::string_view> Redaction::leak_in(const std::string& report) const {
  for (const auto& [secret, stand_in] : literals_) {
    if (report.find(secret) == report.npos) continue;
    return stand_in == kTokenStandIn ? "the token" : "the endpoint's host";
  }
  if (std::regex_search(report, secret_shapes().web_token)) return "a token";
  if (has_guid(report)) return "a guid";
  return std::nullopt;
}

}  // namespace dynsessions::conformance
