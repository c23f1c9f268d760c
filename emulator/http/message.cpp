#include "emulator/http/message.h"

#include <algorithm>
#include <array>

#include "emulator/base/utf8.h"
#include "emulator/http/text.h"

namespace dynsessions::http {
namespace {

namespace asio = boost::asio;

using Pair = std::pair<std::string, std::string>;

Error bad_target(std::string what) {
  return invalid_request("The request target " + std::move(what) + ".");
}

enum class Meaning {
  file_name,  ///< chosen by a program: can contain any character but NUL
  other,
};

Result<std::string> decode(std::string_view text, Meaning meaning) {
  std::optional<std::string> decoded = percent_decode(text);
  if (!decoded) return bad_target("has a '%' that is not followed by two hexadecimal digits");
  const bool is_readable = meaning == Meaning::file_name ? !has_control_character(text) &&
                                                               decoded->find('\0') == decoded->npos
                                                         : !has_control_character(*decoded);
  if (!is_readable) return bad_target("has a control character");
  if (!is_valid_utf8(*decoded)) return bad_target("is not valid UTF-8");
  return *std::move(decoded);
}

Result<std::string> decode_form(std::string_view text, Meaning meaning) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return decode(spaced, meaning);
}

Result<Pair> parse_pair(std::string_view text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  Result<std::string> name = decode_form(text.substr(0, equals), Meaning::other);
  if (!name) return name.error();
  const bool names_file = iequals(*name, "path") || iequals(*name, "filename");
  Result<std::string> value = decode_form(text.substr(std::min(equals + 1, text.size())),
                                          names_file ? Meaning::file_name : Meaning::other);
  if (!value) return value.error();
  return Pair{*std::move(name), *std::move(value)};
}

/// Calls `take` with each non-empty piece of `text`, until one of the calls returns an error.
template <typename Take>
Result<void> for_each_piece(std::string_view text, char separator, Take take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) {
      if (Result<void> taken = take(text.substr(0, end)); !taken) return taken;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

/// Returns the target without `http://authority` in front (RFC 9112 section 3.2.2).
std::string_view without_authority(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!iequals(text.substr(0, scheme.size()), scheme)) continue;
    text.remove_prefix(scheme.size());
    text.remove_prefix(std::min(text.find_first_of("/?"), text.size()));
    return text.empty() ? "/" : text;
  }
  return text;
}

}  // namespace

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (iequals(key, name)) return value;
  }
  return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const {
  const auto matches = [name](const Pair& field) { return iequals(field.first, name); };
  return static_cast<std::size_t>(std::count_if(fields_.begin(), fields_.end(), matches));
}

std::optional<std::string_view> Target::query_value(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (iequals(key, name)) return value;
  }
  return std::nullopt;
}

Result<Target> Target::parse(std::string_view text) {
  const std::string_view relative = without_authority(text);
  const bool absolute_form = relative.size() != text.size();
  if (!relative.starts_with('/') && !absolute_form) return bad_target("does not start with '/'");
  Target target;
  Meaning meaning = Meaning::other;  // meaning of the next segment
  const std::size_t path_end = std::min(relative.find('?'), relative.size());
  const Result<void> path = for_each_piece(relative.substr(0, path_end), '/',
                                           [&](std::string_view piece) -> Result<void> {
                                             Result<std::string> segment = decode(piece, meaning);
                                             if (!segment) return segment.error();
                                             if (iequals(*segment, "files"))
                                               meaning = Meaning::file_name;
                                             target.segments.push_back(*std::move(segment));
                                             return {};
                                           });
  if (!path) return path.error();
  const std::string_view query = relative.substr(std::min(path_end + 1, relative.size()));
  const Result<void> pairs =
      for_each_piece(query, '&', [&](std::string_view piece) -> Result<void> {
        Result<Pair> pair = parse_pair(piece);
        if (!pair) return pair.error();
        target.query.push_back(*std::move(pair));
        return {};
      });
  if (!pairs) return pairs.error();
  return target;
}

asio::awaitable<Result<std::string>> read_all(const Request& request, BodyReader& body,
                                              std::size_t limit) {
  const Error too_large{ErrorCode::payload_too_large,
                        "The request body is longer than " + std::to_string(limit) + " bytes.",
                        {},
                        {}};
  if (request.content_length > limit) co_return too_large;
  std::string text;
  std::array<char, std::size_t{16} * 1024> chunk;
  for (;;) {
    // One more byte even at the limit, because only a read of 0 shows that the body has ended.
    const std::size_t room = std::min(chunk.size(), limit - text.size() + 1);
    Result<std::size_t> taken = co_await body.read(std::span(chunk).first(room));
    if (!taken) co_return taken.error();
    if (*taken == 0) co_return text;
    text.append(chunk.data(), *taken);
    if (text.size() > limit) co_return too_large;
  }
}

}  // namespace dynsessions::http
