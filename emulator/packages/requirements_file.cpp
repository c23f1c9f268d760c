#include "emulator/packages/requirements_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include <boost/algorithm/string/replace.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>

#include "emulator/base/printable.h"
#include "emulator/packages/package_name.h"

namespace dynsessions::packages {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongestFile = std::size_t{1} << 20;
/// Some editors begin a file with it.
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
/// The comment at the end of lines that set_needed() has written.
constexpr std::string_view kNeededMark = "  # needed by others";

/// An option of pip that a line can have.
struct LineOption {
  std::string_view name;
  std::string_view letter;  ///< its short form; empty: it has none
  bool takes_value;
  bool is_place;  ///< where packages come from
};

constexpr std::array kLineOptions{
    LineOption{"--index-url", "-i", true, true},  LineOption{"--extra-index-url", {}, true, true},
    LineOption{"--find-links", "-f", true, true}, LineOption{"--no-index", {}, false, true},
    LineOption{"--only-binary", {}, true, false}, LineOption{"--prefer-binary", {}, false, false},
    LineOption{"--pre", {}, false, false},
};

/// An option of a line with its value.
struct OptionLine {
  const LineOption* option;
  std::string value;
};

std::string without_comment(std::string_view line) {
  std::size_t end = line.find('#');
  // A `#` inside a URL does not start a comment.
  while (end != std::string_view::npos && end > 0 && line[end - 1] != ' ' &&
         line[end - 1] != '\t') {
    end = line.find('#', end + 1);
  }
  return boost::algorithm::trim_copy(std::string(line.substr(0, end)));
}

constexpr std::string_view kBlanks = " \t\r\n\v\f";
/// The characters that pip, which splits options as a shell does, does not take as they are.
constexpr std::string_view kSplitting = " \t\r\n\v\f'\"\\";

/// The text as one word for pip.
std::string quoted(const std::string& text) {
  if (text.find_first_of(kSplitting) == std::string::npos) return text;
  return '\'' + boost::algorithm::replace_all_copy(text, "'", "'\"'\"'") + '\'';
}

/// The reverse of quoted(). Returns nullopt if pip would read several words: the others could be
/// options that are refused.
std::optional<std::string> unquoted(std::string_view text) {
  std::string word;
  char quote = 0;
  for (const char c : text) {
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else if (c == '\\' || (quote == 0 && kBlanks.find(c) != std::string_view::npos)) {
      return std::nullopt;
    } else {
      word += c;
    }
  }
  return quote == 0 ? std::optional(word) : std::nullopt;
}

/// Returns nullopt if the line has no known option, or if the option's value is missing or
/// unexpected.
std::optional<OptionLine> parse_option(const std::string& line) {
  const std::size_t end = line.find_first_of(" \t=");
  const std::string name = line.substr(0, end);
  const auto option =
      std::find_if(kLineOptions.begin(), kLineOptions.end(), [&](const LineOption& each) {
        return name == each.name || (!each.letter.empty() && name == each.letter);
      });
  if (option == kLineOptions.end()) return std::nullopt;
  auto value = unquoted(
      boost::algorithm::trim_copy(end == std::string::npos ? std::string() : line.substr(end + 1)));
  if (!value || value->empty() == option->takes_value) return std::nullopt;
  return OptionLine{&*option, *std::move(value)};
}

std::string accepted_options() {
  std::string names;
  for (const LineOption& each : kLineOptions) {
    names += (names.empty() ? "" : ", ") + std::string(each.name);
  }
  return names;
}

bool is_place(const std::string& line) {
  const auto option = parse_option(without_comment(line));
  return option && option->option->is_place;
}

/// Makes paths absolute, because pip resolves them relative to its copy of the file, which is in
/// another directory.
std::string with_absolute_path(const OptionLine& line, const fs::path& directory) {
  std::string text(line.option->name);
  if (!line.option->takes_value) return text;
  const bool is_path =
      line.option->name == "--find-links" && line.value.find("://") == std::string::npos;
  return text + ' ' +
         quoted(is_path ? (directory / line.value).lexically_normal().string() : line.value);
}

Error refused(const std::string& text, const std::string& why) {
  return invalid_request('`' + printable(text, 100) + "` " + why);
}

/// Whether pip would see an option in the line: there the requirement ends for it.
bool has_option(const std::string& words) {
  return words.find(" -") != std::string::npos || words.find("\t-") != std::string::npos ||
         words.find("--") != std::string::npos;
}

/// Whether the address is one of another machine, not a path here.
bool is_web_address(std::string_view text) {
  return text.find("://") != std::string_view::npos && text.find("file:") == std::string_view::npos;
}

/// A predicate for lines that ask for the package.
auto is_line_of(std::string name) {
  return [name = std::move(name)](const std::string& line) {
    const auto requirement = parse_requirement(line);
    return requirement && requirement->name == name;
  };
}

/// Whether the text after a name and its extras can be one of a requirement.
bool continues_requirement(std::string_view rest) {
  constexpr std::string_view kBeginnings[] = {"==", "<", ">", "!=", "~=", ";", "@", "("};
  return rest.empty() ||
         std::any_of(std::begin(kBeginnings), std::end(kBeginnings),
                     [rest](std::string_view beginning) { return rest.starts_with(beginning); });
}

}  // namespace

