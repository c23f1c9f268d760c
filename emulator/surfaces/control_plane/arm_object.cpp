#include "emulator/surfaces/control_plane/arm_object.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "emulator/base/printable.h"
#include "emulator/base/shallow_json.h"
#include "emulator/http/text.h"

namespace dynsessions::surfaces::control_plane {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestShown = 80;
/// Texts appear in messages.
constexpr std::size_t kLongestText = 2048;

bool is_whole_number(const std::string& text) {
  constexpr std::size_t kMostDigits = 18;
  return !text.empty() && text.size() <= kMostDigits &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::string shown(const json& value) {
  return printable(value.dump(-1, ' ', true, json::error_handler_t::replace), kLongestShown);
}

const json* member_of(const json* members, std::string_view name) {
  if (members == nullptr) return nullptr;
  const auto exact = members->find(name);
  if (exact != members->end()) return &*exact;
  for (const auto& [key, value] : members->items()) {
    if (http::iequals(key, name)) return &value;
  }
  return nullptr;
}

}  // namespace

ArmObject::ArmObject(const json* value, std::string path, std::optional<ArmError>& error)
    : members_(value), path_(std::move(path)), error_(error) {
  if (members_ == nullptr || members_->is_object()) return;
  if (!error_) {
    error_ = invalid_content(
        (path_.empty() ? "the body" : path_) + " must be an object, not " + shown(*members_),
        path_);
  }
  members_ = nullptr;
}

const json* ArmObject::find(std::string_view name) const {
  const json* const value = member_of(members_, name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

bool ArmObject::has(std::string_view name) const { return member_of(members_, name) != nullptr; }

ArmObject ArmObject::object(std::string_view name) const {
  return {find(name), path_of(name), error_};
}

std::optional<std::string> ArmObject::text(std::string_view name) const {
  const json* const value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    fail(name, "must be a text, not " + shown(*value));
    return std::nullopt;
  }
  auto text = value->get<std::string>();
  if (text.size() <= kLongestText) return text;
  fail(name, "must have at most " + std::to_string(kLongestText) + " bytes");
  return std::nullopt;
}

std::optional<std::string> ArmObject::number(std::string_view name) const {
  const json* const value = find(name);
  if (value == nullptr) return std::nullopt;
  const std::string digits = value->is_string() ? value->get<std::string>() : value->dump();
  if (is_whole_number(digits)) return digits;
  fail(name, "must be a whole number, 0 or more, not " + shown(*value));
  return std::nullopt;
}

std::optional<double> ArmObject::decimal(std::string_view name) const {
  const json* const value = find(name);
  if (value == nullptr) return std::nullopt;
  const json number = value->is_string() ? parse_shallow_json(value->get<std::string>()) : *value;
  if (number.is_number()) return number.get<double>();
  fail(name, "must be a number, not " + shown(*value));
  return std::nullopt;
}

std::optional<bool> ArmObject::flag(std::string_view name) const {
  const json* const value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  if (value->is_string()) {
    if (http::iequals(value->get<std::string>(), "true")) return true;
    if (http::iequals(value->get<std::string>(), "false")) return false;
  }
  fail(name, "must be true or false, not " + shown(*value));
  return std::nullopt;
}

const json* ArmObject::array(std::string_view name) const {
  const json* const value = find(name);
  if (value == nullptr || value->is_array()) return value;
  fail(name, "must be an array, not " + shown(*value));
  return nullptr;
}

std::string ArmObject::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

void ArmObject::fail(std::string_view name, const std::string& why) const {
  const std::string path = path_of(name);
  fail(invalid_content(path + " " + why, path));
}

void ArmObject::refuse(std::string_view name, const std::string& why) const {
  const std::string path = path_of(name);
  fail(bad_member("InvalidPropertyValue", path + " " + why, path));
}

void ArmObject::fail(ArmError error) const {
  if (!error_) error_ = std::move(error);
}

ArmError bad_member(std::string code, std::string message, std::string target, std::string reason) {
  return {400, std::move(code), std::move(message), std::move(target), std::move(reason)};
}

}  // namespace dynsessions::surfaces::control_plane
