#pragma once

#include <functional>
#include <string>

#include <nlohmann/json.hpp>

#include "emulator/admin_client/admin_client.h"
#include "emulator/base/columns.h"
#include "emulator/cli/command.h"

/// Commands that ask the admin API of a running server. Each is one request.
namespace dynsessions::cli {

/// Flags that these commands share.
inline constexpr Flag kPoolFlag{"--pool", "NAME",
                                "Session pool, by its name or path; default: all pools."};
inline constexpr std::string_view kAdminOptions[] = {"admin-port", "admin-token", "listen",
                                                     "ready-file"};

inline constexpr std::string_view kAdminExitCodes =
    "  0  done\n"
    "  1  the server cannot be reached, or refused; stderr says why\n"
    "  2  wrong usage\n";

/// Adds the parts that all commands for the admin API share.
constexpr Command admin_command(Command command) {
  if (command.exit_codes.empty()) command.exit_codes = kAdminExitCodes;
  command.takes_options = true;
  command.common_options = kAdminOptions;
  return command;
}

struct AdminRequest {
  std::string method = "GET";
  std::string path;  ///< "/clock"; goes below the pool of --pool, if given
  std::string body = {};
  bool is_scoped = true;  ///< whether --pool changes the path
};

/// Returns the path of a pool in the admin API. `pool` is its name, or its path or URL in Azure's
/// form.
[[nodiscard]] std::string pool_path(const std::string& pool);

/// Makes the text that is printed without `-o json`; it ends with a line end unless it is empty.
using ShowAnswer = std::function<std::string(const nlohmann::ordered_json& answer)>;

struct AdminAddress {
  std::string url;
  std::string token;  ///< empty: none is known
};

/// Sends the request to the server that the options describe and prints the answer: its body, or
/// `{}` if it has none, with `-o json`, otherwise what `show` makes of it. The message of a refusal
/// goes to stderr.
[[nodiscard]] ExitCode ask_admin_api(const Invocation& call, const AdminRequest& request,
                                     const ShowAnswer& show);
/// The same for a given server.
[[nodiscard]] ExitCode ask_admin_api(const Invocation& call, const AdminRequest& request,
                                     const AdminAddress& address, const ShowAnswer& show);

/// Returns the admin address of the server that the options describe. Throws std::runtime_error if
/// the server has not announced it yet.
[[nodiscard]] AdminAddress admin_address(const Invocation& call);

/// Returns the path of the request in the admin API, with the pool of --pool.
[[nodiscard]] std::string target_of(const Invocation& call, const AdminRequest& request);

/// Sends the request to the server that the options describe and returns its unparsed reply. Throws
/// std::runtime_error if there is none.
[[nodiscard]] admin_client::Reply send_to_admin_api(const Invocation& call,
                                                    const AdminRequest& request);
/// Prints the message of a refusal. Returns `failed`.
[[nodiscard]] ExitCode report_refusal(const admin_client::Reply& reply);

/// The bytes of a file. Throws config::ConfigError if it cannot be read.
[[nodiscard]] std::string file_content(const std::string& path);

/// The only argument of the command. Throws config::ConfigError, which names `what`, if there is
/// none or more than one.
[[nodiscard]] std::string only_argument(const Invocation& call, const std::string& what);

/// Throws config::ConfigError if there is an argument.
void refuse_arguments(const Invocation& call);

/// "name  value" lines, with columns as wide as their widest cell. `rows` have as many cells as
/// `titles`.
[[nodiscard]] std::string table(const Cells& titles, const std::vector<Cells>& rows);

/// A ShowAnswer that prints nothing.
[[nodiscard]] std::string show_nothing(const nlohmann::ordered_json& answer);

/// A member as text: a string without its quotes, anything else as JSON; empty if it is absent.
[[nodiscard]] std::string text_of(const nlohmann::ordered_json& object, const char* member);

}  // namespace dynsessions::cli
