#include "emulator/http/filter.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/test_loop.h"
#include "tests/support/text_body.h"

namespace dynsessions::http {
namespace {

namespace asio = boost::asio;

Response text_response(std::string text) {
  Response response;
  response.body = std::move(text);
  return response;
}

/// Records when it is passed, before and after the rest.
class Passed final : public Filter {
 public:
  Passed(std::string name, std::string& record) : name_(std::move(name)), record_(record) {}
  asio::awaitable<Answer> handle(Call& call, Next next) override {
    record_ += name_ + "> ";
    Answer answer = co_await next(call);
    record_ += "<" + name_ + " ";
    co_return answer;
  }

 private:
  const std::string name_;
  std::string& record_;
};

class Refusing final : public Filter {
 public:
  asio::awaitable<Answer> handle(Call& call, Next) override {
    return refused(call.exchange, "guard", invalid_request("no"));
  }
};

/// Keeps the first bytes of the request's body, as the journal does.
class Keeping final : public Filter {
 public:
  asio::awaitable<Answer> handle(Call& call, Next next) override {
    Copy copy(*call.body, kept);
    call.body = &copy;
    Answer answer = co_await next(call);
    co_return answer;
  }
  std::string kept;

 private:
  class Copy final : public BodyReader {
   public:
    Copy(BodyReader& inner, std::string& kept) : inner_(inner), kept_(kept) {}
    asio::awaitable<Result<std::size_t>> read(std::span<char> into) override {
      Result<std::size_t> size = co_await inner_.read(into);
      if (size && kept_.size() < 4) kept_.append(into.data(), std::min(*size, 4 - kept_.size()));
      co_return size;
    }

   private:
    BodyReader& inner_;
    std::string& kept_;
  };
};

/// Lets only the first bytes of a text through, as the fault `truncate` does.
class Truncating final : public Filter {
 public:
  asio::awaitable<Answer> handle(Call& call, Next next) override {
    Answer answer = co_await next(call);
    if (!answer) co_return answer;
    call.exchange.faults.emplace_back("rule-1");
    StreamBody body;
    body.size = std::get<std::string>(answer->body).size();
    body.source = std::make_unique<Source>(std::get<std::string>(answer->body).substr(0, 3));
    answer->body = std::move(body);
    co_return answer;
  }

 private:
  class Source final : public BodySource {
   public:
    explicit Source(std::string text) : text_(std::move(text)) {}
    asio::awaitable<Result<std::optional<std::string>>> next() override {
      std::optional<std::string> piece = std::exchange(text_, std::nullopt);
      if (!piece) co_return invalid_request("truncated by a fault");
      co_return piece;
    }

   private:
    std::optional<std::string> text_;
  };
};

struct Fixture {
  Answer run(std::vector<Filter*> filters) {
    TextBody body("123456");
    Call call{exchange, Request(), &body};
    const Endpoint endpoint = [this](Call& routed) -> asio::awaitable<Answer> {
      record += "operation ";
      Result<std::string> text = co_await read_all(routed.request, *routed.body, 100);
      co_return text_response(*text);
    };
    const Next next(filters, endpoint);
    return loop.run(next(call));
  }

  test::TestLoop loop;
  Exchange exchange;
  std::string record;
};

TEST_CASE("filters are passed in order, and back in the opposite one", "[http][filter]") {
  Fixture fixture;
  Passed first("a", fixture.record);
  Passed second("b", fixture.record);
  const Answer answer = fixture.run({&first, &second});
  CHECK(fixture.record == "a> b> operation <b <a ");
  CHECK(std::get<std::string>(answer->body) == "123456");
}

TEST_CASE("without filters the operation answers", "[http][filter]") {
  Fixture fixture;
  CHECK(fixture.run({}));
  CHECK(fixture.record == "operation ");
}

TEST_CASE("a filter that refuses keeps the rest from running", "[http][filter]") {
  Fixture fixture;
  Passed outer("a", fixture.record);
  Refusing guard;
  Passed inner("b", fixture.record);
  const Answer answer = fixture.run({&outer, &guard, &inner});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().message == "no");
  CHECK(fixture.record == "a> <a ");
  CHECK(fixture.exchange.refused_by == "guard");
}

TEST_CASE("a filter can put itself between the request's body and the operation",
          "[http][filter]") {
  Fixture fixture;
  Keeping journal;
  const Answer answer = fixture.run({&journal});
  CHECK(std::get<std::string>(answer->body) == "123456");
  CHECK(journal.kept == "1234");
}

TEST_CASE("a filter can replace a text by a stream that breaks off", "[http][filter]") {
  Fixture fixture;
  Truncating fault;
  const Answer answer = fixture.run({&fault});
  const auto& stream = std::get<StreamBody>(answer->body);
  CHECK(stream.size == 6);
  CHECK(fixture.loop.run(stream.source->next()).value() == "123");
  CHECK_FALSE(fixture.loop.run(stream.source->next()));
  CHECK(fixture.exchange.faults == std::vector<std::string>{"rule-1"});
}

}  // namespace
}  // namespace dynsessions::http
