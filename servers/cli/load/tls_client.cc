#include "servers/cli/load/tls_client.h"

#include <openssl/x509v3.h>

#include <utility>

namespace oofgg::load {

StatusOr<TlsClient> TlsClient::Make(const std::string& ca_file, const std::string& host) {
  const net::SslContextPtr context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (context == nullptr) return MakeStatus(StatusCode::kResourceExhausted, "no memory for TLS");
  const bool trusts = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context.get()) == 1
                                      : SSL_CTX_load_verify_file(context.get(), ca_file.c_str()) == 1;
  if (!trusts) {
    ERR_clear_error();
    return MakeStatus(StatusCode::kNotFound,
                      "--ca: " + ca_file + " holds no PEM authorities that can be read");
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  // Many connections that are idle hold no buffers, and a write may go on from another place.
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return TlsClient(context, host);
}

net::SslPtr TlsClient::Wrap(int fd) const {
  net::SslPtr tls(SSL_new(context_.get()));
  if (tls == nullptr) return tls;
  X509_VERIFY_PARAM* const wanted = SSL_get0_param(tls.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(wanted, host_.c_str()) != 1) {
    X509_VERIFY_PARAM_set1_host(wanted, host_.c_str(), host_.size());
    SSL_set_tlsext_host_name(tls.get(), host_.c_str());
  }
  SSL_set_fd(tls.get(), fd);
  SSL_set_connect_state(tls.get());
  return tls;
}

}  // namespace oofgg::load
