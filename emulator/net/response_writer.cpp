#include "emulator/net/response_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/status.hpp>

#include "emulator/base/offload.h"
#include "emulator/http/text.h"
#include "emulator/net/file_piece.h"
#include "sandbox/base/unique_fd.h"

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::size_t kFilePiece = std::size_t{256} * 1024;
/// Of a file whose other bytes go out without a copy: with its write is waited for the client.
constexpr std::size_t kWaitingPiece = std::size_t{64} * 1024;
constexpr std::string_view kLastChunk = "0\r\n\r\n";

/// RFC 9112 section 6.3: these end with their head.
bool is_bodiless(unsigned status) { return status < 200 || status == 204 || status == 304; }

std::uint64_t body_size(const http::Response& response) {
  if (const auto* const file = std::get_if<http::FileBody>(&response.body)) return file->size;
  return std::get<std::string>(response.body).size();
}

/// HTTP/1.0 does not know chunks: it gets the length, which we know anyway.
bool is_chunked(const http::Response& response, const Exchange& exchange) {
  return response.framing == http::Framing::chunked && exchange.version == http::Version::http_1_1;
}

void append_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

/// A line end in a value would let whoever chose the value write fields of their own.
void check_field(std::string_view name, std::string_view value) {
  const bool ours = http::iequals(name, "Content-Length") ||
                    http::iequals(name, "Transfer-Encoding") || http::iequals(name, "Connection");
  const bool injects = http::has_control_character(name) || http::has_control_character(value);
  if (ours || injects) throw std::logic_error("a handler set the field " + std::string(name));
}

std::string head_text(const http::Response& response, const Exchange& exchange) {
  const auto reason =
      beast::http::obsolete_reason(static_cast<beast::http::status>(response.status));
  std::string head =
      "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(reason) + "\r\n";
  for (const auto& [name, value] : response.headers) {
    check_field(name, value);
    append_field(head, name, value);
  }
  if (!is_bodiless(response.status)) {
    if (is_chunked(response, exchange)) {
      append_field(head, "Transfer-Encoding", "chunked");
    } else {
      append_field(head, "Content-Length", std::to_string(body_size(response)));
    }
  }
  if (!exchange.keep_alive) {
    append_field(head, "Connection", "close");
  } else if (exchange.version == http::Version::http_1_0) {
    append_field(head, "Connection", "keep-alive");
  }
  return head.append("\r\n");
}

/// The line before a chunk's data. A chunk without data would end the body, so it has none.
std::string chunk_header(std::size_t size) {
  if (size == 0) return {};
  std::array<char, 16> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16);
  return std::string(digits.data(), written.ptr) + "\r\n";
}

std::string chunk_tail(std::size_t size, bool last) {
  return std::string(size == 0 ? "" : "\r\n").append(last ? kLastChunk : "");
}

/// What comes next of a file from `offset` on, once `socket`, if there is one, has taken what it
/// takes without a copy.
FilePiece next_piece(int socket, const http::FileBody& file, std::uint64_t offset,
                     std::vector<char> buffer) {
  if (socket >= 0) offset = send_without_copy(socket, file.fd.get(), offset, file.size);
  const std::size_t longest = socket >= 0 ? kWaitingPiece : kFilePiece;
  const auto wanted = std::min<std::uint64_t>(longest, file.size - offset);
  return read_piece(file.fd.get(), offset, wanted, std::move(buffer));
}

}  // namespace

ResponseWriter::ResponseWriter(Transport& transport, asio::thread_pool& file_pool,
                               const ServerLimits& limits)
    : transport_(transport), file_pool_(file_pool), limits_(limits) {}

asio::awaitable<error_code> ResponseWriter::write(http::Response response, Exchange exchange) {
  std::string head = head_text(response, exchange);
  if (exchange.head_only || is_bodiless(response.status)) {
    co_return co_await write_piece(std::move(head), {}, {});
  }
  const bool chunked = is_chunked(response, exchange);
  if (auto* const file = std::get_if<http::FileBody>(&response.body)) {
    co_return co_await write_file(std::move(head), std::move(*file), chunked);
  }
  const std::string& text = std::get<std::string>(response.body);
  std::string tail;
  if (chunked) {
    head += chunk_header(text.size());
    tail = chunk_tail(text.size(), true);
  }
  co_return co_await write_piece(std::move(head), text, tail);
}

asio::awaitable<error_code> ResponseWriter::write_file(std::string head, http::FileBody file,
                                                       bool chunked) {
  const UniqueFd socket =
      chunked || file.size <= kFilePiece ? UniqueFd() : transport_.duplicate_socket();
  FilePiece piece;
  do {
    // The head goes first, with the first piece.
    const int direct = head.empty() ? socket.get() : -1;
    const std::uint64_t offset = piece.offset + piece.bytes.size();
    auto read = [&file, direct, offset, buffer = std::move(piece.bytes)]() mutable {
      // NOLINTNEXTLINE(clang-analyzer-cplusplus.Move): each round makes its own callable
      return next_piece(direct, file, offset, std::move(buffer));
    };
    piece = co_await offload(file_pool_, std::move(read));
    const std::size_t size = piece.bytes.size();
    const bool ends_early = size == 0 && piece.offset < file.size;
    if (ends_early) co_return asio::error::make_error_code(asio::error::eof);
    std::string tail;
    if (chunked) {
      head += chunk_header(size);
      tail = chunk_tail(size, piece.offset + size == file.size);
    }
    const std::string_view data(piece.bytes.data(), size);
    const error_code error = co_await write_piece(std::exchange(head, {}), data, tail);
    if (error) co_return error;
  } while (piece.offset + piece.bytes.size() < file.size);
  co_return error_code();
}

asio::awaitable<error_code> ResponseWriter::write_piece(std::string head, std::string_view data,
                                                        std::string_view tail) {
  const std::array<asio::const_buffer, 3> buffers{asio::buffer(head), asio::buffer(data),
                                                  asio::buffer(tail)};
  transport_.expires_after(limits_.write_time);
  const auto [error, count] = co_await transport_.write(buffers);
  co_return error;
}

}  // namespace dynsessions::net