Result<Requirement> parse_requirement(std::string_view text) {
  Requirement requirement{{}, without_comment(text)};
  const std::string& words = requirement.text;
  const std::string_view name = leading_name(words);
  std::string rest = boost::algorithm::trim_copy(words.substr(name.size()));
  if (rest.starts_with('[')) {
    rest = boost::algorithm::trim_copy(rest.substr(std::min(rest.size(), rest.find(']') + 1)));
  }
  if (name.empty() || !continues_requirement(rest)) {
    return refused(words,
                   "is not the name of a package with or without versions, such as "
                   "plotly or plotly==5.24.1");
  }
  if (has_option(words)) return refused(words, "has an option of pip in it");
  if (rest.starts_with('@') && !is_web_address(rest.substr(1))) {
    return refused(words,
                   "takes a package from a place that can change without a new address; "
                   "name a directory of wheels with --find-links");
  }
  requirement.name = normalized_name(name);
  requirement.is_exact_or_ranged = !rest.empty() && rest.front() != ';';
  return requirement;
}

Result<std::string> read_requirements_text(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  const auto refuse = [&path](const std::string& why) {
    return invalid_request(path.string() + ": " + why);
  };
  if (status.type() == fs::file_type::not_found) return std::string();
  if (error) return refuse("it cannot be read: " + error.message());
  if (!fs::is_regular_file(status)) return refuse("it is not a file");
  std::ifstream file(path, std::ios::binary);
  if (!file) return refuse("it cannot be read: " + std::generic_category().message(errno));
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) return refuse("it cannot be read: " + std::generic_category().message(errno));
  return text;
}

Result<RequirementsFile> RequirementsFile::parse(std::string_view text) {
  if (text.size() > kLongestFile) return invalid_request("the file is longer than 1 MiB");
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.find('\0') != std::string_view::npos) {
    return invalid_request(
        "the file is not a text in UTF-8; save it as UTF-8 (PowerShell 5 writes UTF-16)");
  }
  std::vector<std::string> lines;
  boost::algorithm::split(lines, text, [](char c) { return c == '\n'; });
  RequirementsFile file;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    boost::algorithm::trim_right(lines[i]);
    const auto fail = [number = i + 1](const std::string& why) {
      return invalid_request("line " + std::to_string(number) + ": " + why);
    };
    const std::string content = without_comment(lines[i]);
    const bool is_needed = lines[i].ends_with(kNeededMark);
    if (!is_needed) file.lines_.push_back(lines[i]);
    if (content.empty()) continue;
    if (content.ends_with('\\')) return fail("a line cannot continue in the next one");
    if (content.starts_with('-')) {
      if (parse_option(content)) continue;
      return fail('`' + printable(content, 100) +
                  "` is not one of the options that a line can have: " + accepted_options());
    }
    Result<Requirement> requirement = parse_requirement(content);
    if (!requirement) return fail(requirement.error().message);
    (is_needed ? file.needed_ : file.requirements_).push_back(*std::move(requirement));
  }
  while (!file.lines_.empty() && file.lines_.back().empty()) file.lines_.pop_back();
  return file;
}

void RequirementsFile::put(const Requirement& requirement) {
  const auto same_package = [&](const Requirement& each) { return each.name == requirement.name; };
  const auto known = std::find_if(requirements_.begin(), requirements_.end(), same_package);
  if (known == requirements_.end()) {
    lines_.push_back(requirement.text);
    requirements_.push_back(requirement);
    return;
  }
  *known = requirement;
  requirements_.erase(std::remove_if(std::next(known), requirements_.end(), same_package),
                      requirements_.end());
  const auto line = std::find_if(lines_.begin(), lines_.end(), is_line_of(requirement.name));
  *line = requirement.text;
  lines_.erase(std::remove_if(std::next(line), lines_.end(), is_line_of(requirement.name)),
               lines_.end());
}

void RequirementsFile::pin(const Requirement& requirement, const std::string& version) {
  const auto known =
      std::find_if(requirements_.begin(), requirements_.end(),
                   [&](const Requirement& each) { return each.text == requirement.text; });
  if (known == requirements_.end()) return;
  const std::string pinned = requirement.text + "==" + version;
  for (std::string& line : lines_) {
    if (without_comment(line) == known->text) line = pinned;
  }
  known->text = pinned;
  known->is_exact_or_ranged = true;
}

bool RequirementsFile::remove(std::string_view normalized_name) {
  const auto is_named = [&](const Requirement& each) { return each.name == normalized_name; };
  std::erase_if(lines_, is_line_of(std::string(normalized_name)));
  return std::erase_if(requirements_, is_named) > 0;
}

Result<void> RequirementsFile::take_from(const fs::path& wheels) {
  const std::string line = "--find-links " + quoted(wheels.string());
  const auto option = parse_option(without_comment(line));
  const bool has_control = std::any_of(line.begin(), line.end(),
                                       [](char c) { return static_cast<unsigned char>(c) < ' '; });
  if (has_control || line.find("${") != std::string::npos || !option ||
      option->value != wheels.string()) {
    return refused(
        wheels.string(),
        "cannot be in a requirements file: pip takes ` #`, `${`, backslashes and control "
        "characters in a path for something else; rename the directory");
  }
  std::erase_if(lines_, is_place);
  lines_.insert(lines_.begin(), {"--no-index", line});
  return {};
}

void RequirementsFile::set_needed(const Versions& packages) {
  needed_.clear();
  for (const auto& [name, version] : packages) {
    needed_.push_back({normalized_name(name), name + "==" + version, true});
  }
}

std::string RequirementsFile::text() const {
  std::string text;
  for (const std::string& line : lines_) text += line + '\n';
  for (const Requirement& each : needed_) text += each.text + std::string(kNeededMark) + '\n';
  return text;
}

std::string RequirementsFile::text_for_pip(const fs::path& directory) const {
  std::string text;
  for (const std::string& line : lines_) {
    const std::string content = without_comment(line);
    if (content.empty()) continue;
    const auto option = parse_option(content);
    text += (option ? with_absolute_path(*option, directory) : content) + '\n';
  }
  for (const Requirement& each : needed_) text += each.text + '\n';
  return text;
}

}  // namespace dynsessions::packages
