#include "emulator/config/config_file.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>
#include <vector>

#include <nlohmann/json.hpp>

#include "emulator/base/shallow_json.h"
#include "emulator/base/suggestion.h"
#include "emulator/config/config.h"
#include "emulator/config/options.h"

namespace dynsessions::config {
namespace {

using nlohmann::json;

/// An iterator over a text that shows how far the parser has read.
class ObservedIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  ObservedIterator(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  ObservedIterator& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  ObservedIterator operator++(int) {
    const ObservedIterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const ObservedIterator& one, const ObservedIterator& other) {
    return one.at_ == other.at_;
  }
  friend bool operator!=(const ObservedIterator& one, const ObservedIterator& other) {
    return one.at_ != other.at_;
  }

 private:
  const char* at_;
  const char** reached_;
};

/// The text of a parser's error without "[json.exception.out_of_range.406] ".
std::string without_id(const std::string& message) {
  const std::size_t end = message.find("] ");
  return end == std::string::npos ? message : message.substr(end + 2);
}

class Reader {
 public:
  Reader(const std::string& path, const std::string& text) : path_(path), text_(text) {}

  json read() {
    const char* const begin = text_.data();
    const char* const end = begin + text_.size();
    reached_ = begin;
    auto observe = [this](int, json::parse_event_t event, json& parsed) {
      notice(event, parsed);
      return true;
    };
    try {
      return json::parse(ObservedIterator(begin, &reached_), ObservedIterator(end, &reached_),
                         observe, /*allow_exceptions=*/true, /*ignore_comments=*/true);
    } catch (const json::parse_error& error) {
      const std::size_t offset = std::min(error.byte, text_.size() + 1);
      refuse(offset == 0 ? 0 : offset - 1, "this is not JSON: " + parser_message(error));
    } catch (const json::exception& error) {  // a number that is too large for any type
      // The parser looks one character beyond a number.
      refuse(std::max<std::size_t>(reached_offset(), 2) - 2,
             "this cannot be read: " + without_id(error.what()));
    }
  }

 private:
  void notice(json::parse_event_t event, const json& parsed) {
    if (event == json::parse_event_t::object_start) keys_.emplace_back();
    if (event == json::parse_event_t::object_end) keys_.pop_back();
    if (event != json::parse_event_t::key) return;
    const auto& key = parsed.get_ref<const std::string&>();
    if (keys_.back().insert(key).second) return;
    refuse(text_.rfind('"', reached_offset() - 2), "`" + key + "` is there twice in one object");
  }

  [[nodiscard]] std::size_t reached_offset() const { return std::size_t(reached_ - text_.data()); }

  [[noreturn]] void refuse(std::size_t offset, const std::string& why) const {
    throw ConfigError("`" + path_ + "`, " + line_and_column(text_, offset) + ": " + why);
  }

  const std::string& path_;
  const std::string& text_;
  const char* reached_ = nullptr;
  std::vector<std::set<std::string>> keys_;  ///< keys of each object that the parser is in
};

std::string content_of(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  // A directory can be opened, but not read.
  const int failure = file && std::filesystem::is_directory(path) ? EISDIR : errno;
  if (!file || failure == EISDIR) {
    throw ConfigError("--config: cannot read `" + path +
                      "`: " + std::generic_category().message(failure));
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Returns nullptr if there is no option of that key.
const Option* find_option(std::string_view key) {
  const auto options = all_options();
  const auto found = std::find_if(options.begin(), options.end(),
                                  [key](const Option& option) { return option.key == key; });
  return found == options.end() ? nullptr : &*found;
}

bool is_option(std::string_view key) { return find_option(key) != nullptr; }

[[noreturn]] void refuse_key(const ConfigFile& file, std::string_view key,
                             std::span<const std::string_view> structured_keys) {
  std::vector<std::string_view> known(structured_keys.begin(), structured_keys.end());
  for (const Option& option : all_options()) known.push_back(option.key);
  throw ConfigError(file.place_of(key) + ": there is no such option" + did_you_mean(key, known) +
                    (nearest(key, known) ? "" : "; `dynsessions options` lists them all"));
}

/// A number, a switch or a text in the file, as the text that a flag would have had.
std::string scalar(const ConfigFile& file, const std::string& key, const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  throw ConfigError(file.place_of(key) + ": expected " + find_option(key)->accepted() + ", not `" +
                    value.dump() + "`");
}

}  // namespace

std::string ConfigFile::place_of(std::string_view key) const {
  return "`" + path + "`, " + std::string(key);
}

ConfigFile read_config_file(const std::string& path,
                            std::span<const std::string_view> structured_keys) {
  const std::string text = content_of(path);
  const json object = Reader(path, text).read();
  if (!object.is_object()) throw ConfigError("--config: `" + path + "` is not a JSON object");
  ConfigFile file{path, {}, {}};
  for (const auto& [key, value] : object.items()) {
    const bool can_be_structured =
        std::find(structured_keys.begin(), structured_keys.end(), key) != structured_keys.end();
    // The key `pools` is both: a list of pools, or the word of the option.
    const bool structured = can_be_structured && (value.is_structured() || !is_option(key));
    if (!structured && !is_option(key)) refuse_key(file, key, structured_keys);
    if (structured && !value.is_structured()) {
      throw ConfigError(file.place_of(key) + ": expected an array or an object, not `" +
                        value.dump() + "`");
    }
    if (structured) {
      file.structured.emplace(key, value.dump());
    } else {
      file.scalars.emplace(key, scalar(file, key, value));
    }
  }
  return file;
}

}  // namespace dynsessions::config
