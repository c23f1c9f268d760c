#include "emulator/az_stand_in/stand_in.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "emulator/az_stand_in/output.h"
#include "emulator/az_stand_in/query.h"
#include "emulator/base/printable.h"

namespace dynsessions::az_stand_in {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kWhoAnswers = "ERROR: this is the stand-in for az of dynsessions: ";

enum class Takes { value, nothing };

struct Option {
  std::string_view name;
  std::string_view short_name;  ///< empty if it has none
  Takes takes;
};

/// The options that clients and scripts give with these commands. Tenant and subscription are
/// accepted without effect: the server has one of each.
constexpr std::array kOptions{
    Option{"--output", "-o", Takes::value},  Option{"--query", "", Takes::value},
    Option{"--resource", "", Takes::value},  Option{"--scope", "", Takes::value},
    Option{"--tenant", "-t", Takes::value},  Option{"--subscription", "-s", Takes::value},
    Option{"--name", "-n", Takes::value},    Option{"--only-show-errors", "", Takes::nothing},
    Option{"--verbose", "", Takes::nothing}, Option{"--debug", "", Takes::nothing},
    Option{"--help", "-h", Takes::nothing},
};

Error refusal(std::string reason) {
  return {ErrorCode::invalid_request, std::move(reason), {}, {}};
}

/// A command line, such as `account show -o tsv`.
struct Request {
  std::string command;
  std::string output = "json";
  std::string query;
  std::string resource;
  bool help = false;

  void set(std::string_view option, const std::string& value) {
    constexpr std::string_view kDefaultScope = "/.default";
    if (option == "--output") output = value;
    if (option == "--query") query = value;
    if (option == "--resource") resource = value;
    if (option == "--help") help = true;
    if (option != "--scope") return;
    resource = value;
    if (resource.ends_with(kDefaultScope)) {
      resource.erase(resource.size() - kDefaultScope.size());
    }
  }
};

constexpr std::string_view kGetToken = "account get-access-token";
constexpr std::string_view kShow = "account show";

/// Whether the words are a command of the Azure CLI that is not answered here.
bool is_another(const std::string& command) {
  return !command.empty() && command != kGetToken && command != kShow;
}

Error unknown_command(const std::string& command) {
  return refusal("it answers `account get-access-token` and `account show` only, not `" +
                 printable(command) + "`; for anything else install the Azure CLI");
}

struct OptionWord {
  std::string name;
  std::optional<std::string> value;  ///< "json" in `--output=json` and `-ojson`
};

OptionWord split_option(const std::string& word) {
  constexpr std::size_t kShort = 2;  // "-o"
  const std::size_t equals = word.find('=');
  if (equals != std::string::npos) return {word.substr(0, equals), word.substr(equals + 1)};
  if (word.starts_with("--") || word.size() <= kShort) return {word, std::nullopt};
  return {word.substr(0, kShort), word.substr(kShort)};
}

Result<Request> parse(std::span<const std::string> words, const Environment& environment) {
  Request request;
  request.set("--output", environment("AZURE_CORE_OUTPUT").value_or("json"));
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (!word.starts_with('-')) {
      request.command += (request.command.empty() ? "" : " ") + word;
      continue;
    }
    const auto [name, attached] = split_option(word);
    const auto option = std::find_if(
        kOptions.begin(), kOptions.end(),
        [&name = name](const Option& one) { return name == one.name || name == one.short_name; });
    if (option == kOptions.end()) {
      if (is_another(request.command)) return unknown_command(request.command);
      return refusal("it has no option " + printable(name));
    }
    if (option->takes == Takes::nothing || attached) {
      request.set(option->name, attached.value_or(""));
    } else if (++i < words.size()) {
      request.set(option->name, words[i]);
    } else {
      return refusal(name + " needs a value");
    }
  }
  const auto& forms = kOutputForms;
  if (std::find(std::begin(forms), std::end(forms), request.output) == std::end(forms)) {
    return refusal("there is no output format " + printable(request.output));
  }
  return request;
}

Outcome failed_with(const Error& error) {
  const int code = error.code == ErrorCode::invalid_request ? 2 : 1;
  return {code, {}, kWhoAnswers + error.message + "\n"};
}

Outcome written(const Json& answer, const Request& request) {
  if (request.query.empty()) return {0, written_as(request.output, answer, Members::sorted), {}};
  const auto selected = select(answer, request.query);
  if (selected) return {0, written_as(request.output, *selected, Members::as_asked), {}};
  return failed_with(refusal("of --query it understands name, a.b, [a, b] and {x: a, y: b} only"));
}

}  // namespace

Outcome answer(std::span<const std::string> words, const Environment& environment,
               const RequestToken& request_token) {
  const auto request = parse(words, environment);
  if (!request) return failed_with(request.error());
  if (request->help || request->command.empty()) return {0, help(), {}};
  if (is_another(request->command)) {
    return failed_with(unknown_command(request->command));
  }
  const auto account = sign_in(request->resource, environment, request_token);
  if (!account) return failed_with(account.error());
  return written(request->command == kShow ? description_of(*account) : access_token_of(*account),
                 *request);
}

std::string help() {
  return "Usage: dynsessions az account get-access-token|account show [--resource URI]\n"
         "         [--scope SCOPE] [--query QUERY] [--output "
         "json|jsonc|none|table|tsv|yaml|yamlc]\n"
         "\n"
         "Stands in for the Azure CLI: answers the commands with which credentials get a token,\n"
         "without a login. The token is that of the server at IDENTITY_ENDPOINT, which\n"
         "`dynsessions exec` and `dynsessions env` set. They also put a program `az` in PATH that\n"
         "calls this command: at its end, so that an installed Azure CLI is used instead\n"
         "(--az-stand-in first or off changes that).\n"
         "\n"
         "Examples:\n"
         "  az account get-access-token --resource https://dynamicsessions.io\n"
         "  az account show --query tenantId --output tsv\n"
         "\n"
         "Exit codes:\n"
         "  0  answered\n"
         "  1  no token\n"
         "  2  a request that it does not answer\n";
}

}  // namespace dynsessions::az_stand_in
