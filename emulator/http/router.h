#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/http/message.h"

namespace dynsessions::http {

/// Decoded segments of a path (Target::segments), or those that a router matches.
using Segments = std::span<const std::string>;

/// The values of the `{name}`s of a pattern in one path.
class PathParameters {
 public:
  void add(std::string_view name, std::string value) {
    values_.emplace_back(name, std::move(value));
  }
  /// Empty if the pattern has no such parameter.
  [[nodiscard]] const std::string& operator[](std::string_view name) const;

 private:
  std::vector<std::pair<std::string_view, std::string>> values_;
};

/// A path with parameters, such as "/files/{name}/content". Its words compare without regard to
/// case. `{name}` matches one segment; `{name*}`, allowed at the end only, matches one or more and
/// joins them with `/`. The text has static storage.
class PathPattern {
 public:
  explicit PathPattern(std::string_view text);

  [[nodiscard]] std::string_view text() const { return text_; }
  /// Returns nullopt if the path does not have this form.
  [[nodiscard]] std::optional<PathParameters> match(Segments path) const;
  /// Returns the pattern with its parameters replaced by the segments of the path, as far as the
  /// path goes: "/files/a.txt/content".
  [[nodiscard]] std::string filled_from(Segments path) const;
  /// The number of characters in the pattern's words, with a slash for each.
  [[nodiscard]] std::size_t length_of_words() const;

 private:
  struct Segment {
    std::string_view text;  ///< the word, or the parameter's name
    enum class Kind { word, one, rest } kind;
  };

  std::string_view text_;
  std::vector<Segment> segments_;
};

enum class HeadRequests {
  own_rows,  ///< only rows with the method HEAD answer HEAD
  like_get,  ///< a row of GET answers HEAD too
};

/// Explains why no row has a path and method, for the text of the refusal.
struct NoRow {
  std::string methods;  ///< the methods of the path, such as "GET, DELETE"; empty: unknown path
  std::string nearest;  ///< a similar row, such as "POST /code/execute"; empty: none is similar
};

/// The part of Router that does not depend on the type of rows.
class RouteTable {
 public:
  explicit RouteTable(HeadRequests head) : head_(head) {}

  void add(Method method, std::string_view pattern) {
    rows_.push_back({method, PathPattern(pattern)});
  }

  struct Found {
    std::size_t row;
    PathParameters parameters;
  };
  [[nodiscard]] std::optional<Found> find(Method method, Segments path) const;
  [[nodiscard]] bool has(Segments path) const;
  [[nodiscard]] NoRow explain(Method method, Segments path) const;

 private:
  struct Row {
    Method method;
    PathPattern pattern;
  };
  [[nodiscard]] bool accepts(const Row& row, Method method) const;

  const HeadRequests head_;
  std::vector<Row> rows_;
};

/// The operations of one surface, one row each. A row is a struct of the surface with the members
/// `method`, `pattern` ("/files/{name}") and any others that the surface needs: the operation's
/// name, the api-versions that have it, its handler. The first row with the path and the method is
/// used. The rows outlive the router.
template <typename Row>
class Router {
 public:
  explicit Router(std::span<const Row> rows, HeadRequests head = HeadRequests::own_rows)
      : rows_(rows), table_(head) {
    for (const Row& row : rows) table_.add(row.method, row.pattern);
  }

  struct Found {
    const Row& row;
    PathParameters parameters;
  };
  /// Returns nullopt if no row has this path and method.
  [[nodiscard]] std::optional<Found> find(Method method, Segments path) const {
    auto found = table_.find(method, path);
    if (!found) return std::nullopt;
    return Found{rows_[found->row], std::move(found->parameters)};
  }
  /// Whether a row has this path, with any method.
  [[nodiscard]] bool has(Segments path) const { return table_.has(path); }
  /// Explains why find() found no row for a path and method. Slower than the others.
  [[nodiscard]] NoRow explain(Method method, Segments path) const {
    return table_.explain(method, path);
  }

 private:
  const std::span<const Row> rows_;
  RouteTable table_;
};

/// Adds the names of the rows, each once.
template <typename Rows>
void add_names(std::vector<std::string>& names, const Rows& rows) {
  for (const auto& row : rows) {
    const std::string name(row.name);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
}

[[nodiscard]] std::string_view name_of(Method method);

}  // namespace dynsessions::http
