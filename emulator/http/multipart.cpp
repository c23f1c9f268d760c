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
    if (*outcome == Step::starved) return {};
  }
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
      pending_.clear();
      return Step::starved;
  }
  throw std::logic_error("unknown multipart state");
}

Result<MultipartParser::Step> MultipartParser::read_boundary_line() {
  const std::size_t end = pending_.find("\r\n");
  if (end == std::string::npos && pending_.size() <= kMaxBoundaryLine) return Step::starved;
  const std::string_view line = trim(std::string_view(pending_).substr(0, end));
  if (!line.starts_with("--") || line.size() == 2 || line.size() > kMaxBoundaryLine) {
    return refused("The body is not multipart: its first line is no boundary.");
  }
  delimiter_ = "\r\n" + std::string(line);
  pending_.insert(0, "\r\n");
  state_ = State::content;
  return Step::advanced;
}

Result<MultipartParser::Step> MultipartParser::read_content() {
  const std::size_t found = pending_.find(delimiter_);
  const bool complete = found != std::string::npos;
  // A delimiter may have begun in the last bytes: they wait for the next feed.
  const std::size_t held_back = std::min(pending_.size(), delimiter_.size() - 1);
  const std::size_t count = complete ? found : pending_.size() - held_back;
  if (const Result<void> taken = take_content(count); !taken) return taken.error();
  if (!complete) return Step::starved;
  state_ = State::delimiter;
  return Step::advanced;
}

Result<MultipartParser::Step> MultipartParser::read_delimiter() {
  const std::string_view rest = std::string_view(pending_).substr(delimiter_.size());
  const std::size_t padding = std::min(rest.find_first_not_of(" \t"), rest.size());
  if (rest.size() < padding + 2 && padding <= kMaxPadding) return Step::starved;
  const bool closes = rest.starts_with("--");
  const bool ends_line = padding <= kMaxPadding && rest.substr(padding).starts_with("\r\n");
  if (!closes && !ends_line) {  // data that only began like a delimiter: let go of its CR
    state_ = State::content;
    if (const Result<void> taken = take_content(1); !taken) return taken.error();
    return Step::advanced;
  }
  if (const Result<void> ended = end_part(); !ended) return ended.error();
  pending_.erase(0, delimiter_.size() + padding);
  state_ = closes ? State::epilogue : State::part_header;
  return Step::advanced;
}

Result<MultipartParser::Step> MultipartParser::read_part_header() {
  const std::size_t end = pending_.find("\r\n\r\n");
  if (std::min(end, pending_.size()) > kMaxPartHeader) {
    return refused("The header of a multipart part is longer than 16 KiB.");
  }
  if (end == std::string::npos) return Step::starved;
  if (++parts_ > kMaxParts) return refused("The multipart body has more than 100 parts.");
  // The block starts with the delimiter's line end; without fields that is also the empty line.
  const std::size_t start = std::min<std::size_t>(2, end);
  const std::string block = pending_.substr(start, end - start);
  const Result<PartHeader> header = parse_part_header(block);
  if (!header) return header.error();
  pending_.erase(0, end + 4);
  in_part_ = true;
  state_ = State::content;
  if (const Result<void> begun = events_.part_begin(*header); !begun) return begun.error();
  return Step::advanced;
}

Result<void> MultipartParser::take_content(std::size_t count) {
  if (count == 0) return {};
  if (in_part_) {
    const std::span<const char> data(pending_.data(), count);
    if (Result<void> taken = events_.part_data(data); !taken) return taken;
  }
  pending_.erase(0, count);
  return {};
}

Result<void> MultipartParser::end_part() {
  if (!std::exchange(in_part_, false)) return {};
  return events_.part_end();
}

}  // namespace dynsessions::http
