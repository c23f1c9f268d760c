#include "emulator/readiness/readiness.h"

#include <algorithm>
#include <exception>
#include <sstream>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <nlohmann/json.hpp>

#include "emulator/admin_client/admin_client.h"
#include "emulator/base/json_text.h"
#include "emulator/base/read_text.h"
#include "emulator/base/spawn.h"

namespace dynsessions::readiness {
namespace asio = boost::asio;
using asio::ip::tcp;
using nlohmann::json;

namespace {

constexpr std::chrono::milliseconds kPause{100};

/// The text of a member; empty when it is absent or no text.
std::string text_of(const json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<std::string> url_in_ready_file(const std::string& path) {
  const std::string url = text_of(parse_json(read_text(path)), "admin");
  return url.empty() ? std::nullopt : std::optional(url);
}

/// "interpreter: the first interpreter is starting" of each component that is not ready.
std::string reasons_in(const json& answer) {
  std::string reasons;
  for (const json& component : answer.value("components", json::array())) {
    if (!component.is_object() || component.value("ready", json()) == true) continue;
    reasons += (reasons.empty() ? "" : "; ") + text_of(component, "name") + ": " +
               text_of(component, "detail");
  }
  return reasons;
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text;
}

Finding ask_at(const std::string& url) {
  const auto reply = admin_client::ask(url, {"/health/ready"});
  if (!reply) return {false, "not ready: " + reply.error().message};
  Finding finding = judge(reply->status, reply->body);
  if (finding.ready) finding.line += " at " + url;
  return finding;
}

}  // namespace

std::optional<std::string> admin_url(const config::Config& config) {
  if (config.server.admin_port == 0) {
    if (!config.server.ready_file.empty()) return url_in_ready_file(config.server.ready_file);
    throw config::ConfigError(
        "with --admin-port 0 only the server knows its port; name its --ready-file");
  }
  auto address = asio::ip::make_address(config.server.listen);
  if (address.is_unspecified()) {  // 0.0.0.0 and [::] are no addresses to connect to
    address = address.is_v4() ? asio::ip::address(asio::ip::address_v4::loopback())
                              : asio::ip::address(asio::ip::address_v6::loopback());
  }
  std::ostringstream url;
  url << "http://" << tcp::endpoint(address, config.server.admin_port);
  return url.str();
}

Finding judge(unsigned status, const std::string& body) {
  const json answer = parse_json(body);
  const std::string reported = text_of(answer, "status");
  if (status == 200 && reported == "ready") return {true, "ready"};
  if (status == 503 && reported == "not ready")
    return {false, one_line("not ready: " + reasons_in(answer))};
  return {false, "not ready: status " + std::to_string(status) +
                     " is not from the admin port of dynsessions"};
}

Finding ask(const config::Config& config) {
  const auto url = admin_url(config);
  if (!url) return {false, "not ready: no ready line in " + config.server.ready_file};
  Finding finding = ask_at(*url);
  finding.admin = *url;
  return finding;
}

asio::awaitable<Finding> wait_until_ready(std::function<Finding()> ask, Clock& clock,
                                          std::chrono::seconds timeout) {
  const auto deadline = clock.now() + timeout;
  for (;;) {
    Finding finding = ask();
    if (finding.ready || clock.now() + kPause > deadline) co_return finding;
    co_await clock.sleep_until(clock.now() + kPause);
  }
}

Finding wait(const config::Config& config, std::chrono::seconds timeout) {
  asio::io_context loop(1);
  SteadyClock clock(loop.get_executor());
  auto ask_again = [&config] { return ask(config); };
  return run_to_end(loop, wait_until_ready(ask_again, clock, timeout));
}

}  // namespace dynsessions::readiness
