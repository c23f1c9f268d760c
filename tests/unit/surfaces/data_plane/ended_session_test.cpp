// Operations whose session is deleted while they run.

#include <future>
#include <string>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>

#include "tests/support/catch.h"
#include "tests/unit/surfaces/data_plane/requests.h"
#include "tests/unit/surfaces/data_plane/surface_harness.h"

namespace dynsessions::surfaces::data_plane {
namespace {

namespace asio = boost::asio;

enum class InTheMeantime { session_is_deleted, nothing };

/// Keeps the only thread of the harness's file pool until it is released.
class BusyFilePool {
 public:
  explicit BusyFilePool(asio::thread_pool& pool) {
    asio::post(pool, [released = released_.get_future().share()] { released.wait(); });
  }
  void release() { released_.set_value(); }

 private:
  std::promise<void> released_;
};

asio::awaitable<bool> delete_and_release(DataPlaneHarness& harness, BusyFilePool& pool,
                                         InTheMeantime what) {
  if (what == InTheMeantime::session_is_deleted) {
    auto identifier = SessionIdentifier::parse("sess-1", IdentifierRule::one_to_256);
    auto* const found = harness.pools().find_or_create(default_pool()).value();
    co_await found->sessions().end_session(identifier.value());
  }
  pool.release();
  co_return true;
}

asio::awaitable<http::Response> both(asio::awaitable<http::Response> answer,
                                     asio::awaitable<bool> deletion) {
  using asio::experimental::awaitable_operators::operator&&;
  auto [response, deleted] = co_await (std::move(answer) && std::move(deletion));
  co_return std::move(response);
}

/// Returns the answer to a request whose work waits on the file pool while `what` happens.
http::Response answer_to(DataPlaneHarness& harness, std::string_view line, std::string body,
                         InTheMeantime what) {
  http::Request request = request_of(line);
  request.headers = DataPlaneHarness::token();
  request.headers.add("Content-Type", "multipart/form-data; boundary=b");
  request.content_length = body.size();
  http::TextBody reader(std::move(body));
  http::Exchange exchange;
  BusyFilePool pool(harness.services().file_pool);
  return harness.run(both(harness.surface().handle(exchange, std::move(request), reader),
                          delete_and_release(harness, pool, what)));
}

TEST_CASE("an operation on files whose session is deleted in the meantime finds no session",
          "[api][ended_session]") {
  struct Row {
    std::string line, body;
    unsigned status;  ///< if the session is not deleted
  };
  const auto row = GENERATE(values<Row>({
      {"GET /files?", "", 200},
      {"GET /files/a.txt?", "", 200},
      {"GET /files/a.txt/content?", "", 200},
      {"GET /files/missing.txt?", "", 404},
      {"DELETE /files/a.txt?", "", 204},
      {"POST /files?",
       "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"b.txt\"\r\n\r\nx\r\n"
       "--b--\r\n",
       200},
  }));
  DYNAMIC_SECTION(row.line << row.status) {
    DataPlaneHarness harness;
    REQUIRE(harness.upload("POST /files?" + kNewest, "a.txt", "x").status == 200);
    const std::string line = row.line + kNewest;
    CHECK(answer_to(harness, line, row.body, InTheMeantime::nothing).status == row.status);
    const auto refused = answer_to(harness, line, row.body, InTheMeantime::session_is_deleted);
    CHECK(refused.status == 400);
    CHECK(refused.headers.find("x-ms-error-code") == "SessionWithIdentifierNotFound");
  }
}

}  // namespace
}  // namespace dynsessions::surfaces::data_plane
