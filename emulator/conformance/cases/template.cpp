#include "emulator/conformance/cases/template.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace dynsessions::conformance {
namespace {

constexpr int kDeepest = 32;  ///< only a variable that refers to itself gets this deep

/// The next `${name}` at or after `from`; begin == npos if there is none.
struct Placeholder {
  std::size_t begin = std::string::npos;
  std::size_t end = 0;
  std::string name;
};

Placeholder next_placeholder(const std::string& text, std::size_t from) {
  const std::size_t begin = text.find("${", from);
  if (begin == std::string::npos) return {};
  const std::size_t close = text.find('}', begin);
  if (close == std::string::npos) throw CaseError("`" + text + "` has a ${ without its }");
  return {begin, close + 1, text.substr(begin + 2, close - begin - 2)};
}

class Filler {
 public:
  Filler(const Scope& scope, Unknown unknown) : scope_(scope), unknown_(unknown) {}

  [[nodiscard]] Json fill(const Json& tree, int depth) const {
    if (depth > kDeepest) throw CaseError("a variable refers to itself");
    if (tree.is_string()) return fill_string(tree.get_ref<const std::string&>(), depth);
    if (tree.is_array()) return fill_array(tree, depth);
    if (!tree.is_object()) return tree;
    if (tree.contains("$byVersion")) return fill(chosen(tree), depth + 1);
    Json filled = Json::object();
    for (const auto& [key, value] : tree.items()) filled[key] = fill(value, depth + 1);
    return filled;
  }

 private:
  [[nodiscard]] Json fill_array(const Json& tree, int depth) const {
    Json filled = Json::array();
    for (const Json& item : tree) filled.push_back(fill(item, depth + 1));
    return filled;
  }

  [[nodiscard]] const Json& chosen(const Json& choice) const {
    const Json& values = choice.at("$byVersion");
    if (choice.size() != 1 || !values.is_object()) {
      throw CaseError("$byVersion must be the only member and hold an object");
    }
    if (const auto exact = values.find(scope_.api_version); exact != values.end()) return *exact;
    if (const auto other = values.find("*"); other != values.end()) return *other;
    throw CaseError("$byVersion has no value for " + scope_.api_version + " and no \"*\"");
  }

  [[nodiscard]] Json fill_string(const std::string& text, int depth) const {
    const Placeholder whole = next_placeholder(text, 0);
    if (whole.begin == 0 && whole.end == text.size()) {
      const Json* value = find(whole.name);
      return value == nullptr ? Json(text) : fill(*value, depth + 1);
    }
    std::string filled;
    std::size_t done = 0;
    for (Placeholder at = whole; at.begin != std::string::npos;
         at = next_placeholder(text, at.end)) {
      filled.append(text, done, at.begin - done).append(text_of(at.name, depth));
      done = at.end;
    }
    return filled.append(text, done, std::string::npos);
  }

  [[nodiscard]] std::string text_of(const std::string& name, int depth) const {
    const Json* value = find(name);
    if (value == nullptr) return "${" + name + "}";
    const Json filled = fill(*value, depth + 1);
    if (filled.is_structured()) throw CaseError("${" + name + "} is not a text");
    return filled.is_string() ? filled.get<std::string>() : filled.dump();
  }

  [[nodiscard]] const Json* find(const std::string& name) const {
    const Json* value = scope_.find(name);
    if (value == nullptr && unknown_ == Unknown::refuse) {
      throw CaseError("no variable is called ${" + name + "} here");
    }
    return value;
  }

  const Scope& scope_;
  const Unknown unknown_;
};

void collect(const Json& tree, std::set<std::string>& names) {
  if (tree.is_structured()) {
    for (const Json& child : tree) collect(child, names);
  } else if (tree.is_string()) {
    const auto& text = tree.get_ref<const std::string&>();
    for (Placeholder at = next_placeholder(text, 0); at.begin != std::string::npos;
         at = next_placeholder(text, at.end)) {
      names.insert(at.name);
    }
  }
}

}  // namespace

const Json* Scope::find(const std::string& name) const {
  for (const Json* level : variables) {
    if (const auto found = level->find(name); found != level->end()) return &*found;
  }
  return nullptr;
}

Json fill(const Json& tree, const Scope& scope, Unknown unknown) {
  return Filler(scope, unknown).fill(tree, 0);
}

std::set<std::string> names_in(const Json& tree) {
  std::set<std::string> names;
  collect(tree, names);
  return names;
}

}  // namespace dynsessions::conformance
