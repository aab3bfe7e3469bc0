#include "rpc/server_credentials.h"

#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "net/tls/tls_source.h"

namespace oofgg::rpc {
namespace {

/// What one listener was last given. gRPC asks it before each handshake, on any thread.
class Listener {
 public:
  explicit Listener(std::shared_ptr<net::TlsSource> source) : source_(std::move(source)) {}

  static grpc_ssl_certificate_config_reload_status Fetch(void* self,
                                                         grpc_ssl_server_certificate_config** config) {
    return static_cast<Listener*>(self)->FetchNew(config);
  }

 private:
  grpc_ssl_certificate_config_reload_status FetchNew(grpc_ssl_server_certificate_config** config) {
    const auto current = source_->Current();
    const std::lock_guard lock(mutex_);
    if (given_ == current) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    const grpc_ssl_pem_key_cert_pair pair = {current->key_pem.c_str(), current->certificate_pem.c_str()};
    // gRPC wants authorities even where it does not ask clients for certificates; there any will do.
    const bool asks_clients = !current->client_ca_pem.empty();
    const std::string& authorities = asks_clients ? current->client_ca_pem : current->certificate_pem;
    *config = grpc_ssl_server_certificate_config_create(authorities.c_str(), &pair, 1);
    given_ = current;
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  const std::shared_ptr<net::TlsSource> source_;
  std::mutex mutex_;  // gRPC has one around this, but says so nowhere.
  std::shared_ptr<const net::TlsIdentity> given_;
};

/// gRPC's core can ask for a certificate anew with each handshake; its C++ surface, in 1.51, can only have
/// files read by a thread of its own, which stops serving when key and certificate do not match.
class ReloadedCredentials final : public grpc::ServerCredentials {
 public:
  explicit ReloadedCredentials(std::shared_ptr<net::TlsSource> source) : source_(std::move(source)) {}

  /// Who calls is the affair of rpc/admission.h.
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    const bool asks_clients = !source_->Current()->client_ca_pem.empty();
    listeners_.push_back(std::make_unique<Listener>(source_));
    grpc_server_credentials* const credentials = grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(
            asks_clients ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                         : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE,
            Listener::Fetch, listeners_.back().get()));
    const int port = grpc_server_add_http2_port(server, address.c_str(), credentials);
    grpc_server_credentials_release(credentials);
    return port;
  }

  const std::shared_ptr<net::TlsSource> source_;
  std::vector<std::unique_ptr<Listener>> listeners_;
};

}  // namespace

Status CheckExposure(const HostPort& address, const RpcServerOptions& options) {
  if (options.tls != nullptr || options.insecure || IsLoopback(address.host)) return {};
  return MakeStatus(
      StatusCode::kFailedPrecondition,
      "will not serve " + FormatHostPort(address) +
          " in plaintext, as it is not loopback; give --tls-cert and --tls-key, or --insecure on a "
          "private network");
}

std::shared_ptr<grpc::ServerCredentials> MakeCredentials(const RpcServerOptions& options) {
  if (options.tls == nullptr) return grpc::InsecureServerCredentials();
  return std::make_shared<ReloadedCredentials>(options.tls);
}

}  // namespace oofgg::rpc
