#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulator/net/transport.h"
#include "tests/fuzz/input.h"

namespace dynsessions::fuzz {

/// A client that sends the given bytes, in pieces, and then closes its side. Each write is kept: an
/// answer is sent in one write.
class MemoryTransport final : public net::Transport {
 public:
  /// With null `sizes` everything is one piece.
  MemoryTransport(boost::asio::ip::tcp::socket socket, std::string_view input, PieceSizes* sizes,
                  std::vector<std::string>& written);

  boost::asio::awaitable<net::Opening> open() override;
  boost::asio::awaitable<net::Transferred> read_some(boost::asio::mutable_buffer into) override;
  boost::asio::awaitable<net::Transferred> write(
      std::span<const boost::asio::const_buffer> bytes) override;
  boost::asio::awaitable<void> finish_sending() override;

 private:
  std::string_view input_;
  PieceSizes* const sizes_;
  std::vector<std::string>& written_;
};

}  // namespace dynsessions::fuzz
