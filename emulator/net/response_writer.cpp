#include "emulator/net/response_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/beast/http/status.hpp>

#include "emulator/base/offload.h"
#include "emulator/base/spdlog.h"
#include "emulator/http/text.h"
#include "emulator/net/file_piece.h"
#include "sandbox/base/unique_fd.h"

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::size_t kFilePiece = std::size_t{256} * 1024;
/// Size of the pieces of a file whose other bytes are sent without a copy. The write of such a
/// piece waits for the client.
constexpr std::size_t kWaitingPiece = std::size_t{64} * 1024;
constexpr std::string_view kLastChunk = "0\r\n\r\n";

/// The reason why writing a stream ended, in the order of the coroutines in write_stream().
enum StreamEnd : std::size_t { kPumped, kClientLeft, kToBeEnded };

/// RFC 9112 section 6.3: these answers end with their head.
bool is_bodiless(unsigned status) { return status < 200 || status == 204 || status == 304; }

/// Returns nullopt for a stream of unknown size.
std::optional<std::uint64_t> body_size(const http::Response& response) {
  if (const auto* const file = std::get_if<http::FileBody>(&response.body)) return file->size;
  if (const auto* const stream = std::get_if<http::StreamBody>(&response.body)) return stream->size;
  return std::get<std::string>(response.body).size();
}

/// HTTP/1.0 has no chunks: it gets the length if it is known.
bool is_chunked(const http::Response& response, const ResponseContext& context) {
  const bool wanted = response.framing == http::Framing::chunked || !body_size(response);
  return wanted && context.version == http::Version::http_1_1;
}

void append_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

/// A line end in a value would let its author add header fields.
void check_field(std::string_view name, std::string_view value) {
  const bool is_framing = http::iequals(name, "Content-Length") ||
                          http::iequals(name, "Transfer-Encoding") ||
                          http::iequals(name, "Connection");
  const bool injects = http::has_control_character(name) || http::has_control_character(value);
  if (is_framing || injects) throw std::logic_error("a handler set the field " + std::string(name));
}

std::string head_text(const http::Response& response, const ResponseContext& context) {
  const auto reason =
      beast::http::obsolete_reason(static_cast<beast::http::status>(response.status));
  std::string head =
      "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(reason) + "\r\n";
  for (const auto& [name, value] : response.headers) {
    check_field(name, value);
    append_field(head, name, value);
  }
  if (!is_bodiless(response.status)) {
    if (is_chunked(response, context)) {
      append_field(head, "Transfer-Encoding", "chunked");
    } else if (const auto size = body_size(response)) {
      append_field(head, "Content-Length", std::to_string(*size));
    }
  }
  if (!context.keep_alive) {
    append_field(head, "Connection", "close");
  } else if (context.version == http::Version::http_1_0) {
    append_field(head, "Connection", "keep-alive");
  }
  return head.append("\r\n");
}

/// The line before a chunk's data. A chunk without data would end the body, so there is no line for
/// it.
std::string chunk_header(std::size_t size) {
  if (size == 0) return {};
  std::array<char, 16> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16);
  return std::string(digits.data(), written.ptr) + "\r\n";
}

std::string chunk_tail(std::size_t size, bool last) {
  return std::string(size == 0 ? "" : "\r\n").append(last ? kLastChunk : "");
}

/// Returns the next piece of a file from `offset` on. If there is a `socket`, first sends as much
/// as it takes without a copy.
FilePiece next_piece(int socket, const http::FileBody& file, std::uint64_t offset,
                     std::vector<char> buffer) {
  if (socket >= 0) offset = send_without_copy(socket, file.fd.get(), offset, file.size);
  const std::size_t longest = socket >= 0 ? kWaitingPiece : kFilePiece;
  const auto wanted = std::min<std::uint64_t>(longest, file.size - offset);
  return read_piece(file.fd.get(), offset, wanted, std::move(buffer));
}

}  // namespace

/// The state of one streamed answer, shared by the coroutine that writes it and those that end it.
struct ResponseWriter::Stream {
  http::StreamBody body;
  std::string head;  ///< not sent yet
  bool chunked = false;
  bool writing = false;  ///< a piece is being written; only closing the connection stops this
  bool complete = false;
  error_code error = {};
  std::exception_ptr failure = {};
};

ResponseWriter::ResponseWriter(Transport& transport, asio::thread_pool& file_pool,
                               const ServerLimits& limits)
    : transport_(transport),
      file_pool_(file_pool),
      limits_(limits),
      drain_began_(transport.executor()) {}

