#pragma once

#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json.hpp>

#include "emulator/http/exchange.h"
#include "emulator/http/message.h"
#include "emulator/surfaces/control_plane/operation.h"

namespace dynsessions::surfaces::control_plane {

[[nodiscard]] http::Response json_answer(const nlohmann::ordered_json& json, unsigned status = 200);
[[nodiscard]] http::Response empty_answer(unsigned status);
/// {"value":[…]}, always one page, because `az … list -g` does not follow links to further pages.
[[nodiscard]] http::Response list_answer(const std::vector<Resource>& resources);

/// The headers of every answer that Azure's provider of session pools gives (recorded).
void add_versions(http::Response& response);

/// {"error":{"code","message"[,"target"][,"details"]}}
[[nodiscard]] nlohmann::ordered_json error_json(const ArmError& error);
/// Makes the answer to a refusal, and records the refusal in the Exchange.
[[nodiscard]] http::Response refusal(const ArmError& error, http::Exchange& exchange,
                                     bool own_headers);

/// Records members of the body that Azure accepts and ignores, for `x-emulator-warning`, log and
/// journal.
void warn_of_ignored(http::Exchange& exchange, const std::vector<std::string>& members);

/// The body of a request. A struct, because a JSON value would implicitly convert to an error.
struct ArmBody {
  nlohmann::json json;
};
/// Reads JSON of at most 4 MiB, nested no deeper than 64 levels; `InvalidRequestContent` otherwise.
[[nodiscard]] boost::asio::awaitable<ArmResult<ArmBody>> read_body(http::Call& call);

/// `{arm}{S}/providers/Microsoft.App/locations/{region}/{kind}/{id}?api-version=…`
[[nodiscard]] std::string operation_url(const ArmCall& call, const LongRunningOperation& operation,
                                        std::string_view kind, const std::string& region);
/// 202 with `Location` and `Retry-After: 1`; 0 would cost some clients half a minute
/// (CONTROL-PLANE.md section 6).
[[nodiscard]] http::Response accepted(const std::string& location);
void add_retry_after(http::Response& response);

}  // namespace dynsessions::surfaces::control_plane
