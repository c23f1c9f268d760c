#include "emulator/tls/identity.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "emulator/tls/x509_extensions.h"

namespace dynsessions::tls {
namespace {

using std::chrono::hours;
using TimePoint = Clock::TimePoint;

constexpr hours kDay{24};
constexpr auto kAuthorityLife = 3650 * kDay;
constexpr auto kServerLife = 397 * kDay;
/// Certificates are backdated, because clocks of machines and containers can differ.
constexpr auto kBackdating = kDay;
constexpr int kSerialBits = 127;  ///< positive, and at most 20 octets (RFC 5280 section 4.1.2.2)

OwnedKey new_key() { return OwnedKey(require(EVP_EC_gen("P-256"), "cannot make a key")); }

/// Makes a certificate that lacks only extensions, issuer and signature.
OwnedCertificate new_certificate(const char* common_name, EVP_PKEY* key, TimePoint now,
                                 TimePoint expires) {
  OwnedCertificate certificate(require(X509_new(), "cannot make a certificate"));
  require(X509_set_version(certificate.get(), X509_VERSION_3), "version");
  const OwnedBignum serial(require(BN_new(), "serial number"));
  require(BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY), "serial number");
  require(BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate.get())),
          "serial number");
  const auto set_time = [](ASN1_TIME* field, TimePoint time) {
    require(ASN1_TIME_set(field, std::chrono::system_clock::to_time_t(time)), "validity");
  };
  set_time(X509_getm_notBefore(certificate.get()), now - kBackdating);
  set_time(X509_getm_notAfter(certificate.get()), expires);
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  const auto add = [subject](const char* field, const char* value) {
    const auto* const text = reinterpret_cast<const unsigned char*>(value);
    require(X509_NAME_add_entry_by_txt(subject, field, MBSTRING_UTF8, text, -1, -1, 0), "subject");
  };
  add("O", "dynsessions emulator");
  add("CN", common_name);
  require(X509_set_pubkey(certificate.get(), key), "public key");
  return certificate;
}

void sign(X509* certificate, X509* issuer, EVP_PKEY* issuer_key) {
  require(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)), "issuer");
  add_key_identifiers(certificate, issuer);
  if (X509_sign(certificate, issuer_key, EVP_sha256()) == 0) throw OpensslError("cannot sign");
}

OwnedBio memory_of(std::string_view text) {
  return OwnedBio(require(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), "memory"));
}

OwnedBio new_memory() { return OwnedBio(require(BIO_new(BIO_s_mem()), "memory")); }

std::string text_in(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

/// These keys have no passphrase, and OpenSSL must not ask for one on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

}  // namespace

Identity Identity::make_authority(const std::set<std::string>& domains, TimePoint now) {
  OwnedKey key = new_key();
  // Authorities of several machines can be in one trust store; a unique name distinguishes them.
  const std::string name = "dynsessions local authority " + short_identifier(key.get());
  OwnedCertificate certificate =
      new_certificate(name.c_str(), key.get(), now, now + kAuthorityLife);
  add_authority_extensions(certificate.get(), domains);
  sign(certificate.get(), certificate.get(), key.get());
  return {std::move(certificate), std::move(key)};
}

Identity Identity::issue(const std::vector<Name>& names, TimePoint now) const {
  OwnedKey key = new_key();
  const TimePoint expires_at = std::min<TimePoint>(now + kServerLife, expires());
  OwnedCertificate certificate =
      new_certificate("dynsessions emulator", key.get(), now, expires_at);
  add_server_extensions(certificate.get(), names);
  sign(certificate.get(), certificate_.get(), key_.get());
  return {std::move(certificate), std::move(key)};
}

std::optional<Identity> Identity::from_pem(std::string_view certificate, std::string_view key) {
  const OwnedBio certificate_text = memory_of(certificate);
  const OwnedBio key_text = memory_of(key);
  OwnedCertificate read(PEM_read_bio_X509(certificate_text.get(), nullptr, no_passphrase, nullptr));
  OwnedKey read_key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, no_passphrase, nullptr));
  const bool fit = read && read_key && X509_check_private_key(read.get(), read_key.get()) == 1;
  ERR_clear_error();
  if (!fit) return std::nullopt;
  return Identity(std::move(read), std::move(read_key));
}

std::string Identity::certificate_pem() const {
  const OwnedBio memory = new_memory();
  require(PEM_write_bio_X509(memory.get(), certificate_.get()), "cannot write a certificate");
  return text_in(memory.get());
}

std::string Identity::key_pem() const {
  const OwnedBio memory = new_memory();
  require(PEM_write_bio_PKCS8PrivateKey(memory.get(), key_.get(), nullptr, nullptr, 0, nullptr,
                                        nullptr),
          "cannot write a key");
  return text_in(memory.get());
}

TimePoint Identity::expires() const {
  std::tm fields{};
  require(ASN1_TIME_to_tm(X509_get0_notAfter(certificate_.get()), &fields), "validity");
  return std::chrono::system_clock::from_time_t(::timegm(&fields));
}

std::set<std::string> Identity::names() const { return names_of(certificate_.get()); }

std::set<std::string> Identity::domains() const { return domains_of(certificate_.get()); }

bool Identity::permits(const Identity& server) const {
  const OwnedConstraints constraints(static_cast<NAME_CONSTRAINTS*>(
      X509_get_ext_d2i(certificate_.get(), NID_name_constraints, nullptr, nullptr)));
  if (!constraints) return true;
  X509_check_purpose(server.certificate_.get(), -1, 0);  // decodes the names that are checked next
  return NAME_CONSTRAINTS_check(server.certificate_.get(), constraints.get()) == X509_V_OK;
}

bool Identity::is_signed_by(const Identity& authority) const {
  const bool verified = X509_verify(certificate_.get(), authority.key_.get()) == 1;
  ERR_clear_error();
  return verified;
}

}  // namespace dynsessions::tls
