#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "emulator/base/result.h"

/// Requests of the commands to the admin API of a server that runs.
namespace dynsessions::admin_client {

struct Request {
  std::string path;
  std::string token = {};  ///< empty: none is sent
  std::string method = "GET";
  std::chrono::steady_clock::duration timeout = std::chrono::seconds(3);
  std::string body = {};
  std::size_t longest_reply = std::size_t{1} << 20;  ///< in bytes
};

struct Reply {
  unsigned status = 0;
  std::string body;
  std::string reason = {};  ///< the cause and cure of a refusal, or empty
};

/// Sends a request to the admin API at `url`, such as "http://127.0.0.1:7071". Blocks until the
/// reply or the timeout. An Error has the reason in one line.
[[nodiscard]] Result<Reply> ask(const std::string& url, Request request);

}  // namespace dynsessions::admin_client
