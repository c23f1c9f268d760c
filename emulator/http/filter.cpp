#include "emulator/http/filter.h"

#include <utility>

namespace dynsessions::http {
namespace asio = boost::asio;

namespace {

asio::awaitable<Answer> answered(Error error) { co_return error; }

}  // namespace

asio::awaitable<Answer> Next::operator()(Call& call) const {
  if (filters_.empty()) return (*endpoint_)(call);
  return filters_.front()->handle(call, Next(filters_.subspan(1), *endpoint_));
}

asio::awaitable<Answer> refused(Exchange& exchange, std::string_view by, Error error) {
  exchange.refused_by = by;
  return answered(std::move(error));
}

}  // namespace dynsessions::http
