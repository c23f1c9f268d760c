#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "emulator/execution/spool.h"
#include "emulator/http/message.h"

namespace dynsessions::surfaces::data_plane::executions {

/// Texts one after the other as the inside of one JSON string: repaired to UTF-8, cut after some
/// characters, escaped; in pieces. A value.
class QuotedTexts {
 public:
  QuotedTexts(std::vector<execution::SpooledText> texts, std::optional<std::size_t> characters)
      : texts_(std::move(texts)), characters_left_(characters) {}

  /// Whether append_to() reads no file.
  [[nodiscard]] bool is_in_memory() const;

  /// Appends until `json` has at least `enough` bytes, with at most 48 KiB more, or until the end,
  /// at which it returns true. Blocks unless is_in_memory(); throws std::system_error if a file
  /// cannot be read.
  bool append_to(std::string& json, std::size_t enough);

 private:
  [[nodiscard]] bool at_end() const;
  [[nodiscard]] std::string next_valid_text();

  std::vector<execution::SpooledText> texts_;
  std::optional<std::size_t> characters_left_;  ///< nullopt: all of them
  std::size_t index_ = 0;                       ///< of the text that comes next
  std::size_t offset_ = 0;                      ///< in that text
};

/// A JSON document with gaps for texts that are not in memory.
class AnswerParts {
 public:
  /// A part of the document and the texts that follow it.
  void add(std::string json, QuotedTexts texts) {
    parts_.push_back({std::move(json), std::move(texts)});
  }
  /// The last part.
  void end(std::string json) { last_ = std::move(json); }

  /// Whether there are no gaps.
  [[nodiscard]] bool is_in_memory() const { return parts_.empty(); }

  /// The next piece of the document, 64 to 112 KiB; nullopt at the end. Blocks and throws as
  /// QuotedTexts::append_to(). After the last piece it holds no text any more.
  [[nodiscard]] std::optional<std::string> next();

 private:
  struct Part {
    std::string json;
    QuotedTexts texts;
  };
  std::vector<Part> parts_;
  std::optional<std::string> last_;
  std::size_t next_part_ = 0;
};

/// The body of an answer: a text if it is in memory, otherwise a stream that reads the files on
/// `file_pool`, which outlives it, at the client's pace.
[[nodiscard]] decltype(http::Response::body) body_of(AnswerParts answer,
                                                     boost::asio::thread_pool& file_pool);

}  // namespace dynsessions::surfaces::data_plane::executions
