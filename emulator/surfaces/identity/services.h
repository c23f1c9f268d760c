#pragma once

#include <boost/asio/thread_pool.hpp>

#include "emulator/auth/token_issuer.h"
#include "emulator/base/clock.h"

namespace dynsessions::surfaces::identity {

/// Dependencies of the operations of the identity surface. All of them outlive the surface.
struct Services {
  const Clock& clock;
  auth::SigningKeys& keys;
  boost::asio::thread_pool& pool;  ///< makes keys and signatures
  const auth::IdentitySettings& settings;
};

}  // namespace dynsessions::surfaces::identity
