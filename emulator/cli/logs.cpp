#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "emulator/base/json_text.h"
#include "emulator/base/printable.h"
#include "emulator/base/spawn.h"
#include "emulator/cli/admin_command.h"
#include "emulator/cli/server_sent_events.h"
#include "emulator/http/text.h"
#include "emulator/net/client/http_client.h"

namespace dynsessions::cli {
namespace asio = boost::asio;

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kReadPiece = std::size_t{64} << 10;
/// The longest time without an event: in practice, no limit.
constexpr std::chrono::hours kSilence{24 * 365};
constexpr std::size_t kLongestRefusal = std::size_t{1} << 20;

/// "POST /executions 200 in 3.1 ms, fault rule-1: status"
std::string request_line(const Json& entry) {
  std::string line = text_of(entry, "method") + ' ' + text_of(entry, "path") + ' ' +
                     text_of(entry, "status") + " in " + text_of(entry, "durationMs") + " ms";
  const std::string reason = text_of(entry, "reason");
  return reason.empty() ? line : line + ", " + reason;
}

/// "kernel synchronous reason died": names and values of the members that are not already in the
/// line.
std::string other_members(const Json& data) {
  std::string text;
  for (const auto& [name, value] : data.items()) {
    if (name == "at" || name == "pool" || name == "session") continue;
    text += (text.empty() ? "" : " ") + printable(name) + ' ' + text_of(data, name.c_str());
  }
  return text;
}

std::string output_lines(const std::string& begin, const Json& data) {
  const Json& written = data["text"];
  const std::string text = written.is_string() ? written.get<std::string>() : std::string();
  std::string lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines += begin + text_of(data, "stream") + " | " + printable(text.substr(at, end - at)) + '\n';
    at = end + 1;
  }
  return lines;
}

/// One event as lines for a person.
std::string lines_of(const std::string& name, const Json& data) {
  std::string begin = text_of(data, "at") + ' ' + text_of(data, "pool") + ' ';
  const std::string session = text_of(data, "session");
  if (!session.empty()) begin += session + ' ';
  if (name == "request") return begin + request_line(data) + '\n';
  if (name == "output" && data.contains("text")) return output_lines(begin, data);
  const std::string more = other_members(data);
  return begin + printable(name) + (more.empty() ? "" : ": " + more) + '\n';
}

void print_event(const Invocation& call, const ServerSentEvents::Event& event) {
  const Json data = parse_ordered_json(event.data);
  if (!data.is_object()) return;
  if (!wants_json(call)) {
    std::fputs(lines_of(event.name, data).c_str(), stdout);
  } else {
    Json line{{"event", event.name}};
    line.update(data);
    std::puts(dumped(line).c_str());
  }
  std::fflush(stdout);
}

/// Prints events until the server ends the stream.
asio::awaitable<ExitCode> follow(const Invocation& call, net::HttpUrl url,
                                 net::HttpRequest request) {
  net::HttpClient client(co_await asio::this_coro::executor);
  auto response = co_await client.send(std::move(url), std::move(request));
  if (!response) throw std::runtime_error(response.error().message);
  if (response->status >= 300) {
    const auto body = co_await response->body->read_all(kLongestRefusal);
    co_return report_refusal({response->status, body ? *body : std::string()});
  }
  ServerSentEvents events;
  std::vector<char> piece(kReadPiece);
  for (;;) {
    const auto count = co_await response->body->read(piece);
    if (!count) throw std::runtime_error(count.error().message);
    if (*count == 0) break;
    for (const auto& event : events.take({piece.data(), *count})) print_event(call, event);
  }
  std::fputs("dynsessions: the server has stopped\n", stderr);
  co_return stopped;
}

ExitCode follow_events(const Invocation& call, const std::string& query) {
  const AdminAddress address = admin_address(call);
  auto url = net::HttpUrl::parse(address.url);
  if (!url) throw std::runtime_error(url.error().message);
  net::HttpRequest request;
  request.target = target_of(call, {.path = "/events" + query});
  if (!address.token.empty()) request.headers.add("Authorization", "Bearer " + address.token);
  request.timeouts.idle = kSilence;
  asio::io_context loop(1);
  return run_to_end(loop, follow(call, *std::move(url), std::move(request)));
}

std::string journal_lines(const Json& answer) {
  std::string text;
  for (const Json& entry : answer.value("value", Json::array())) text += lines_of("request", entry);
  return text;
}

ExitCode show_logs(const Invocation& call) {
  refuse_arguments(call);
  const auto session = call.flags.find("--session");
  const std::string query =
      session == call.flags.end() ? "" : "?session=" + http::percent_encode(session->second);
  if (call.flags.contains("--follow")) return follow_events(call, query);
  return ask_admin_api(call, {.path = "/journal" + query}, journal_lines);
}

constexpr Flag kLogsFlags[] = {
    kPoolFlag,
    {"--session", "GUID", "Only events of this session."},
    {"--follow", "", "Show events and output from now on, as they happen.", {}, 'f'},
    kOutputFlag};

}  // namespace

const Command kLogs = admin_command(
    {.name = "logs",
     .summary = "Show requests, sessions and output of a running server.",
     .description =
         "Lists the requests of the journal. With --follow, shows events of requests, sessions, "
         "kernels and\nprograms from now on, and the output of programs as soon as they write it. "
         "With `-o json` each\nevent is a line.\n",
     .examples = "  dynsessions logs -f\n"
                 "  dynsessions logs -f --pool tests-1 -o json\n",
     .flags = kLogsFlags,
     .run = show_logs});

}  // namespace dynsessions::cli
