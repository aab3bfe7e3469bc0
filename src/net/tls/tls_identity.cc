#include "net/tls/tls_identity.h"

#include <openssl/pem.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string_view>
#include <utility>

#include "base/private_mode.h"
#include "net/tls/openssl.h"

namespace oofgg::net {
namespace {

/// A whole store of authorities is some 200 KB.
constexpr std::size_t kMaxFileBytes = 4 * 1024 * 1024;

Status Fault(const char* what, const std::string& path, const char* problem) {
  return MakeStatus(StatusCode::kInvalidArgument, std::string("the ") + what + " " + path + " " + problem);
}

StatusOr<std::string> ReadPem(const char* what, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxFileBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) {
    return MakeStatus(StatusCode::kNotFound, std::string("cannot read the ") + what + " " + path);
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMaxFileBytes) return Fault(what, path, "is too large");
  text.shrink_to_fit();
  return text;
}

/// Refused to a group, too, like the signing keys: whoever reads it can pass for this server.
StatusOr<std::string> ReadKey(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) == 0) {
    const Status open_to_others = base::CheckPrivateMode(path, info.st_mode);
    if (!open_to_others.ok()) {
      return MakeStatus(open_to_others.code(), "the key " + std::string(open_to_others.message()));
    }
  }
  return ReadPem("key", path);
}

BioPtr Reader(const std::string& pem) {
  return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

/// A key under a passphrase is refused: OpenSSL would ask the terminal for it.
int NoPassphrase(char*, int, int, void*) { return -1; }

X509Ptr NextCertificate(BIO* reader) {
  return X509Ptr(PEM_read_bio_X509(reader, nullptr, NoPassphrase, nullptr));
}

WallTime ExpiryOf(const X509& certificate) {
  std::tm time{};
  ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &time);
  return std::chrono::system_clock::from_time_t(timegm(&time));
}

/// Puts the chain into the context and gives the leaf.
StatusOr<X509Ptr> UseChain(SSL_CTX* context, const std::string& pem, const std::string& path) {
  const BioPtr reader = Reader(pem);
  X509Ptr leaf = NextCertificate(reader.get());
  if (leaf == nullptr) return Fault("certificate", path, "is not a PEM certificate");
  if (SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    return Fault("certificate", path, "is not one that TLS can use");
  }
  while (X509Ptr next = NextCertificate(reader.get())) {
    if (SSL_CTX_add1_chain_cert(context, next.get()) != 1)
      return Fault("certificate", path, "has a bad chain");
  }
  return leaf;
}

Status UseKey(SSL_CTX* context, const std::string& pem, const TlsFiles& files) {
  const BioPtr reader = Reader(pem);
  const PkeyPtr key(PEM_read_bio_PrivateKey(reader.get(), nullptr, NoPassphrase, nullptr));
  if (key == nullptr) return Fault("key", files.key, "is not a PEM key without a passphrase");
  // The first does not compare a key with a certificate of another kind.
  const bool fits =
      SSL_CTX_use_PrivateKey(context, key.get()) == 1 && SSL_CTX_check_private_key(context) == 1;
  if (fits) return {};
  return MakeStatus(StatusCode::kInvalidArgument,
                    "the certificate " + files.certificate + " and the key " + files.key + " do not match");
}

Status AskClients(SSL_CTX* context, const std::string& pem, const std::string& path) {
  const BioPtr reader = Reader(pem);
  X509_STORE* const trusted = SSL_CTX_get_cert_store(context);
  std::size_t count = 0;
  while (const X509Ptr authority = NextCertificate(reader.get())) {
    X509_STORE_add_cert(trusted, authority.get());
    SSL_CTX_add_client_CA(context, authority.get());
    ++count;
  }
  if (count == 0) return Fault("client CA", path, "has no PEM certificate");
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return {};
}

/// A client that names protocols and not ours is told so (RFC 7301, 3.2).
int ChooseProtocol(SSL*, const unsigned char** chosen, unsigned char* length, const unsigned char* offered,
                   unsigned int offered_length, void*) {
  static constexpr std::array<unsigned char, 9> kOurs = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* selected = nullptr;
  const int found =
      SSL_select_next_proto(&selected, length, kOurs.data(), kOurs.size(), offered, offered_length);
  *chosen = selected;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

SslContextPtr MakeContext() {
  SslContextPtr context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // Nothing to resume: no ticket keys that would have to be kept secret and changed, too.
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                         SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_alpn_select_cb(context.get(), ChooseProtocol, nullptr);
  return context;
}

StatusOr<std::shared_ptr<const TlsIdentity>> Read(const TlsFiles& files, WallTime now) {
  auto identity = std::make_shared<TlsIdentity>();
  OOFGG_ASSIGN_OR_RETURN(identity->certificate_pem, ReadPem("certificate", files.certificate));
  OOFGG_ASSIGN_OR_RETURN(identity->key_pem, ReadKey(files.key));
  identity->context = MakeContext();
  SSL_CTX* const context = identity->context.get();
  OOFGG_ASSIGN_OR_RETURN(const X509Ptr leaf, UseChain(context, identity->certificate_pem, files.certificate));
  OOFGG_RETURN_IF_ERROR(UseKey(context, identity->key_pem, files));
  identity->expires = ExpiryOf(*leaf);
  if (identity->expires <= now) return Fault("certificate", files.certificate, "has expired; renew it");
  if (!files.client_ca.empty()) {
    OOFGG_ASSIGN_OR_RETURN(identity->client_ca_pem, ReadPem("client CA", files.client_ca));
    OOFGG_RETURN_IF_ERROR(AskClients(context, identity->client_ca_pem, files.client_ca));
  }
  return identity;
}

}  // namespace

StatusOr<std::shared_ptr<const TlsIdentity>> ReadTlsIdentity(const TlsFiles& files, WallTime now) {
  auto identity = Read(files, now);
  ERR_clear_error();  // The end of a PEM file is an error, too.
  return identity;
}

}  // namespace oofgg::net
