#include "emulator/surfaces/control_plane/pool_state.h"

namespace dynsessions::surfaces::control_plane {
namespace {

/// `createdByType`; the emulator does not distinguish applications from managed identities.
std::string type_of(const Caller& caller) { return caller.user.empty() ? "Application" : "User"; }

}  // namespace

void Authorship::create(const Caller& caller, TimePoint now) {
  created_by = caller.name();
  created_by_type = type_of(caller);
  created_at = now;
  modify(caller, now);
}

void Authorship::modify(const Caller& caller, TimePoint now) {
  modified_by = caller.name();
  modified_by_type = type_of(caller);
  modified_at = now;
}

}  // namespace dynsessions::surfaces::control_plane
