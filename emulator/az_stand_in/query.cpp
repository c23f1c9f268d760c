#include "emulator/az_stand_in/query.h"

#include <cctype>
#include <string>
#include <utility>

namespace dynsessions::az_stand_in {
namespace {

using Json = nlohmann::ordered_json;

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// A recursive descent over the few forms of query.h. The first mistake ends it.
class Query {
 public:
  Query(const Json& value, std::string_view text) : value_(value), rest_(text) {}

  std::optional<Json> run() {
    Json selected = expression();
    skip_blanks();
    if (failed_ || !rest_.empty()) return std::nullopt;
    return selected;
  }

 private:
  Json expression() {
    if (takes('[')) return list();
    if (takes('{')) return object();
    return path();
  }

  Json list() {
    Json values = Json::array();
    do values.push_back(path());
    while (!failed_ && takes(','));
    expect(']');
    return values;
  }

  Json object() {
    Json values = Json::object();
    do {
      const std::string name = this->name();
      expect(':');
      values[name] = path();
    } while (!failed_ && takes(','));
    expect('}');
    return values;
  }

  Json path() {
    Json found = member_of(value_, name());
    while (!failed_ && takes('.')) found = member_of(found, name());
    return found;
  }

  static Json member_of(const Json& object, const std::string& name) {
    const auto found = object.find(name);
    return object.is_object() && found != object.end() ? *found : Json();
  }

  std::string name() {
    if (takes('"')) {
      const std::size_t end = rest_.find('"');
      failed_ = failed_ || end == std::string_view::npos;
      return failed_ ? std::string() : cut(end, 1);
    }
    std::size_t end = 0;
    while (end < rest_.size() && is_name_character(rest_[end])) ++end;
    failed_ = failed_ || end == 0;
    return cut(end, 0);
  }

  std::string cut(std::size_t size, std::size_t after) {
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size + after);
    return text;
  }

  void skip_blanks() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }

  /// Skips spaces, and removes the next character if it is `wanted`. Returns whether it was.
  bool takes(char wanted) {
    skip_blanks();
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    if (wanted != '"') skip_blanks();
    return true;
  }

  void expect(char wanted) { failed_ = !takes(wanted) || failed_; }

  const Json& value_;
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

std::optional<Json> select(const Json& value, std::string_view query) {
  return Query(value, query).run();
}

}  // namespace dynsessions::az_stand_in