asio::awaitable<error_code> ResponseWriter::write(http::Response response, ResponseContext context,
                                                  std::uint64_t& body_bytes) {
  body_bytes_ = 0;
  std::string head = head_text(response, context);
  const bool chunked = is_chunked(response, context);
  error_code error;
  if (context.head_only || is_bodiless(response.status)) {
    error = co_await write_piece(std::move(head), {}, {});
  } else if (auto* const file = std::get_if<http::FileBody>(&response.body)) {
    error = co_await write_file(std::move(head), std::move(*file), chunked);
  } else if (auto* const stream = std::get_if<http::StreamBody>(&response.body)) {
    error = co_await write_stream(std::move(head), std::move(*stream), chunked);
  } else {
    const std::string& text = std::get<std::string>(response.body);
    std::string tail;
    if (chunked) {
      head += chunk_header(text.size());
      tail = chunk_tail(text.size(), true);
    }
    error = co_await write_piece(std::move(head), text, tail);
  }
  body_bytes = body_bytes_;
  co_return error;
}

void ResponseWriter::finish_soon() {
  draining_ = true;
  drain_began_.notify();
}

/// Waits until the server drains and an endless stream is between two pieces. A finite stream ends
/// by itself.
asio::awaitable<void> ResponseWriter::until_must_end(const Stream& stream) {
  const bool endless = stream.body.lifetime == http::StreamBody::Lifetime::endless;
  while (!endless || !draining_ || stream.writing) co_await drain_began_.wait();
}

asio::awaitable<error_code> ResponseWriter::write_stream(std::string head, http::StreamBody body,
                                                         bool chunked) {
  using asio::experimental::awaitable_operators::operator||;
  Stream stream{.body = std::move(body), .head = std::move(head), .chunked = chunked};
  std::size_t end = kPumped;
  if (stream.body.half_close == http::StreamBody::HalfClose::ignored) {
    co_await pump(stream);
  } else {
    // The first coroutine that ends cancels the others and waits for them.
    const auto first =
        co_await (pump(stream) || transport_.until_client_leaves() || until_must_end(stream));
    end = first.index();
  }
  if (end == kPumped && stream.failure) std::rethrow_exception(stream.failure);
  if (end == kToBeEnded && !stream.body.size) {
    const std::string_view tail = chunked ? kLastChunk : std::string_view();
    co_return co_await write_piece(std::move(stream.head), {}, tail);
  }
  if (stream.complete) co_return error_code();
  if (stream.body.break_off == http::StreamBody::BreakOff::reset) transport_.reset();
  if (stream.error) co_return stream.error;
  co_return asio::error::make_error_code(asio::error::connection_aborted);
}

/// Writes piece after piece and stores the result in `stream`. Throws only if it is cancelled.
asio::awaitable<void> ResponseWriter::pump(Stream& stream) {
  bool at_end = false;
  while (!at_end && !stream.error) {
    Result<std::optional<std::string>> piece = std::optional<std::string>();
    try {
      piece = co_await stream.body.source->next();
    } catch (...) {
      stream.failure = std::current_exception();
      co_return;
    }
    if (!piece) {
      spdlog::warn("an answer was aborted: {}", piece.error().message);
      stream.error = asio::error::make_error_code(asio::error::eof);
      co_return;
    }
    at_end = !*piece;
    const std::string text = std::move(*piece).value_or(std::string());
    const std::uint64_t total = body_bytes_ + text.size();
    const bool too_long = stream.body.size && total > *stream.body.size;
    const bool too_short = at_end && stream.body.size && total < *stream.body.size;
    if (too_long || too_short) {
      spdlog::error("an answer was aborted: its source gave {} bytes than the {} that it announced",
                    too_long ? "more" : "fewer", *stream.body.size);
      stream.error = asio::error::make_error_code(asio::error::eof);
      co_return;
    }
    std::string before = std::exchange(stream.head, {});
    std::string after;
    if (stream.chunked) {
      before += chunk_header(text.size());
      after = chunk_tail(text.size(), at_end);
    }
    if (before.empty() && text.empty() && after.empty()) continue;
    stream.writing = true;
    stream.error = co_await write_piece(std::move(before), text, after);
    stream.writing = false;
    if (draining_) drain_began_.notify();
  }
  stream.complete = !stream.error;
}

asio::awaitable<error_code> ResponseWriter::write_file(std::string head, http::FileBody file,
                                                       bool chunked) {
  const UniqueFd socket =
      chunked || file.size <= kFilePiece ? UniqueFd() : transport_.duplicate_socket();
  FilePiece piece;
  do {
    // The head is sent first, together with the first piece.
    const int direct = head.empty() ? socket.get() : -1;
    const std::uint64_t offset = piece.offset + piece.bytes.size();
    body_bytes_ = offset;
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
    body_bytes_ = piece.offset;
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
  body_bytes_ += std::min(data.size(), count - std::min(count, head.size()));
  co_return error;
}

bool ends_with_connection(const http::Response& response, const ResponseContext& context) {
  return !context.head_only && !is_bodiless(response.status) && !body_size(response) &&
         !is_chunked(response, context);
}

}  // namespace dynsessions::net
