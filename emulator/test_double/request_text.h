#pragma once

#include <cstddef>
#include <string>

#include "emulator/http/message.h"

namespace dynsessions::test_double {

/// A body whose first bytes were read already and are given once more.
class RepeatedBody final : public http::BodyReader {
 public:
  /// `rest` outlives this.
  RepeatedBody(std::string first, http::BodyReader& rest) : first_(std::move(first)), rest_(rest) {}

  boost::asio::awaitable<Result<std::size_t>> read(std::span<char> into) override;
  [[nodiscard]] std::size_t read_arrived(std::span<char> into) override;

 private:
  [[nodiscard]] std::size_t take(std::span<char> into);

  const std::string first_;
  std::size_t taken_ = 0;
  http::BodyReader& rest_;
};

/// The first bytes of a body, up to `most`; fewer only if it ends before that.
[[nodiscard]] boost::asio::awaitable<Result<std::string>> read_first(http::BodyReader& body,
                                                                     std::size_t most);

/// The identifier that a JSON body has, as the older dialects send it; empty if it has none.
[[nodiscard]] std::string identifier_in(std::string_view body);

}  // namespace dynsessions::test_double
