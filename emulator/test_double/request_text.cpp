#include "emulator/test_double/request_text.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "emulator/base/json_text.h"
#include "emulator/base/shallow_json.h"

namespace dynsessions::test_double {
namespace asio = boost::asio;

std::size_t RepeatedBody::take(std::span<char> into) {
  const std::size_t count = std::min(into.size(), first_.size() - taken_);
  std::copy_n(first_.begin() + std::ptrdiff_t(taken_), count, into.begin());
  taken_ += count;
  return count;
}

asio::awaitable<Result<std::size_t>> RepeatedBody::read(std::span<char> into) {
  const std::size_t count = take(into);
  if (count > 0) co_return count;
  co_return co_await rest_.read(into);
}

std::size_t RepeatedBody::read_arrived(std::span<char> into) {
  const std::size_t count = take(into);
  return count > 0 ? count : rest_.read_arrived(into);
}

asio::awaitable<Result<std::string>> read_first(http::BodyReader& body, std::size_t most) {
  constexpr std::size_t kPiece = std::size_t{16} << 10;
  std::string text;
  while (text.size() < most) {
    const std::size_t size = text.size();
    text.resize(std::min(most, size + kPiece));
    const auto count = co_await body.read(std::span(text).subspan(size));
    if (!count) co_return count.error();
    text.resize(size + *count);
    if (*count == 0) break;
  }
  co_return text;
}

std::string identifier_in(std::string_view body) {
  const nlohmann::json parsed = parse_shallow_json(body);
  for (const nlohmann::json* object : {&parsed, &member_of(parsed, "properties")}) {
    const nlohmann::json& identifier = member_of(*object, "identifier");
    if (identifier.is_string()) return identifier.get<std::string>();
  }
  return {};
}

}  // namespace dynsessions::test_double
