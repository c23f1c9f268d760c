#pragma once

#include <boost/asio/awaitable.hpp>

#include "emulator/http/filter.h"
#include "emulator/surfaces/data_plane/routes.h"
#include "emulator/surfaces/data_plane/services.h"

/// The file operations of a session, in any dialect (OperationHandler). Each one makes the session
/// on first use, like an execution does.
namespace dynsessions::surfaces::data_plane::files {

[[nodiscard]] boost::asio::awaitable<http::Answer> list(const Services& services,
                                                        const Route& route, http::Call& call);

[[nodiscard]] boost::asio::awaitable<http::Answer> metadata(const Services& services,
                                                            const Route& route, http::Call& call);

[[nodiscard]] boost::asio::awaitable<http::Answer> content(const Services& services,
                                                           const Route& route, http::Call& call);

[[nodiscard]] boost::asio::awaitable<http::Answer> remove(const Services& services,
                                                          const Route& route, http::Call& call);

/// The file of a multipart body, streamed into place: at most 128 MB (CONTRACT.md section 6), in
/// memory only a buffer's worth.
[[nodiscard]] boost::asio::awaitable<http::Answer> upload(const Services& services,
                                                          const Route& route, http::Call& call);

}  // namespace dynsessions::surfaces::data_plane::files
