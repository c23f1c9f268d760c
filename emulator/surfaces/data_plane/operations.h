#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "emulator/http/filter.h"
#include "emulator/surfaces/data_plane/routes.h"
#include "emulator/surfaces/data_plane/services.h"

namespace dynsessions::surfaces::data_plane {

/// Answers one operation. All three arguments outlive the call.
using OperationHandler = boost::asio::awaitable<http::Answer> (*)(const Services& services,
                                                                  const Route& route,
                                                                  http::Call& call);

/// One operation of one dialect. A new operation is a row of the table in operations.cpp, and its
/// function.
struct Operation {
  http::Method method;
  std::string_view pattern;        ///< below the pool, see http::PathPattern
  std::optional<Dialect> dialect;  ///< nullopt: the wrapped and the flat dialect share the path
  /// The member of ApiVersion that says whether a version has the operation; null: all have it.
  bool ApiVersion::*exists;
  std::string_view name;  ///< name in logs, faults and journals; stable
  OperationHandler handler;
};

/// All operations. A request means the first one with its path and method.
[[nodiscard]] std::span<const Operation> operations();

}  // namespace dynsessions::surfaces::data_plane
