#include "tests/unit/surfaces/data_plane/surface_harness.h"

#include <memory>
#include <system_error>
#include <variant>

#include <unistd.h>

#include <boost/asio/detached.hpp>
#include <spdlog/spdlog.h>

#include "tests/unit/surfaces/data_plane/requests.h"

namespace dynsessions::surfaces::data_plane {
namespace asio = boost::asio;

namespace {

execution::ScriptedWorkspace::Script awaitable_script(DataPlaneHarness::Script script) {
  return [script = std::move(script)](execution::ExecutionRequest request)
             -> asio::awaitable<Result<execution::ExecutionResult>> { co_return script(request); };
}

pools::PoolDefinition with_rule(pools::PoolDefinition pool, auth::TokenRule rule) {
  pool.auth = rule;
  return pool;
}

}  // namespace

Result<execution::ExecutionResult> DataPlaneHarness::hello_world(
    const execution::ExecutionRequest&) {
  execution::ExecutionResult result;
  result.stdout_text = "Hello world\n";
  result.duration = std::chrono::milliseconds(35);
  return result;
}

DataPlaneSettings DataPlaneHarness::default_settings() { return {.default_pool = default_pool()}; }

DataPlaneHarness::DataPlaneHarness(Script script, DataPlaneSettings settings,
                                   pools::PoolDefinition pool)
    : workspaces_(std::make_shared<execution::ScriptedWorkspaceFactory>(
          awaitable_script(std::move(script)))),
      pools_(with_rule(std::move(pool), settings.token_policy.rule), server_clock_,
             [this](const pools::PoolDefinition&, pools::PoolCatalog::Origin) {
               return pools::Pool::Parts{loop_.get_executor(), ids_, server_clock_.copy(),
                                         workspaces_, std::make_unique<SilentEvents>()};
             }),
      surface_({pools_, file_pool_, ids_}, std::move(settings)) {
  spdlog::set_level(spdlog::level::off);  // tests cause refusals on purpose
}

DataPlaneHarness::~DataPlaneHarness() {
  loop_.restart();
  asio::co_spawn(loop_, pools_.stop(), asio::detached);
  loop_.run();
}

http::Headers DataPlaneHarness::token() {
  http::Headers headers;
  headers.add("Authorization", "Bearer any.old.token");
  return headers;
}

http::Response DataPlaneHarness::send(std::string_view line, std::string body,
                                      http::Headers headers) {
  http::Request request = request_of(line);
  request.headers = std::move(headers);
  request.content_length = body.size();
  http::TextBody reader(std::move(body));
  return send(std::move(request), reader);
}

http::Response DataPlaneHarness::send(http::Request request, http::BodyReader& body) {
  exchange_ = http::Exchange();
  exchange_.correlation_id = random_uuid();
  return run(surface_.handle(exchange_, std::move(request), body));
}

http::Response DataPlaneHarness::upload(std::string_view line, std::string_view name,
                                        std::string_view content) {
  http::Headers headers = token();
  headers.add("Content-Type", "multipart/form-data; boundary=bd993a06e5f912ad");
  std::string body =
      "--bd993a06e5f912ad\r\nContent-Disposition: form-data; name=\"file\"; filename=\"";
  body.append(name).append("\"\r\n\r\n").append(content).append("\r\n--bd993a06e5f912ad--\r\n");
  return send(line, std::move(body), std::move(headers));
}

std::string text_of(const http::Response& response) {
  if (const auto* text = std::get_if<std::string>(&response.body)) return *text;
  const auto& file = std::get<http::FileBody>(response.body);
  std::string content(file.size, '\0');
  const ssize_t size = ::pread(file.fd.get(), content.data(), content.size(), 0);
  if (size < 0) throw std::system_error(errno, std::generic_category(), "pread");
  content.resize(static_cast<std::size_t>(size));
  return content;
}

}  // namespace dynsessions::surfaces::data_plane
