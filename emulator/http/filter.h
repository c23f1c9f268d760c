#pragma once

#include <functional>
#include <span>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "emulator/http/exchange.h"
#include "emulator/http/message.h"

/// The way of a request through a surface: filters in order, then the operation that the router
/// found.
///
///     router (finds the operation, fills the Exchange) → filter → filter → … → operation
///
/// The router runs first, because it changes nothing and filters need to know the operation. Its
/// refusal takes the place of the operation, so it comes last.
///
/// **Faults** are a filter directly in front of the operation. `delay` waits before it calls
/// `next`; `status` and `reject-token` return a Response or an Error instead of calling it.
/// `truncate`, `slice`, `reset` and `hang` replace Response::body by a StreamBody whose BodySource
/// wraps the original body: it gives fewer bytes, small pieces with pauses between them, an error
/// (with BreakOff::reset if the connection must be reset), or never a first piece. The writer of
/// net/ performs this with and without TLS, and cancels a source that hangs when the client leaves.
/// The filter adds the rule's id to Exchange::faults.
///
/// **A journal** is the outermost filter. It sees the request's body by putting a BodyReader around
/// Call::body that keeps a bounded copy of what is read (read_arrived() runs on another thread,
/// never at the same time as read()), and the answer's body by copying the text or by putting a
/// BodySource around a StreamBody; for a file it records the size. As an ExchangeObserver it
/// receives the outcome of the exchange.
namespace dynsessions::http {

/// One request on its way. Lives in the frame of the surface's handle(), so filters and handlers
/// can keep references to it across co_await.
struct Call {
  Exchange& exchange;
  Request request;
  BodyReader* body;  ///< never null; a filter can replace it for the filters after it
};

/// The answer of a filter or an operation, or its refusal, which the surface turns into a response.
using Answer = Result<Response>;

/// Runs after all filters.
using Endpoint = std::function<boost::asio::awaitable<Answer>(Call&)>;

class Filter;

/// The remaining steps after a filter. A value; valid while the filter's handle() runs.
class Next {
 public:
  /// Both must outlive the call that is made with this.
  Next(std::span<Filter* const> filters, const Endpoint& endpoint)
      : filters_(filters), endpoint_(&endpoint) {}

  [[nodiscard]] boost::asio::awaitable<Answer> operator()(Call& call) const;

 private:
  std::span<Filter* const> filters_;
  const Endpoint* endpoint_;
};

/// One step that every request of a surface passes. Event-loop thread only; outlives the surface.
class Filter {
 public:
  Filter() = default;
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;
  virtual ~Filter() = default;

  /// Either returns next(call), whose answer it can change, or answers without calling `next`. A
  /// filter that neither waits nor looks at the answer is a plain function that returns next(call)
  /// or refused(), and costs no coroutine.
  [[nodiscard]] virtual boost::asio::awaitable<Answer> handle(Call& call, Next next) = 0;
};

/// The answer of a filter that refuses the request; notes `by` in the Exchange.
[[nodiscard]] boost::asio::awaitable<Answer> refused(Exchange& exchange, std::string_view by,
                                                     Error error);

}  // namespace dynsessions::http
