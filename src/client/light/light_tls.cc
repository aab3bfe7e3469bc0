#include "client/light/light_tls.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

namespace oofgg::internal {
namespace {

std::string LastError() {
  std::array<char, 256> text{};
  const unsigned long code = ERR_get_error();
  if (code == 0) return "the other side closed it";
  ERR_error_string_n(code, text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

bool Trust(SSL_CTX* context, const std::string& ca_file) {
  if (ca_file.empty()) return SSL_CTX_set_default_verify_paths(context) == 1;
  return SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr) == 1;
}

bool Expect(SSL* ssl, const std::string& name) {
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1) return true;
  ERR_clear_error();
  return SSL_set1_host(ssl, name.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

}  // namespace

StatusOr<std::unique_ptr<LightTls>> LightTls::Make(const LightPresenceTls& options, const std::string& host) {
  const ContextPtr context(SSL_CTX_new(TLS_client_method()));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) {
    return MakeStatus(StatusCode::kInternal, "OpenSSL has no TLS 1.2: " + LastError());
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (!Trust(context.get(), options.ca_file)) {
    return InvalidField("tls.ca_file", options.ca_file + " cannot be used: " + LastError() +
                                           "; name a readable file of PEM certificates");
  }
  auto tls = std::unique_ptr<LightTls>(new LightTls());
  tls->ssl_.reset(SSL_new(context.get()));
  if (!tls->ssl_ || !Expect(tls->ssl_.get(), options.server_name.empty() ? host : options.server_name)) {
    return InvalidField("tls.server_name", "is not a name that a certificate can have; give the server's");
  }
  tls->incoming_ = BIO_new(BIO_s_mem());
  tls->outgoing_ = BIO_new(BIO_s_mem());
  SSL_set_bio(tls->ssl_.get(), tls->incoming_, tls->outgoing_);
  SSL_set_connect_state(tls->ssl_.get());
  return tls;
}

Status LightTls::Send(std::string_view plain) {
  unsent_ += plain;
  return Flush();
}

Status LightTls::Receive(std::string_view bytes, std::string& plain) {
  BIO_write(incoming_, bytes.data(), static_cast<int>(bytes.size()));
  OOFGG_RETURN_IF_ERROR(Flush());
  std::array<char, 4096> buffer{};
  for (;;) {
    const int count = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (count > 0) {
      plain.append(buffer.data(), static_cast<std::size_t>(count));
      continue;
    }
    if (SSL_get_error(ssl_.get(), count) == SSL_ERROR_WANT_READ) return Flush();
    return Broken();
  }
}

Status LightTls::Flush() {
  if (SSL_in_init(ssl_.get()) != 0) {
    const int done = SSL_do_handshake(ssl_.get());
    if (done != 1) {
      return SSL_get_error(ssl_.get(), done) == SSL_ERROR_WANT_READ ? absl::OkStatus() : Broken();
    }
  }
  while (!unsent_.empty()) {
    const std::size_t most = std::min<std::size_t>(unsent_.size(), 16 * 1024);
    const int count = SSL_write(ssl_.get(), unsent_.data(), static_cast<int>(most));
    if (count <= 0) return Broken();  // Memory takes all there is.
    unsent_.erase(0, static_cast<std::size_t>(count));
  }
  return absl::OkStatus();
}

std::string LightTls::TakeOutput() {
  std::string bytes(BIO_ctrl_pending(outgoing_), '\0');
  if (!bytes.empty()) BIO_read(outgoing_, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

Status LightTls::Broken() const {
  const long verdict = SSL_get_verify_result(ssl_.get());
  if (verdict == X509_V_OK) {
    return MakeStatus(StatusCode::kUnavailable, "TLS to the presence server ended: " + LastError());
  }
  ERR_clear_error();
  return MakeStatus(
      StatusCode::kUnauthenticated,
      std::string("the presence server's certificate is refused: ") + X509_verify_cert_error_string(verdict));
}

}  // namespace oofgg::internal
