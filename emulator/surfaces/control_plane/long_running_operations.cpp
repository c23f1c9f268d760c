#include "emulator/surfaces/control_plane/long_running_operations.h"

#include <algorithm>

#include "emulator/auth/base64url.h"
#include "emulator/base/identifiers.h"
#include "emulator/http/text.h"

namespace dynsessions::surfaces::control_plane {

LongRunningOperations::Pointer LongRunningOperations::start(std::string_view kind,
                                                            const std::string& subscription,
                                                            TimePoint now) {
  auto operation = std::make_shared<LongRunningOperation>();
  operation->kind = std::string(kind);
  operation->id = auth::encode_base64url(std::string(kind) + ":" + random_uuid());
  operation->subscription = subscription;
  operation->started = now;
  if (operations_.size() >= kMost) operations_.pop_front();
  operations_.push_back(operation);
  return operation;
}

LongRunningOperations::Pointer LongRunningOperations::find(std::string_view id,
                                                           std::string_view subscription) const {
  const auto found =
      std::find_if(operations_.begin(), operations_.end(), [&](const Pointer& operation) {
        return operation->id == id && http::iequals(operation->subscription, subscription);
      });
  return found == operations_.end() ? nullptr : *found;
}

}  // namespace dynsessions::surfaces::control_plane
