#include "emulator/az_stand_in/output.h"

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include <boost/algorithm/string/case_conv.hpp>

#include "emulator/base/columns.h"
#include "emulator/base/identifiers.h"
#include "emulator/base/json_text.h"

namespace dynsessions::az_stand_in {
namespace {

using Json = nlohmann::ordered_json;
using Row = std::vector<std::pair<std::string, std::string>>;  ///< name and text of each member

bool is_nested(const Json& value) { return value.is_object() || value.is_array(); }

/// The members are sorted by name, however deep.
nlohmann::json sorted(const Json& value) { return parse_json(value.dump()); }

/// Writes a value as Python shows it.
std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return "None";
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  return value.dump();
}

/// One row per member of an array; of any other value, one row.
std::vector<Json> rows_of(const Json& value) {
  return value.is_array() ? value.get<std::vector<Json>>() : std::vector{value};
}

// --- tsv

std::string tsv_cell(const Json& value) {
  if (value.is_array()) return std::to_string(value.size());
  return value.is_object() ? std::string() : text_of(value);
}

std::string tsv_line(const Json& row) {
  if (row.is_boolean()) return row.get<bool>() ? "true" : "false";
  if (!is_nested(row)) return text_of(row);
  std::string line;
  for (const Json& cell : row) line += tsv_cell(cell) + '\t';
  if (!line.empty()) line.pop_back();
  return line;
}

std::string tsv(const Json& value) {
  std::string text;
  for (const Json& row : rows_of(value)) text += tsv_line(row) + '\n';
  return text;
}

// --- table

std::string capitalized(std::string name) {
  if (!name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name;
}

Row table_row(const Json& value) {
  if (!value.is_object()) return {{"Result", text_of(value)}};
  Row row;
  for (const auto& [name, member] : value.items()) {
    const bool is_left_out = name == "id" || name == "type" || name == "etag";
    if (is_left_out || member.is_null() || is_nested(member)) continue;
    row.emplace_back(capitalized(name), text_of(member));
  }
  return row;
}

/// All rows have the columns of the first one: the values here are one object, or texts.
std::string table(const Json& value) {
  std::vector<Cells> lines(1);
  for (const Json& item : rows_of(value)) {
    Cells cells;
    for (const auto& [name, cell] : table_row(item)) {
      if (cells.size() == lines.front().size()) lines.front().push_back(name);
      cells.push_back(cell);
    }
    lines.push_back(std::move(cells));
  }
  const std::vector<std::size_t> widths = widths_of(lines);
  Cells dashes;
  for (const std::size_t width : widths) dashes.emplace_back(width, '-');
  lines.insert(lines.begin() + 1, std::move(dashes));
  std::string text;
  for (const Cells& cells : lines) text += line_of(cells, widths);
  return text;
}

// --- yaml

/// Texts that YAML would not read as anything but a text.
bool is_plain(const std::string& text) {
  constexpr std::string_view kOthers[] = {"true", "false", "yes", "no", "on", "off", "null"};
  const std::string lower = boost::algorithm::to_lower_copy(text);
  const auto is_harmless = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-' || c == '/';
  };
  const bool begins_as_text =
      !text.empty() && (std::isalpha(static_cast<unsigned char>(text[0])) != 0);
  return (begins_as_text || is_uuid(text)) && std::all_of(text.begin(), text.end(), is_harmless) &&
         std::find(std::begin(kOthers), std::end(kOthers), lower) == std::end(kOthers);
}

std::string yaml_scalar(const nlohmann::json& value) {
  if (!value.is_string()) return value.dump();
  const auto& text = value.get_ref<const std::string&>();
  if (is_plain(text)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

std::string yaml(const nlohmann::json& value, std::size_t indent) {
  const std::string margin(indent, ' ');
  std::string text;
  const auto append = [&](const std::string& head, const nlohmann::json& member,
                          std::size_t deeper) {
    const bool is_block = member.is_structured() && !member.empty();
    text += margin + head +
            (is_block ? "\n" + yaml(member, indent + deeper) : " " + yaml_scalar(member) + "\n");
  };
  if (value.is_object()) {
    for (const auto& [name, member] : value.items()) append(name + ":", member, 2);
  } else {
    for (const auto& member : value) append("-", member, 2);
  }
  return text;
}

std::string yaml_document(const nlohmann::json& value) {
  if (value.is_structured() && !value.empty()) return yaml(value, 0);
  return yaml_scalar(value) + (value.is_structured() ? "\n" : "\n...\n");
}

}  // namespace

std::string written_as(std::string_view form, const Json& value, Members order) {
  if (value.is_null() || form == "none") return {};
  if (form.starts_with("json")) return sorted(value).dump(2) + "\n";
  if (form.starts_with("yaml")) return yaml_document(sorted(value));
  const Json in_order = order == Members::sorted ? parse_ordered_json(sorted(value).dump()) : value;
  return form == "tsv" ? tsv(in_order) : table(in_order);
}

}  // namespace dynsessions::az_stand_in
