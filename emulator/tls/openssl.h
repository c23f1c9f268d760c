#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

namespace dynsessions::tls {

/// Frees an object of OpenSSL with the function for its type.
template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

template <typename T, auto Free>
using Owned = std::unique_ptr<T, FreeWith<Free>>;

using OwnedBio = Owned<BIO, BIO_free>;
using OwnedBignum = Owned<BIGNUM, BN_free>;
using OwnedCertificate = Owned<X509, X509_free>;
using OwnedExtension = Owned<X509_EXTENSION, X509_EXTENSION_free>;
using OwnedKey = Owned<EVP_PKEY, EVP_PKEY_free>;
using OwnedNames = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;
using OwnedConstraints = Owned<NAME_CONSTRAINTS, NAME_CONSTRAINTS_free>;

/// A call of OpenSSL failed, which happens only without memory or randomness, or after a wrong
/// call.
class OpensslError : public std::runtime_error {
 public:
  /// Adds the latest reason of this thread's error queue, and empties the queue.
  explicit OpensslError(const std::string& what);
};

/// Throws unless a function returned 1, for functions that return 1 on success.
void require(int outcome, const char* what);

/// Throws if a function returned null, for functions that return a pointer.
template <typename T>
T* require(T* object, const char* what) {
  if (object == nullptr) throw OpensslError(what);
  return object;
}

}  // namespace dynsessions::tls
