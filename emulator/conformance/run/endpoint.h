#pragma once

#include <functional>
#include <string>

#include "emulator/conformance/run/send.h"
#include "emulator/net/client/http_url.h"

namespace dynsessions::conformance {

/// Throws std::invalid_argument unless `url` is an absolute http or https URL.
[[nodiscard]] net::HttpUrl parse_endpoint(const std::string& url);

/// Sends to one endpoint by net::HttpClient: one connection per request, so that no exchange
/// depends on the one before. Blocks for at most the deadline. Over https the machine must trust
/// the certificate (SSL_CERT_FILE replaces its list of authorities), unless `authority` names a
/// file of trusted authorities.
///
/// `interrupted` is called ten times a second while requests wait for answers. Requests that are
/// sent after an interruption are for cleaning up, and are completed.
[[nodiscard]] Send send_to_endpoint(net::HttpUrl endpoint, std::function<bool()> interrupted,
                                    const std::string& authority = {});

}  // namespace dynsessions::conformance
