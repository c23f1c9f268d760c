#include "emulator/http/router.h"

#include <algorithm>

#include "emulator/base/edit_distance.h"
#include "emulator/http/text.h"

namespace dynsessions::http {
namespace {

/// Longer paths are not misspelt operations, and comparing them would cost time.
constexpr std::size_t kLongestCompared = 200;

std::string joined(Segments path) {
  std::string text;
  for (const std::string& segment : path) text.append("/").append(segment);
  return text;
}

/// Whether a path that needs `edits` to become `wanted` is probably a misspelling of it. Both are
/// in lower case. Only `own_length` characters of `wanted` are words of the pattern: the rest was
/// copied from the path and proves nothing.
bool is_similar(std::string_view path, std::string_view wanted, std::size_t own_length,
                std::size_t edits) {
  return edits * 2 <= own_length || (path.size() > 1 && wanted.starts_with(path));
}

}  // namespace

const std::string& PathParameters::operator[](std::string_view name) const {
  static const std::string kNone;
  const auto found = std::find_if(values_.begin(), values_.end(),
                                  [name](const auto& value) { return value.first == name; });
  return found == values_.end() ? kNone : found->second;
}

PathPattern::PathPattern(std::string_view text) : text_(text) {
  while (!text.empty()) {
    text.remove_prefix(1);  // the slash
    std::string_view segment = text.substr(0, text.find('/'));
    text.remove_prefix(segment.size());
    if (segment.empty()) continue;
    auto kind = Segment::Kind::word;
    if (segment.front() == '{') {
      segment = segment.substr(1, segment.size() - 2);
      kind = segment.ends_with('*') ? Segment::Kind::rest : Segment::Kind::one;
      if (kind == Segment::Kind::rest) segment.remove_suffix(1);
    }
    segments_.push_back({segment, kind});
  }
}

std::optional<PathParameters> PathPattern::match(Segments path) const {
  PathParameters parameters;
  for (const Segment& expected : segments_) {
    if (path.empty()) return std::nullopt;
    switch (expected.kind) {
      case Segment::Kind::word:
        if (!iequals(expected.text, path.front())) return std::nullopt;
        break;
      case Segment::Kind::one:
        parameters.add(expected.text, path.front());
        break;
      case Segment::Kind::rest:
        parameters.add(expected.text, joined(path).substr(1));
        return parameters;
    }
    path = path.subspan(1);
  }
  if (!path.empty()) return std::nullopt;
  return parameters;
}

std::string PathPattern::filled_from(Segments path) const {
  std::string text;
  for (const Segment& segment : segments_) {
    if (segment.kind == Segment::Kind::rest && !path.empty()) return text + joined(path);
    text += '/';
    if (segment.kind == Segment::Kind::word) {
      text += segment.text;
    } else if (!path.empty()) {
      text += path.front();
    }
    if (!path.empty()) path = path.subspan(1);
  }
  return text;
}

std::size_t PathPattern::length_of_words() const {
  std::size_t length = 0;
  for (const Segment& segment : segments_) {
    if (segment.kind == Segment::Kind::word) length += 1 + segment.text.size();
  }
  return length;
}

bool RouteTable::accepts(const Row& row, Method method) const {
  const bool as_get = head_ == HeadRequests::like_get && method == Method::head;
  return row.method == (as_get ? Method::get : method);
}

std::optional<RouteTable::Found> RouteTable::find(Method method, Segments path) const {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (!accepts(rows_[i], method)) continue;
    auto parameters = rows_[i].pattern.match(path);
    if (parameters) return Found{i, *std::move(parameters)};
  }
  return std::nullopt;
}

bool RouteTable::has(Segments path) const {
  return std::any_of(rows_.begin(), rows_.end(),
                     [path](const Row& row) { return row.pattern.match(path).has_value(); });
}

NoRow RouteTable::explain(Method method, Segments path) const {
  NoRow answer;
  const std::string text = lower_case(joined(path));
  std::size_t best = 0;
  for (const Row& row : rows_) {
    if (row.pattern.match(path)) {
      const std::string_view name = name_of(row.method);
      if (answer.methods.find(name) != std::string::npos) continue;
      answer.methods.append(answer.methods.empty() ? "" : ", ").append(name);
    } else if (text.size() <= kLongestCompared && answer.methods.empty()) {
      const std::string wanted = lower_case(row.pattern.filled_from(path));
      const std::size_t edits = edit_distance(text, wanted);
      if (!is_similar(text, wanted, row.pattern.length_of_words(), edits)) continue;
      // Of similar paths, the user more likely meant one that has the method.
      const std::size_t rank = edits + (accepts(row, method) ? 0 : 4);
      if (!answer.nearest.empty() && rank >= best) continue;
      best = rank;
      answer.nearest = std::string(name_of(row.method)).append(" ").append(row.pattern.text());
    }
  }
  if (!answer.methods.empty()) answer.nearest.clear();
  return answer;
}

std::string_view name_of(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::delete_:
      return "DELETE";
    case Method::head:
      return "HEAD";
    case Method::options:
      return "OPTIONS";
    case Method::other:
      break;
  }
  return "another";
}

}  // namespace dynsessions::http
