#include "emulator/auth/claims.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

#include <nlohmann/json.hpp>

#include "emulator/auth/base64url.h"
#include "emulator/base/shallow_json.h"

namespace dynsessions::auth {
namespace {

using nlohmann::json;

/// The three parts of a token, still encoded.
std::optional<std::array<std::string_view, 3>> parts_of(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::string_view signature = token.substr(second + 1);
  // Five parts: an encrypted token.
  if (signature.find('.') != std::string_view::npos) return std::nullopt;
  return std::array{token.substr(0, first), token.substr(first + 1, second - first - 1), signature};
}

/// `discarded` unless the part is an object within the bounds.
json decode_object(std::string_view part) {
  json nothing(json::value_t::discarded);
  const auto text = decode_base64url(part);
  if (!text) return nothing;
  json parsed = parse_shallow_json(*text, kDeepestClaim);
  return parsed.is_object() ? parsed : nothing;
}

/// Appends a claim that is a text or a list of texts; an absent one is an empty list.
bool append_texts(const json& payload, const char* name, std::vector<std::string>& texts) {
  const auto claim = payload.find(name);
  if (claim == payload.end()) return true;
  if (claim->is_string()) {
    texts.push_back(claim->get<std::string>());
    return true;
  }
  if (!claim->is_array()) return false;
  for (const json& text : *claim) {
    if (!text.is_string()) return false;
    texts.push_back(text.get<std::string>());
  }
  return true;
}

/// Seconds since 1970, whole or not (RFC 7519 section 2, NumericDate).
bool read_time(const json& payload, const char* name,
               std::optional<std::chrono::sys_seconds>& time) {
  constexpr double kEndOfYear9999 = 253'402'300'799;
  const auto claim = payload.find(name);
  if (claim == payload.end()) return true;
  if (!claim->is_number()) return false;
  const double seconds = std::floor(claim->get<double>());
  if (!(std::abs(seconds) <= kEndOfYear9999)) return false;
  time.emplace(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
  return true;
}

}  // namespace

std::optional<Claims> parse_claims(std::string_view token) {
  if (token.size() > kLongestToken) return std::nullopt;
  const auto parts = parts_of(token);
  if (!parts) return std::nullopt;
  const auto& [header, payload, signature] = *parts;
  const json header_object = decode_object(header);
  if (!header_object.is_object()) return std::nullopt;
  const json claims_set = decode_object(payload);
  if (!claims_set.is_object()) return std::nullopt;

  Claims claims;
  const auto key_id = header_object.find("kid");
  if (key_id != header_object.end() && key_id->is_string()) {
    claims.key_id = key_id->get<std::string>();
  }
  const auto user = claims_set.find("upn");
  if (user != claims_set.end() && user->is_string()) claims.user = user->get<std::string>();
  const bool readable = append_texts(claims_set, "aud", claims.audiences) &&
                        read_time(claims_set, "exp", claims.expires_at) &&
                        read_time(claims_set, "nbf", claims.not_before) &&
                        append_texts(claims_set, "roles", claims.roles) &&
                        append_texts(claims_set, "oid", claims.principals) &&
                        append_texts(claims_set, "appid", claims.principals) &&
                        append_texts(claims_set, "sub", claims.principals);
  if (!readable) return std::nullopt;
  return claims;
}

}  // namespace dynsessions::auth
