#include "emulator/surfaces/identity/form.h"

#include <utility>

#include "emulator/surfaces/identity/answers.h"

namespace dynsessions::surfaces::identity {
namespace {

constexpr std::size_t kLongestForm = std::size_t{64} * 1024;
constexpr std::string_view kDefaultScope = "/.default";

}  // namespace

boost::asio::awaitable<Result<Form>> read_form(http::Call& call) {
  Result<std::string> text = co_await http::read_all(call.request, *call.body, kLongestForm);
  if (!text) co_return text.error();
  // A form has the syntax of a query.
  Result<http::Target> fields = http::Target::parse("/?" + *text);
  if (!fields) {
    co_return bad_parameter("body", "The body is not a form.",
                            "send application/x-www-form-urlencoded");
  }
  co_return Form(*std::move(fields));
}

std::string_view without_default_scope(std::string_view scope) {
  if (scope.ends_with(kDefaultScope)) scope.remove_suffix(kDefaultScope.size());
  return scope;
}

}  // namespace dynsessions::surfaces::identity
