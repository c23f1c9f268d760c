#pragma once

#include <boost/asio/awaitable.hpp>

#include "emulator/http/message.h"
#include "emulator/surfaces/data_plane/routes.h"
#include "emulator/surfaces/data_plane/services.h"

/// The file operations of a session, in any dialect. Each one makes the session on first use, like
/// an execution does.
namespace dynsessions::surfaces::data_plane::files {

/// Any operation but upload.
[[nodiscard]] boost::asio::awaitable<Result<http::Response>> handle(const Services& services,
                                                                    Route route,
                                                                    http::Request request);

/// The file of a multipart body, streamed into place: at most 128 MB (CONTRACT.md section 6), in
/// memory only a buffer's worth.
[[nodiscard]] boost::asio::awaitable<Result<http::Response>> upload(const Services& services,
                                                                    Route route,
                                                                    http::Request request,
                                                                    http::BodyReader& body);

}  // namespace dynsessions::surfaces::data_plane::files
