#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json.hpp>

#include "emulator/http/filter.h"
#include "emulator/http/message.h"

namespace dynsessions::surfaces::admin {

/// The answer to a refusal: {"error":{"code","message","field"}}, with `field` where the error has
/// one, and the reason in `x-emulator-reason`.
[[nodiscard]] http::Response refusal(const Error& error);

/// Invalid UTF-8 in `json` becomes U+FFFD.
[[nodiscard]] http::Response json_answer(const nlohmann::ordered_json& json, unsigned status = 200);

[[nodiscard]] http::Response text_answer(std::string text, std::string content_type);

[[nodiscard]] http::Response no_content();

/// {"value":[…]}
[[nodiscard]] http::Response list_answer(nlohmann::ordered_json values);

/// A struct, because a JSON value would implicitly convert to an Error.
struct BodyObject {
  nlohmann::json members;
};

/// The body, of at most 4 MiB, as a JSON object; a body without bytes is an empty object.
[[nodiscard]] boost::asio::awaitable<Result<BodyObject>> read_object(http::Call& call);

/// Refuses a query parameter that is none of `known`: a misspelled one would have no effect.
[[nodiscard]] Result<void> only_parameters(const http::Call& call,
                                           std::initializer_list<std::string_view> known);

/// `field` is wrong: "maxSessions: expected …".
[[nodiscard]] Error wrong_field(const std::string& field, const std::string& why,
                                std::string reason = {});

}  // namespace dynsessions::surfaces::admin
