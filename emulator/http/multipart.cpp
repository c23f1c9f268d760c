#include "emulator/http/multipart.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "emulator/http/header_value.h"
#include "emulator/http/part_header.h"
#include "emulator/http/text.h"

namespace dynsessions::http {
namespace {

constexpr std::size_t kMaxPartHeader = std::size_t{16} * 1024;
constexpr std::size_t kMaxParts = 100;
constexpr std::size_t kMaxBoundaryLine = 256;
/// Spaces that a transport may have added after a boundary (RFC 2046 section 5.1.1).
constexpr std::size_t kMaxPadding = 64;

Error refused(std::string message) { return invalid_request(std::move(message), "file"); }

}  // namespace

std::optional<std::string> MultipartParser::boundary_of(std::string_view content_type) {
  const std::optional<HeaderValue> type = HeaderValue::parse(content_type);
  if (!type || !iequals(type->value, "multipart/form-data")) return std::nullopt;
  const std::optional<std::string_view> boundary = type->find("boundary");
  if (!boundary || boundary->empty()) return std::nullopt;
  return std::string(*boundary);
}

// The body is read as if a line end stood before it: then its first delimiter looks like all
// others.
MultipartParser::MultipartParser(std::optional<std::string> boundary, Events events)
    : events_(std::move(events)),
      state_(boundary ? State::content : State::boundary_line),
      delimiter_(boundary ? "\r\n--" + *boundary : ""),
      pending_(boundary ? "\r\n" : "") {}

Result<void> MultipartParser::feed(std::span<const char> bytes) {
  if (state_ == State::epilogue) return {};
  pending_.append(bytes.data(), bytes.size());
  for (;;) {
    const Result<Step> outcome = step();
    if (!outcome) return outcome.error();
    if (*outcome == Step::starved) break;
  }
  pending_.erase(0, std::exchange(understood_, 0));
  return {};
}

Result<void> MultipartParser::finish() const {
  if (state_ == State::epilogue) return {};
  return refused("The multipart body ends before its closing boundary.");
}

Result<MultipartParser::Step> MultipartParser::step() {
  switch (state_) {
    case State::boundary_line:
      return read_boundary_line();
    case State::content:
      return read_content();
    case State::delimiter:
      return read_delimiter();
    case State::part_header:
      return read_part_header();
    case State::epilogue:
      understood_ = pending_.size();
      return Step::starved;
  }
  throw std::logic_error("unknown multipart state");
}

std::string_view MultipartParser::rest() const {
  return std::string_view(pending_).substr(understood_);
}

Result<MultipartParser::Step> MultipartParser::read_boundary_line() {
  const std::size_t end = pending_.find("\r\n");
  const bool is_whole = end != std::string::npos;
  // Of a line end one byte may be there: the limit must not depend on how the bytes come.
  const std::size_t longest = is_whole ? kMaxBoundaryLine : kMaxBoundaryLine + 1;
  if (std::min(end, pending_.size()) > longest) {
    return refused("The first line of the body is too long for a multipart boundary.");
  }
  if (!is_whole) return Step::starved;
  const std::string_view line = trim(std::string_view(pending_).substr(0, end));
  if (!line.starts_with("--") || line.size() == 2) {
    return refused("The body is not multipart: its first line is no boundary.");
  }
  delimiter_ = "\r\n" + std::string(line);
  pending_.insert(0, "\r\n");
  state_ = State::content;
  return Step::advanced;
}

Result<MultipartParser::Step> MultipartParser::read_content() {
  const std::size_t found = rest().find(delimiter_);
  const bool complete = found != std::string::npos;
  // A delimiter may have begun in the last bytes: they wait for the next feed.
  const std::size_t held_back = std::min(rest().size(), delimiter_.size() - 1);
  const std::size_t count = complete ? found : rest().size() - held_back;
  if (const Result<void> taken = take_content(count); !taken) return taken.error();
  if (!complete) return Step::starved;
  state_ = State::delimiter;
  return Step::advanced;
}

Result<MultipartParser::Step> MultipartParser::read_delimiter() {
  const std::string_view after = rest().substr(delimiter_.size());
  const std::size_t padding = std::min(after.find_first_not_of(" \t"), after.size());
  if (after.size() < padding + 2 && padding <= kMaxPadding) return Step::starved;
  const bool closes = after.starts_with("--");
  const bool ends_line = padding <= kMaxPadding && after.substr(padding).starts_with("\r\n");
  if (!closes && !ends_line) {  // data that only began like a delimiter: let go of its CR
    state_ = State::content;
    if (const Result<void> taken = take_content(1); !taken) return taken.error();
    return Step::advanced;
  }
  if (const Result<void> ended = end_part(); !ended) return ended.error();
  understood_ += delimiter_.size() + padding;
  state_ = closes ? State::epilogue : State::part_header;
  return Step::advanced;
}

Result<MultipartParser::Step> MultipartParser::read_part_header() {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const std::size_t end = rest().find(kEnd);
  const bool is_whole = end != std::string::npos;
  const std::size_t longest = is_whole ? kMaxPartHeader : kMaxPartHeader + kEnd.size() - 1;
  if (std::min(end, rest().size()) > longest) {
    return refused("The header of a multipart part is longer than 16 KiB.");
  }
  if (!is_whole) return Step::starved;
  if (++parts_ > kMaxParts) return refused("The multipart body has more than 100 parts.");
  // The block starts with the delimiter's line end; without fields that is also the empty line.
  const std::size_t start = std::min<std::size_t>(2, end);
  const Result<PartHeader> header = parse_part_header(rest().substr(start, end - start));
  if (!header) return header.error();
  understood_ += end + kEnd.size();
  in_part_ = true;
  state_ = State::content;
  if (const Result<void> begun = events_.part_begin(*header); !begun) return begun.error();
  return Step::advanced;
}

Result<void> MultipartParser::take_content(std::size_t count) {
  if (count == 0) return {};
  if (in_part_) {
    const std::span<const char> data = rest().substr(0, count);
    if (Result<void> taken = events_.part_data(data); !taken) return taken;
  }
  understood_ += count;
  return {};
}

Result<void> MultipartParser::end_part() {
  if (!std::exchange(in_part_, false)) return {};
  return events_.part_end();
}

}  // namespace dynsessions::http
