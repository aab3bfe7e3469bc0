#include "storage/redis/tls_session.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>
#include <string>

namespace oofgg::storage::redis {
namespace {

struct ContextFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using ContextPtr = std::unique_ptr<SSL_CTX, ContextFree>;

Status Unusable(const std::string& what) {
  return MakeStatus(StatusCode::kFailedPrecondition, "TLS to Redis: " + what + ": " + LastTlsError());
}

Status LoadFiles(SSL_CTX* context, const RedisUrl& url) {
  const bool trusts = url.ca_file.empty()
                          ? SSL_CTX_set_default_verify_paths(context) == 1
                          : SSL_CTX_load_verify_locations(context, url.ca_file.c_str(), nullptr) == 1;
  if (!trusts) return Unusable("cannot read the CA's certificates in " + url.ca_file);
  if (url.cert_file.empty()) return absl::OkStatus();
  if (SSL_CTX_use_certificate_chain_file(context, url.cert_file.c_str()) != 1) {
    return Unusable("cannot read our certificate in " + url.cert_file);
  }
  if (SSL_CTX_use_PrivateKey_file(context, url.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return Unusable("cannot use the key in " + url.key_file + " with that certificate");
  }
  return absl::OkStatus();
}

bool IsIpAddress(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address;
  return inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

/// Whom we expect. The name also goes to the server (SNI), an address must not (RFC 6066, section 3).
bool Expect(SSL* ssl, const std::string& host) {
  if (IsIpAddress(host)) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
  return SSL_set1_host(ssl, host.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
}

}  // namespace

StatusOr<SslPtr> NewTlsSession(const HostPort& address, const RedisUrl& url) {
  ERR_clear_error();
  const ContextPtr context(SSL_CTX_new(TLS_client_method()));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) {
    return Unusable("OpenSSL does not start");
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  OOFGG_RETURN_IF_ERROR(LoadFiles(context.get(), url));
  SslPtr ssl(SSL_new(context.get()));
  if (!ssl || !Expect(ssl.get(), address.host)) return Unusable("OpenSSL does not take the server's name");
  // Our buffer may move as it grows, and what was written is cut off it.
  SSL_set_mode(ssl.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS);
  return ssl;
}

std::string LastTlsError() {
  const unsigned long error = ERR_peek_last_error();
  const char* reason = error != 0 ? ERR_reason_error_string(error) : nullptr;
  return reason != nullptr ? reason : "no reason given";
}

}  // namespace oofgg::storage::redis
