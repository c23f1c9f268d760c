#include "emulator/surfaces/data_plane/executions/answer_parts.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "emulator/base/offload.h"
#include "emulator/base/utf8.h"
#include "emulator/surfaces/json_writer.h"

namespace dynsessions::surfaces::data_plane::executions {
namespace asio = boost::asio;

namespace {

/// Bytes of a file that are read at once. Escaping makes up to six times as many.
constexpr std::size_t kReadBytes = std::size_t{8} << 10;
constexpr std::size_t kPieceBytes = std::size_t{64} << 10;

class AnswerSource final : public http::BodySource {
 public:
  AnswerSource(AnswerParts answer, asio::thread_pool& file_pool)
      : answer_(std::move(answer)), file_pool_(file_pool) {}

  asio::awaitable<Result<std::optional<std::string>>> next() override {
    auto work = [this] { return answer_.next(); };  // safe: the end of the work is always awaited
    co_return co_await offload(file_pool_, std::move(work));
  }

 private:
  AnswerParts answer_;
  asio::thread_pool& file_pool_;
};

}  // namespace

bool QuotedTexts::is_in_memory() const {
  return std::all_of(texts_.begin(), texts_.end(),
                     [](const execution::SpooledText& text) { return text.is_in_memory(); });
}

bool QuotedTexts::at_end() const { return index_ == texts_.size() || characters_left_ == 0U; }

/// Takes whole characters only, so that a character between two pieces is not taken for invalid
/// UTF-8.
std::string QuotedTexts::next_valid_text() {
  const execution::SpooledText& text = texts_[index_];
  std::string bytes(std::min(kReadBytes, text.size() - offset_), '\0');
  text.read(offset_, bytes);
  const bool is_last = offset_ + bytes.size() == text.size();
  if (!is_last) bytes.resize(bytes.size() - unfinished_length(bytes));
  offset_ = is_last ? 0 : offset_ + bytes.size();
  if (is_last) ++index_;
  return to_valid_utf8(bytes);
}

bool QuotedTexts::append_to(std::string& json, std::size_t enough) {
  while (!at_end() && json.size() < enough) {
    const std::string text = next_valid_text();
    if (!characters_left_) {
      append_json_characters(json, text);
      continue;
    }
    const std::string_view shown = first_characters(text, *characters_left_);
    *characters_left_ -= count_characters(shown);
    append_json_characters(json, shown);
  }
  return at_end();
}

std::optional<std::string> AnswerParts::next() {
  std::string piece;
  while (next_part_ < parts_.size()) {
    Part& part = parts_[next_part_];
    piece += std::exchange(part.json, {});
    if (!part.texts.append_to(piece, kPieceBytes)) return piece;
    ++next_part_;
  }
  parts_.clear();
  next_part_ = 0;
  if (!last_) return std::nullopt;
  piece += *std::exchange(last_, std::nullopt);
  return piece;
}

decltype(http::Response::body) body_of(AnswerParts answer, asio::thread_pool& file_pool) {
  if (answer.is_in_memory()) return answer.next().value_or(std::string());
  http::StreamBody body;
  body.source = std::make_unique<AnswerSource>(std::move(answer), file_pool);
  body.half_close = http::StreamBody::HalfClose::ignored;
  return body;
}

}  // namespace dynsessions::surfaces::data_plane::executions
