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
/// Spaces that a transport is allowed to add after a boundary (RFC 2046 section 5.1.1).
constexpr std::size_t kMaxPadding = 64;
/// Bytes that are appended at once to unparsed ones; the rest is then parsed without a copy.
constexpr std::size_t kSeam = 1024;

Error refused(std::string message, std::string reason = {}) {
  return invalid_request(std::move(message), "file", std::move(reason));
}

Error not_multipart(std::string message) {
  return refused(std::move(message), "send multipart/form-data, as `curl -F file=@NAME` does");
}

/// Returns how many of the last bytes can be the beginning of a delimiter.
std::size_t size_of_beginning(std::string_view bytes, std::string_view delimiter) {
  std::size_t count = std::min(bytes.size(), delimiter.size() - 1);
  while (!delimiter.starts_with(bytes.substr(bytes.size() - count))) --count;
  return count;
}

}  // namespace

std::optional<std::string> MultipartParser::boundary_of(std::string_view content_type) {
  const std::optional<HeaderValue> type = HeaderValue::parse(content_type);
  if (!type || !iequals(type->value, "multipart/form-data")) return std::nullopt;
  const std::optional<std::string_view> boundary = type->find("boundary");
  if (!boundary || boundary->empty()) return std::nullopt;
  return std::string(*boundary);
}

// The parser adds a line end in front of the body, so that the first delimiter looks like all
// others.
MultipartParser::MultipartParser(std::optional<std::string> boundary, Events events)
    : events_(std::move(events)),
      state_(boundary ? State::content : State::boundary_line),
      delimiter_(boundary ? "\r\n--" + *boundary : ""),
      held_("\r\n") {}

Result<void> MultipartParser::feed(std::span<const char> bytes) {
  std::string_view fed(bytes.data(), bytes.size());
  while (!held_.empty() && !fed.empty()) {
    const std::size_t held = held_.size();
    const std::string_view joined = fed.substr(0, kSeam);
    const Result<std::size_t> understood = parse(held_.append(joined));
    if (!understood) return understood.error();
    if (*understood < held) {
      held_.erase(0, *understood);
      fed.remove_prefix(joined.size());
    } else {
      held_.clear();
      fed.remove_prefix(*understood - held);
    }
  }
  if (fed.empty()) return {};
  const Result<std::size_t> understood = parse(fed);
  if (!understood) return understood.error();
  held_.append(fed.substr(*understood));
  return {};
}

/// Returns how many of `bytes` were parsed; the others must be passed again, followed by more.
Result<std::size_t> MultipartParser::parse(std::string_view bytes) {
  rest_ = bytes;
  for (;;) {
    const Result<Step> outcome = step();
    if (!outcome) return outcome.error();
    if (*outcome == Step::starved) return bytes.size() - rest_.size();
  }
}

Result<void> MultipartParser::finish() const {
  if (state_ == State::epilogue) return {};
  if (state_ == State::boundary_line) {
    return not_multipart("The body is not multipart: it has no line with a boundary.");
  }
  return refused("The multipart body ends before its closing boundary.",
                 "the body is cut off, or has another boundary than the header Content-Type");
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
      rest_ = {};
      return Step::starved;
  }
  throw std::logic_error("unknown multipart state");
}

/// The line starts after the line end that the parser has added in front of the body.
Result<MultipartParser::Step> MultipartParser::read_boundary_line() {
  const std::string_view body = rest_.substr(2);
  const std::size_t end = body.find("\r\n");
  const bool is_whole = end != std::string::npos;
  // One byte of the line end can be included; the limit must not depend on how the bytes are split.
  const std::size_t longest = is_whole ? kMaxBoundaryLine : kMaxBoundaryLine + 1;
  if (std::min(end, body.size()) > longest) {
    return not_multipart("The first line of the body is too long for a multipart boundary.");
  }
  if (!is_whole) return Step::starved;
  const std::string_view line = trim(body.substr(0, end));
  if (!line.starts_with("--") || line.size() == 2) {
    return not_multipart("The body is not multipart: its first line is no boundary.");
  }
  delimiter_ = "\r\n" + std::string(line);
  state_ = State::content;
  return Step::advanced;
}

Result<MultipartParser::Step> MultipartParser::read_content() {
  const std::size_t found = rest_.find(delimiter_);
  const bool complete = found != std::string::npos;
  const std::size_t count = complete ? found : rest_.size() - size_of_beginning(rest_, delimiter_);
  if (const Result<void> taken = take_content(count); !taken) return taken.error();
  if (!complete) return Step::starved;
  state_ = State::delimiter;
  return Step::advanced;
}

Result<MultipartParser::Step> MultipartParser::read_delimiter() {
  const std::string_view after = rest_.substr(delimiter_.size());
  const std::size_t padding = std::min(after.find_first_not_of(" \t"), after.size());
  if (after.size() < padding + 2 && padding <= kMaxPadding) return Step::starved;
  const bool closes = after.starts_with("--");
  const bool ends_line = padding <= kMaxPadding && after.substr(padding).starts_with("\r\n");
  if (!closes && !ends_line) {  // data that only began like a delimiter: release its CR
    state_ = State::content;
    if (const Result<void> taken = take_content(1); !taken) return taken.error();
    return Step::advanced;
  }
  if (const Result<void> ended = end_part(); !ended) return ended.error();
  rest_.remove_prefix(delimiter_.size() + padding);
  state_ = closes ? State::epilogue : State::part_header;
  return Step::advanced;
}

Result<MultipartParser::Step> MultipartParser::read_part_header() {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const std::size_t end = rest_.find(kEnd);
  const bool is_whole = end != std::string::npos;
  const std::size_t longest = is_whole ? kMaxPartHeader : kMaxPartHeader + kEnd.size() - 1;
  if (std::min(end, rest_.size()) > longest) {
    return refused("The header of a multipart part is longer than 16 KiB.");
  }
  if (!is_whole) return Step::starved;
  if (++parts_ > kMaxParts) return refused("The multipart body has more than 100 parts.");
  // The block starts with the delimiter's line end. If there are no fields, that is also the empty
  // line.
  const std::size_t start = std::min<std::size_t>(2, end);
  const Result<PartHeader> header = parse_part_header(rest_.substr(start, end - start));
  if (!header) return header.error();
  rest_.remove_prefix(end + kEnd.size());
  in_part_ = true;
  state_ = State::content;
  if (const Result<void> begun = events_.part_begin(*header); !begun) return begun.error();
  return Step::advanced;
}

Result<void> MultipartParser::take_content(std::size_t count) {
  if (count == 0) return {};
  if (in_part_) {
    const std::span<const char> data = rest_.substr(0, count);
    if (Result<void> taken = events_.part_data(data); !taken) return taken;
  }
  rest_.remove_prefix(count);
  return {};
}

Result<void> MultipartParser::end_part() {
  if (!std::exchange(in_part_, false)) return {};
  return events_.part_end();
}

}  // namespace dynsessions::http
