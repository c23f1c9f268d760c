#pragma once

#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "emulator/http/filter.h"

namespace dynsessions::surfaces::identity {

/// The fields of a form (application/x-www-form-urlencoded).
class Form {
 public:
  explicit Form(http::Target fields) : fields_(std::move(fields)) {}

  /// Empty if there is no such field.
  [[nodiscard]] std::string value(std::string_view name) const {
    return std::string(fields_.query_value(name).value_or(""));
  }

 private:
  http::Target fields_;
};

/// Reads the body, which can have 64 KiB because assertions are long. Returns `invalid_request` if
/// it is no form.
[[nodiscard]] boost::asio::awaitable<Result<Form>> read_form(http::Call& call);

/// The audience of a scope: `https://dynamicsessions.io/.default` without its last part.
[[nodiscard]] std::string_view without_default_scope(std::string_view scope);

}  // namespace dynsessions::surfaces::identity
