#include "emulator/conformance/run/endpoint.h"

#include <exception>
#include <memory>
#include <optional>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include "emulator/base/event.h"
#include "emulator/base/spawn.h"
#include "emulator/http/text.h"
#include "emulator/net/client/http_client.h"

namespace dynsessions::conformance {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kLargestReply = std::size_t{256} << 20;
constexpr std::chrono::milliseconds kInterruptionPoll{100};

/// A text as a stream. If more bytes were announced, it waits at its end until the reader cancels.
class TextBody final : public http::BodyReader {
 public:
  TextBody(std::string text, std::optional<std::uint64_t> announced)
      : text_(std::move(text)), waits_(announced && *announced > text_.size()) {}

  asio::awaitable<Result<std::size_t>> read(std::span<char> into) override {
    if (sent_ == text_.size() && waits_) {
      Event never(co_await asio::this_coro::executor);
      co_await never.wait();
      co_return invalid_request("The announced body is longer than the text.");
    }
    const std::size_t count = text_.copy(into.data(), into.size(), sent_);
    sent_ += count;
    co_return count;
  }

 private:
  const std::string text_;
  const bool waits_;
  std::size_t sent_ = 0;
};

net::HttpRequest to_net(const HttpRequest& request, std::chrono::seconds deadline) {
  net::HttpRequest wire;
  wire.method = request.method;
  wire.target = "/" + request.target;
  std::optional<std::uint64_t> announced;
  for (const auto& [name, value] : request.headers) {
    if (http::iequals(name, "Content-Length")) {
      announced = std::stoull(value);
    } else {
      wire.headers.add(name, value);
    }
  }
  if (request.chunked || announced) {
    wire.body = net::StreamedBody{std::make_shared<TextBody>(request.body, announced), announced};
  } else {
    wire.body = request.body;
  }
  wire.timeouts = {deadline, deadline, deadline, deadline};
  return wire;
}

Answer to_answer(net::HttpResult<net::HttpReply> reply) {
  if (!reply) return {std::nullopt, reply.error().message};
  HttpReply answer;
  answer.status = reply->status;
  for (const auto& [name, value] : reply->headers) {
    answer.headers.emplace_back(http::lower_case(name), value);
  }
  answer.body = std::move(reply->body);
  return {std::move(answer), {}};
}

/// The event loop of a run, which is idle between calls of send().
class EndpointClient {
 public:
  EndpointClient(net::HttpUrl endpoint, std::function<bool()> interrupted,
                 const std::string& authority)
      : endpoint_(std::move(endpoint)),
        interrupted_(std::move(interrupted)),
        client_(loop_.get_executor(), {.ca_file = authority}) {}

  std::vector<Answer> send(const std::vector<HttpRequest>& requests,
                           std::chrono::seconds deadline) {
    std::vector<Call> calls(requests.size());
    left_ = requests.size();
    for (std::size_t i = 0; i < requests.size(); ++i) {
      start(to_net(requests[i], deadline), calls[i]);
    }
    const bool cleans_up = interrupted_();
    bool cancelled = false;
    while (left_ > 0) {
      loop_.restart();
      loop_.run_one_for(kInterruptionPoll);
      if (cancelled || cleans_up || !interrupted_()) continue;
      cancelled = true;
      for (Call& call : calls) call.cancel.emit(asio::cancellation_type::terminal);
    }
    loop_.poll();  // pending handlers of the calls refer to `calls`
    if (cancelled) throw Interrupted();
    std::vector<Answer> answers;
    for (Call& call : calls) {
      if (call.thrown) std::rethrow_exception(call.thrown);
      answers.push_back(to_answer(*std::move(call.reply)));
    }
    return answers;
  }

 private:
  struct Call {
    std::optional<net::HttpResult<net::HttpReply>> reply;
    std::exception_ptr thrown;
    asio::cancellation_signal cancel;
  };

  void start(net::HttpRequest request, Call& call) {
    auto ended = [this, &call](const std::exception_ptr& thrown) {
      call.thrown = thrown;
      --left_;
    };
    auto fetched = client_.fetch(endpoint_, std::move(request), kLargestReply);
    spawn(loop_.get_executor(), keep(std::move(fetched), call.reply), std::move(ended),
          call.cancel.slot());
  }

  const net::HttpUrl endpoint_;
  const std::function<bool()> interrupted_;
  asio::io_context loop_{1};
  net::HttpClient client_;
  std::size_t left_ = 0;
};

}  // namespace

std::optional<std::string> HttpReply::header(const std::string& lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return std::nullopt;
}

net::HttpUrl parse_endpoint(const std::string& url) {
  Result<net::HttpUrl> parsed = net::HttpUrl::parse(url);
  if (!parsed) throw std::invalid_argument(parsed.error().message);
  return *std::move(parsed);
}

Send send_to_endpoint(net::HttpUrl endpoint, std::function<bool()> interrupted,
                      const std::string& authority) {
  const auto client =
      std::make_shared<EndpointClient>(std::move(endpoint), std::move(interrupted), authority);
  return [client](const std::vector<HttpRequest>& requests, std::chrono::seconds deadline) {
    return client->send(requests, deadline);
  };
}

}  // namespace dynsessions::conformance
