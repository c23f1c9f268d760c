#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "emulator/http/message.h"

namespace dynsessions::http {

/// A request body from a string, in pieces of at most `piece` bytes. With `then_fails` the client
/// breaks off after the text: the read that would report the end returns that error.
class TextBody final : public BodyReader {
 public:
  explicit TextBody(std::string text, std::size_t piece = std::size_t{64} << 10,
                    std::optional<Error> then_fails = {})
      : text_(std::move(text)), piece_(piece), failure_(std::move(then_fails)) {}

  boost::asio::awaitable<Result<std::size_t>> read(std::span<char> into) override {
    const std::size_t size = std::min({into.size(), piece_, text_.size() - taken_});
    if (size == 0 && failure_) co_return *failure_;
    std::copy_n(text_.data() + taken_, size, into.data());
    taken_ += size;
    co_return size;
  }

  [[nodiscard]] std::size_t taken() const noexcept { return taken_; }

 private:
  const std::string text_;
  const std::size_t piece_;
  const std::optional<Error> failure_;
  std::size_t taken_ = 0;
};

}  // namespace dynsessions::http
