#include "tests/fuzz/memory_transport.h"

#include <algorithm>
#include <utility>

#include <boost/asio/error.hpp>

namespace dynsessions::fuzz {
namespace asio = boost::asio;

MemoryTransport::MemoryTransport(asio::ip::tcp::socket socket, std::string_view input,
                                 PieceSizes* sizes, std::vector<std::string>& written)
    : Transport(std::move(socket)), input_(input), sizes_(sizes), written_(written) {}

asio::awaitable<net::Opening> MemoryTransport::open() { co_return net::Opening::ready; }

asio::awaitable<net::Transferred> MemoryTransport::read_some(asio::mutable_buffer into) {
  if (input_.empty()) co_return net::Transferred(asio::error::eof, 0);
  const std::size_t wanted = sizes_ == nullptr ? into.size() : sizes_->next();
  const std::size_t size = std::min({wanted, into.size(), input_.size()});
  std::copy_n(input_.data(), size, static_cast<char*>(into.data()));
  input_.remove_prefix(size);
  co_return net::Transferred(boost::system::error_code(), size);
}

asio::awaitable<net::Transferred> MemoryTransport::write(
    std::span<const asio::const_buffer> bytes) {
  std::string text;
  for (const auto& piece : bytes) text.append(static_cast<const char*>(piece.data()), piece.size());
  written_.push_back(text);
  co_return net::Transferred(boost::system::error_code(), text.size());
}

asio::awaitable<void> MemoryTransport::finish_sending() { co_return; }

}  // namespace dynsessions::fuzz
