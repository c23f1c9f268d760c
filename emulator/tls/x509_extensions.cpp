#include "emulator/tls/x509_extensions.h"

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include <arpa/inet.h>

#include <fmt/format.h>

namespace dynsessions::tls {
namespace {

constexpr int kIpv4Bytes = 4;
constexpr int kIpv6Bytes = 16;

/// `value` uses the syntax of OpenSSL's configuration files (x509v3_config(5)). Names cannot break
/// out of it: a Name has no comma, and only addresses have colons.
void add(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  const OwnedExtension extension(
      require(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()), value.c_str()));
  require(X509_add_ext(certificate, extension.get(), -1), value.c_str());
}

void add(X509* certificate, int nid, const std::string& value) {
  add(certificate, certificate, nid, value);
}

/// Formats `DNS:localhost` or `IP:127.0.0.1`.
std::string general_name(const Name& name) {
  return (name.is_address() ? "IP:" : "DNS:") + name.text();
}

/// A constraint on an address has a mask; this one permits exactly one address.
std::string permitted(const std::string& domain) {
  const Result<Name> name = Name::parse(domain);
  if (!name) throw std::invalid_argument(name.error().message);
  std::string text = "permitted;" + general_name(*name);
  if (!name->is_address()) return text;
  const bool is_ipv6 = domain.find(':') != std::string::npos;
  return text + (is_ipv6 ? "/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" : "/255.255.255.255");
}

/// Returns the text of a name. The first `octets` bytes of an address are its value; the rest is
/// the mask of a constraint. Returns nullopt for kinds of names that this program never writes.
std::optional<std::string> text_of(const GENERAL_NAME* name, int ipv4_octets, int ipv6_octets) {
  int type = 0;
  const auto* const value = static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(name, &type));
  const unsigned char* const bytes = ASN1_STRING_get0_data(value);
  const int size = ASN1_STRING_length(value);
  if (type == GEN_DNS) {
    return std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  }
  if (type != GEN_IPADD || (size != ipv4_octets && size != ipv6_octets)) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> text;
  const int family = size == ipv4_octets ? AF_INET : AF_INET6;
  return ::inet_ntop(family, bytes, text.data(), text.size());
}

}  // namespace

void add_authority_extensions(X509* certificate, const std::set<std::string>& domains) {
  add(certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add(certificate, NID_key_usage, "critical,keyCertSign");
  add(certificate, NID_ext_key_usage, "serverAuth");
  std::string constraints = "critical";
  for (const std::string& domain : domains) constraints += "," + permitted(domain);
  add(certificate, NID_name_constraints, constraints);
}

void add_server_extensions(X509* certificate, const std::vector<Name>& names) {
  add(certificate, NID_basic_constraints, "critical,CA:FALSE");
  add(certificate, NID_key_usage, "critical,digitalSignature");
  add(certificate, NID_ext_key_usage, "serverAuth");
  std::string list;
  for (const Name& name : names) list += (list.empty() ? "" : ",") + general_name(name);
  add(certificate, NID_subject_alt_name, list);
}

void add_key_identifiers(X509* certificate, X509* issuer) {
  add(certificate, NID_subject_key_identifier, "hash");
  add(certificate, issuer, NID_authority_key_identifier, "keyid");
}

std::set<std::string> names_of(const X509* certificate) {
  std::set<std::string> texts;
  const OwnedNames names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const auto text = text_of(sk_GENERAL_NAME_value(names.get(), i), kIpv4Bytes, kIpv6Bytes);
    if (text) texts.insert(*text);
  }
  return texts;
}

std::set<std::string> domains_of(const X509* certificate) {
  std::set<std::string> texts;
  const OwnedConstraints constraints(static_cast<NAME_CONSTRAINTS*>(
      X509_get_ext_d2i(certificate, NID_name_constraints, nullptr, nullptr)));
  if (!constraints) return texts;
  auto* const trees = constraints->permittedSubtrees;
  for (int i = 0; i < sk_GENERAL_SUBTREE_num(trees); ++i) {
    const GENERAL_SUBTREE* const tree = sk_GENERAL_SUBTREE_value(trees, i);
    const auto text = text_of(tree->base, 2 * kIpv4Bytes, 2 * kIpv6Bytes);
    if (text) texts.insert(*text);
  }
  return texts;
}

std::string short_identifier(const EVP_PKEY* key) {
  unsigned char* encoded = nullptr;
  const int size = i2d_PUBKEY(key, &encoded);
  if (size <= 0) throw OpensslError("public key");
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  const int hashed = EVP_Digest(encoded, static_cast<std::size_t>(size), digest.data(), nullptr,
                                EVP_sha256(), nullptr);
  OPENSSL_free(encoded);
  require(hashed, "digest");
  return fmt::format("{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3]);
}

}  // namespace dynsessions::tls
