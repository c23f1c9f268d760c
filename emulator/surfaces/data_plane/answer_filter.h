#pragma once

#include <string>

#include "emulator/contract/contract_options.h"
#include "emulator/http/filter.h"
#include "emulator/surfaces/data_plane/routes.h"

namespace dynsessions::surfaces::data_plane {

struct AnswerFilterSettings {
  /// Whether answers have `x-emulator-reason`, `x-emulator-warning`, and the request's
  /// `traceparent`.
  bool own_headers = true;
  std::string warning{};  ///< text of `x-emulator-warning` in every answer; empty: no header
  contract::ContractOptions contract_options{};
};

/// Gives answers the form of the service's (CONTRACT.md section 1.6). The filter turns refusals
/// into responses and adds the headers of every answer; finish() adds the headers of an
/// operation's answer.
class AnswerFilter final : public http::Filter {
 public:
  /// `pools`, whose clocks date the answers, outlives the filter.
  AnswerFilter(AnswerFilterSettings settings, const pools::PoolCatalog& pools);

  [[nodiscard]] boost::asio::awaitable<http::Answer> handle(http::Call& call,
                                                            http::Next next) override;

  /// The answer of the operation of `route`, with the framing and headers of its api-version.
  [[nodiscard]] http::Response finish(http::Answer answer, const Route& route,
                                      http::Exchange& exchange) const;

  /// Makes the whole answer to a refusal, and records the refusal in the Exchange.
  [[nodiscard]] http::Response refuse(const Error& error, http::Exchange& exchange) const;

 private:
  [[nodiscard]] http::Response refusal(const Error& error, http::Exchange& exchange) const;
  void add_reason(http::Response& response, const http::Exchange& exchange) const;
  void add_version_headers(http::Response& response, const Route& route) const;
  void add_common_headers(http::Response& response, const http::Exchange& exchange) const;

  const AnswerFilterSettings settings_;
  const pools::PoolCatalog& pools_;
};

}  // namespace dynsessions::surfaces::data_plane
