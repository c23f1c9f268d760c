#include <optional>
#include <utility>

#include "emulator/base/utf8.h"
#include "emulator/workspace_files/session_files.h"

namespace dynsessions::workspace_files {
namespace {

constexpr std::string_view kDataRoot = "/mnt/data";

/// Returns the part of the path after the root's own name. `/mnt/database` does not begin with the
/// root and is an ordinary path below it.
std::string_view below_root(std::string_view text) {
  if (text == ".") return {};
  if (text.starts_with(kDataRoot)) {
    const std::string_view rest = text.substr(kDataRoot.size());
    if (rest.empty() || rest.front() == '/') text = rest;
  }
  if (text.starts_with('/')) text.remove_prefix(1);
  return text;
}

/// Returns the reason why `component` cannot name a file; nullopt if it can.
std::optional<std::string> objection(std::string_view component) {
  if (component.empty()) return "has an empty component (`//` or a `/` at the end)";
  if (component == "." || component == "..") return "may not contain `.` or `..` components";
  if (component.size() > DataPath::kMaxComponentBytes)
    return "has a component of more than 255 bytes";
  return std::nullopt;
}

Error refusal(std::string_view target, const std::string& why) {
  const std::string name(target);
  return invalid_request("The " + name + " " + why + ".", name,
                         "a path below /mnt/data, such as directory/file.txt, is accepted");
}

}  // namespace

Result<DataPath> DataPath::parse(std::string_view text, std::string_view target) {
  if (text.find('\0') != std::string_view::npos) return refusal(target, "contains a NUL character");
  if (!is_valid_utf8(text)) return refusal(target, "is not valid UTF-8");
  std::string_view rest = below_root(text);
  if (rest.size() > kMaxBytes) return refusal(target, "is longer than 4095 bytes");
  DataPath path;
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    const std::string_view component = rest.substr(0, slash);
    if (const auto why = objection(component)) return refusal(target, *why);
    if (path.components_.size() == kMaxComponents)
      return refusal(target, "has more than 128 components");
    path.components_.emplace_back(component);
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
    if (rest.empty()) return refusal(target, *objection(rest));
  }
  return path;
}

DataPath DataPath::operator/(const DataPath& below) const {
  DataPath joined = *this;
  joined.components_.insert(joined.components_.end(), below.components_.begin(),
                            below.components_.end());
  return joined;
}

DataPath DataPath::parent() const {
  DataPath above = *this;
  if (!above.is_root()) above.components_.pop_back();
  return above;
}

std::string DataPath::text() const {
  if (is_root()) return ".";
  std::string joined;
  for (const std::string& component : components_) {
    if (!joined.empty()) joined += '/';
    joined += component;
  }
  return joined;
}

}  // namespace dynsessions::workspace_files
