#include "emulator/test_double/faults/faulty_bodies.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <unistd.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "emulator/base/offload.h"

namespace dynsessions::test_double {
namespace asio = boost::asio;

namespace {

using Piece = Result<std::optional<std::string>>;

Error broken_off(std::string why) { return {ErrorCode::internal, std::move(why), {}, {}}; }

class TextSource final : public http::BodySource {
 public:
  explicit TextSource(std::string text) : text_(std::move(text)) {}
  asio::awaitable<Piece> next() override { co_return std::exchange(text_, std::nullopt); }

 private:
  std::optional<std::string> text_;
};

class FileSource final : public http::BodySource {
 public:
  FileSource(http::FileBody file, asio::thread_pool& file_pool)
      : file_(std::move(file)), file_pool_(file_pool) {}

  asio::awaitable<Piece> next() override {
    if (offset_ == file_.size) co_return std::nullopt;
    auto read = [this] { return next_piece(); };
    std::string piece = co_await offload(file_pool_, read);
    if (piece.empty()) co_return broken_off("the file became shorter");
    offset_ += piece.size();
    co_return std::optional(std::move(piece));
  }

 private:
  [[nodiscard]] std::string next_piece() const {
    constexpr std::uint64_t kPiece = std::uint64_t{64} << 10;
    std::string piece(std::min(kPiece, file_.size - offset_), '\0');
    const ssize_t count =
        ::pread(file_.fd.get(), piece.data(), piece.size(), static_cast<off_t>(offset_));
    if (count < 0) throw std::system_error(errno, std::generic_category(), "pread");
    piece.resize(static_cast<std::size_t>(count));
    return piece;
  }

  const http::FileBody file_;
  asio::thread_pool& file_pool_;
  std::uint64_t offset_ = 0;
};

class TruncatedSource final : public http::BodySource {
 public:
  TruncatedSource(std::unique_ptr<http::BodySource> inner, std::uint64_t bytes)
      : inner_(std::move(inner)), left_(bytes) {}

  asio::awaitable<Piece> next() override {
    if (cut_) co_return broken_off("an injected fault cut it off");
    Piece piece = co_await inner_->next();
    if (!piece || !*piece) co_return piece;
    std::string& text = **piece;
    cut_ = text.size() > left_;
    if (cut_) text.resize(left_);
    left_ -= text.size();
    co_return piece;
  }

 private:
  const std::unique_ptr<http::BodySource> inner_;
  std::uint64_t left_;
  bool cut_ = false;
};

class SlicedSource final : public http::BodySource {
 public:
  SlicedSource(std::unique_ptr<http::BodySource> inner, std::uint64_t bytes,
               std::chrono::nanoseconds pause, Clock& real_time)
      : inner_(std::move(inner)), bytes_(bytes), pause_(pause), real_time_(real_time) {}

  asio::awaitable<Piece> next() override {
    while (taken_ == text_.size()) {
      Piece more = co_await inner_->next();
      if (!more || !*more) co_return more;
      text_ = std::move(**more);
      taken_ = 0;
    }
    if (std::exchange(begun_, true)) co_await real_time_.sleep_until(real_time_.now() + pause_);
    std::string piece = text_.substr(taken_, bytes_);
    taken_ += piece.size();
    co_return std::optional(std::move(piece));
  }

 private:
  const std::unique_ptr<http::BodySource> inner_;
  const std::uint64_t bytes_;
  const std::chrono::nanoseconds pause_;
  Clock& real_time_;
  std::string text_;
  std::size_t taken_ = 0;  ///< bytes taken from text_
  bool begun_ = false;
};

class BrokenSource final : public http::BodySource {
 public:
  asio::awaitable<Piece> next() override {
    co_return broken_off("an injected fault resets the connection");
  }
};

class HangingSource final : public http::BodySource {
 public:
  asio::awaitable<Piece> next() override {
    asio::steady_timer forever(co_await asio::this_coro::executor,
                               asio::steady_timer::time_point::max());
    co_await forever.async_wait(asio::use_awaitable);
    co_return std::nullopt;
  }
};

/// Turns the present body into a stream, which a fault can wrap.
http::StreamBody stream_of(decltype(http::Response::body) body, const BodyServices& services) {
  if (auto* const text = std::get_if<std::string>(&body)) {
    const std::uint64_t size = text->size();
    return {.source = std::make_unique<TextSource>(std::move(*text)), .size = size};
  }
  if (auto* const file = std::get_if<http::FileBody>(&body)) {
    const std::uint64_t size = file->size;
    return {.source = std::make_unique<FileSource>(std::move(*file), services.file_pool),
            .size = size};
  }
  return std::get<http::StreamBody>(std::move(body));
}

}  // namespace

void truncate(http::Response& response, std::uint64_t bytes, const BodyServices& services) {
  http::StreamBody body = stream_of(std::move(response.body), services);
  body.source = std::make_unique<TruncatedSource>(std::move(body.source), bytes);
  response.body = std::move(body);
}

void slice(http::Response& response, std::uint64_t bytes, std::chrono::nanoseconds pause,
           const BodyServices& services) {
  http::StreamBody body = stream_of(std::move(response.body), services);
  body.source =
      std::make_unique<SlicedSource>(std::move(body.source), bytes, pause, services.real_time);
  response.body = std::move(body);
}

http::Response reset_connection() {
  http::Response response;
  response.body = http::StreamBody{.source = std::make_unique<BrokenSource>(),
                                   .break_off = http::StreamBody::BreakOff::reset};
  return response;
}

http::Response hang() {
  http::Response response;
  // The body has a size, so that a draining server ends the connection instead of the body.
  response.body = http::StreamBody{.source = std::make_unique<HangingSource>(),
                                   .size = 1,
                                   .lifetime = http::StreamBody::Lifetime::endless};
  return response;
}

}  // namespace dynsessions::test_double
