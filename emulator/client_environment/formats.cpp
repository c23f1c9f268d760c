#include <nlohmann/json.hpp>

#include "emulator/base/json_text.h"
#include "emulator/client_environment/variables.h"

namespace dynsessions::client_environment {
namespace {

/// Puts the text between single quotes; each single quote in it is written as `quote`.
std::string quoted(const std::string& text, std::string_view quote) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') {
      result += quote;
    } else {
      result += c;
    }
  }
  return result + "'";
}

using Line = std::string (*)(const Variable& variable);

std::string shell_line(const Variable& variable) {
  if (!variable.value) return "unset " + variable.name + "\n";
  return "export " + variable.name + "=" + quoted(*variable.value, R"('\'')") + "\n";
}

std::string powershell_line(const Variable& variable) {
  if (!variable.value) {
    return "Remove-Item Env:" + variable.name + " -ErrorAction SilentlyContinue\n";
  }
  return "$env:" + variable.name + " = " + quoted(*variable.value, "''") + "\n";
}

std::string dotenv_line(const Variable& variable) {
  if (!variable.value || variable.name == "PATH") return {};
  return variable.name + "=" + quoted(*variable.value, R"(\')") + "\n";
}

std::string github_line(const Variable& variable) {
  return variable.value ? variable.name + "=" + *variable.value + "\n" : std::string();
}

std::string in_lines(const std::vector<Variable>& variables, Line line) {
  std::string text;
  for (const Variable& variable : variables) text += line(variable);
  return text;
}

/// A JSON object; null stands for a variable that must not be set.
std::string as_json(const std::vector<Variable>& variables) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const Variable& variable : variables) {
    object[variable.name] = nullptr;
    if (variable.value) object[variable.name] = *variable.value;
  }
  return dumped(object, 2) + "\n";
}

}  // namespace

std::string written_as(std::string_view format, const std::vector<Variable>& variables) {
  if (format == "json") return as_json(variables);
  if (format == "powershell") return in_lines(variables, powershell_line);
  if (format == "dotenv") return in_lines(variables, dotenv_line);
  if (format == "github") return in_lines(variables, github_line);
  return in_lines(variables, shell_line);
}

}  // namespace dynsessions::client_environment
