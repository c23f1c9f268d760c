#include "emulator/cli/admin_command.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "emulator/base/json_text.h"
#include "emulator/base/printable.h"
#include "emulator/cli/readiness_report.h"
#include "emulator/client_environment/admin_token.h"
#include "emulator/http/text.h"
#include "emulator/readiness/readiness.h"

namespace dynsessions::cli {
namespace {

using Json = nlohmann::ordered_json;

/// A move of the clock waits for programs that time out.
constexpr std::chrono::seconds kLongest{60};
constexpr std::size_t kLongestReply = std::size_t{256} << 20;

admin_client::Reply send(const Invocation& call, const AdminRequest& request,
                         const AdminAddress& address) {
  auto reply = admin_client::ask(address.url, {.path = target_of(call, request),
                                               .token = address.token,
                                               .method = request.method,
                                               .timeout = kLongest,
                                               .body = request.body,
                                               .longest_reply = kLongestReply});
  if (!reply) throw std::runtime_error(reply.error().message);
  return *std::move(reply);
}

/// The message of a refusal, with its field, or of a failed verification, which can have several
/// lines.
std::string message_of(const Json& answer, unsigned status) {
  const auto error = answer.find("error");
  const Json& object = error == answer.end() ? answer : *error;
  const std::string message = object.value("message", "");
  return message.empty() ? "status " + std::to_string(status) : message;
}

std::string printable_lines(const std::string& text) {
  std::string shown;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    shown += printable(std::string_view(text).substr(begin, end - begin)) + '\n';
    begin = end + 1;
  }
  return shown;
}

}  // namespace

std::string target_of(const Invocation& call, const AdminRequest& request) {
  const auto pool = call.flags.find(kPoolFlag.name);
  if (pool == call.flags.end() || !request.is_scoped) return request.path;
  return pool_path(pool->second) + request.path;
}

std::string pool_path(const std::string& pool) {
  if (pool.empty()) throw config::ConfigError("the name of the pool is empty");
  std::string_view rest = pool;
  if (const std::size_t scheme = rest.find("://"); scheme != rest.npos) {
    rest.remove_prefix(std::min(rest.find('/', scheme + 3), rest.size()));
  }
  if (!rest.starts_with('/')) return "/pools/" + http::percent_encode(pool);
  std::string path;
  for (std::size_t begin = 0; begin < rest.size();) {
    const std::size_t end = std::min(rest.find('/', begin + 1), rest.size());
    const std::string_view segment = rest.substr(begin + 1, end - begin - 1);
    if (!segment.empty()) path += '/' + http::percent_encode(std::string(segment));
    begin = end;
  }
  return path;
}

std::string text_of(const Json& object, const char* member) {
  if (!object.is_object() || !object.contains(member)) return {};
  const Json& value = object[member];
  const bool is_text = value.is_string();
  return printable(is_text ? value.get<std::string>() : dumped(value));
}

std::string table(const Cells& titles, const std::vector<Cells>& rows) {
  std::vector<Cells> lines{titles};
  lines.insert(lines.end(), rows.begin(), rows.end());
  const std::vector<std::size_t> widths = widths_of(lines);
  std::string text;
  for (const Cells& cells : lines) text += line_of(cells, widths);
  return text;
}

std::string show_nothing(const Json&) { return {}; }

std::string file_content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) throw config::ConfigError("cannot read " + path);
  return bytes;
}

std::string only_argument(const Invocation& call, const std::string& what) {
  const std::string name(call.command->name);
  if (call.arguments.size() == 1 && !call.arguments.front().empty()) return call.arguments.front();
  throw config::ConfigError("`" + name + "` needs " + what +
                            ", and nothing else\nTry `dynsessions " + name + " --help`.");
}

void refuse_arguments(const Invocation& call) {
  if (call.arguments.empty()) return;
  throw config::ConfigError("`" + call.arguments.front() + "` is not expected after `" +
                            std::string(call.command->name) + "`");
}

admin_client::Reply send_to_admin_api(const Invocation& call, const AdminRequest& request) {
  return send(call, request, admin_address(call));
}

ExitCode report_refusal(const admin_client::Reply& reply) {
  Json json = parse_ordered_json(reply.body);
  if (!json.is_object()) json = Json::object();
  std::string message = message_of(json, reply.status);
  if (!reply.reason.empty()) message += '\n' + reply.reason;
  std::fprintf(stderr, "dynsessions: %s", printable_lines(message).c_str());
  return failed;
}

ExitCode ask_admin_api(const Invocation& call, const AdminRequest& request,
                       const ShowAnswer& show) {
  return ask_admin_api(call, request, admin_address(call), show);
}

ExitCode ask_admin_api(const Invocation& call, const AdminRequest& request,
                       const AdminAddress& address, const ShowAnswer& show) {
  const admin_client::Reply reply = send(call, request, address);
  const bool good = reply.status < 300;
  const Json answer = parse_ordered_json(reply.body);
  if (wants_json(call)) {
    const std::string shown = reply.body.empty() ? "{}" : reply.body;
    std::fputs(shown.c_str(), stdout);
    if (shown.back() != '\n') std::fputc('\n', stdout);
  } else if (good) {
    std::fputs(show(answer).c_str(), stdout);
  }
  return good ? stopped : report_refusal(reply);
}

AdminAddress admin_address(const Invocation& call) {
  const config::Config config = server_to_ask(call);
  const auto url = readiness::admin_url(config);
  if (!url) throw std::runtime_error("there is no ready line in the --ready-file yet");
  return {*url,
          client_environment::admin_token_for(*url, config.server, config::process_environment)};
}

}  // namespace dynsessions::cli
