#include "tests/support/test_ca.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <fstream>

namespace oofgg::testing {
namespace {

using Pkey = std::shared_ptr<EVP_PKEY>;
using Certificate = std::shared_ptr<X509>;

template <class Write>
std::string ToPem(Write write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), &BIO_free);
  write(memory.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

std::string ToPem(const Certificate& certificate) {
  return ToPem([&](BIO* out) { PEM_write_bio_X509(out, certificate.get()); });
}

void AddExtension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate NewCertificate(const std::string& name, const Pkey& key, std::chrono::seconds lifetime) {
  Certificate x509(X509_new(), &X509_free);
  X509_set_version(x509.get(), 2);
  std::uint32_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(x509.get()), -24L * 3600);
  X509_gmtime_adj(X509_getm_notAfter(x509.get()), static_cast<long>(lifetime.count()));
  X509_set_pubkey(x509.get(), key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return x509;
}

Pkey NewKey() { return {EVP_EC_gen("P-256"), &EVP_PKEY_free}; }

}  // namespace

TestCa::TestCa(const std::string& name)
    : key_(NewKey()), x509_(NewCertificate(name, key_, std::chrono::hours(24))) {
  X509_set_issuer_name(x509_.get(), X509_get_subject_name(x509_.get()));
  AddExtension(x509_.get(), x509_.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(x509_.get(), x509_.get(), NID_key_usage, "critical,keyCertSign");
  X509_sign(x509_.get(), key_.get(), EVP_sha256());
  pem_ = ToPem(x509_);
}

TestCertificate TestCa::Issue(const std::string& name, std::chrono::seconds lifetime) const {
  const Pkey key = NewKey();
  const Certificate leaf = NewCertificate(name, key, lifetime);
  X509_set_issuer_name(leaf.get(), X509_get_subject_name(x509_.get()));
  AddExtension(leaf.get(), x509_.get(), NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
  X509_sign(leaf.get(), key_.get(), EVP_sha256());
  return {.certificate = ToPem(leaf), .key = ToPem([&](BIO* out) {
                                        PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr,
                                                                 nullptr);
                                      })};
}

void TestTlsFiles::Write(const TestCertificate& pair) const {
  ReplaceFile(certificate, pair.certificate);
  ReplaceFile(key, pair.key);
}

void ReplaceFile(const std::string& path, const std::string& content) {
  const std::string beside = path + ".new";
  std::ofstream(beside, std::ios::binary) << content;
  // As a key must be, and a certificate may.
  std::filesystem::permissions(beside,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::rename(beside, path);
}

}  // namespace oofgg::testing
