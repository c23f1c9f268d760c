#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "emulator/base/result.h"

namespace dynsessions::http {

/// The fields of a part's header.
struct PartHeader {
  std::string name;                     ///< form field name
  std::optional<std::string> filename;  ///< `filename*` if present, else `filename`; decoded
};

/// A push parser for multipart/form-data (RFC 7578). It holds at most one part header or a possible
/// boundary; data is passed on without a copy. Clients differ in every detail: CLIENTS.md section
/// 2, quirks 3, 5 to 8 and 10.
///
/// A refusal is `invalid_request` and final: do not call feed() again. The parser refuses a part
/// header over 16 KiB, more than 100 parts, and parts that are not form data.
class MultipartParser {
 public:
  struct Events {
    std::function<Result<void>(const PartHeader&)> part_begin;
    std::function<Result<void>(std::span<const char>)> part_data;
    std::function<Result<void>()> part_end;
  };

  /// Returns the boundary in `content_type`, quoted or not; nullopt if the type is not
  /// multipart/form-data or has no boundary (then the first line of the body has it).
  [[nodiscard]] static std::optional<std::string> boundary_of(std::string_view content_type);

  /// Without a boundary, the parser takes it from the first line of the body, which must start with
  /// `--`.
  MultipartParser(std::optional<std::string> boundary, Events events);

  /// Parses the next bytes of the body. An error of an event ends the parse and is returned.
  [[nodiscard]] Result<void> feed(std::span<const char> bytes);

  /// Ends the body. Returns an error unless the closing boundary was seen.
  [[nodiscard]] Result<void> finish() const;

 private:
  /// The meaning of the first bytes of rest_.
  enum class State {
    boundary_line,  ///< the first line, which names the boundary
    content,        ///< a part's data, or the preamble before the first part
    delimiter,      ///< something that starts like a delimiter line
    part_header,    ///< the line end of a delimiter line, then header fields
    epilogue,       ///< everything after the closing delimiter; ignored
  };
  /// Whether a step advanced, or needs more bytes.
  enum class Step { advanced, starved };

  Result<std::size_t> parse(std::string_view bytes);
  Result<Step> step();
  Result<Step> read_boundary_line();
  Result<Step> read_content();
  Result<Step> read_delimiter();
  Result<Step> read_part_header();
  Result<void> take_content(std::size_t count);
  Result<void> end_part();

  Events events_;
  State state_;
  std::string delimiter_;  ///< CRLF, two dashes, the boundary
  std::string held_;       ///< the last bytes fed, from the first that is not parsed yet
  std::string_view rest_;  ///< while parse() runs: the bytes that are not parsed yet
  bool in_part_ = false;
  std::size_t parts_ = 0;
};

}  // namespace dynsessions::http
