#pragma once

#include <cstddef>
#include <string>

#include "emulator/http/message.h"

namespace dynsessions::test_double {

/// A body whose first bytes have been read and are returned again.
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

/// Reads the first `most` bytes of a body, or fewer if the body is shorter.
[[nodiscard]] boost::asio::awaitable<Result<std::string>> read_first(http::BodyReader& body,
                                                                     std::size_t most);

/// Returns the identifier in a JSON body, where the older dialects send it; empty if there is none.
[[nodiscard]] std::string identifier_in(std::string_view body);

}  // namespace dynsessions::test_double
