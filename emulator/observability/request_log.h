#pragma once

#include "emulator/http/exchange.h"
#include "emulator/observability/log.h"

namespace dynsessions::observability {

/// Writes one line per request to the log, with what an engineer needs to find a mistake. Of the
/// query it logs only the api-version. It logs identifiers as digests, and no code, output or
/// tokens.
class RequestLog final : public http::ExchangeObserver {
 public:
  explicit RequestLog(Log log = Log()) : log_(std::move(log)) {}

  void exchange_ended(const http::Exchange& exchange) noexcept override;

 private:
  const Log log_;
};

}  // namespace dynsessions::observability
