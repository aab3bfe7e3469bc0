#include "rpc/server_credentials.h"

#include <grpcpp/security/server_credentials.h>

#include <fstream>
#include <iterator>
#include <string>

namespace oofgg::rpc {
namespace {

StatusOr<std::string> ReadPem(const char* what, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.is_open() || file.bad()) {
    return MakeStatus(StatusCode::kNotFound, std::string("cannot read the ") + what + " " + path);
  }
  if (text.find("-----BEGIN ") == std::string::npos) {
    return MakeStatus(StatusCode::kInvalidArgument,
                      std::string("the ") + what + " " + path + " is not a PEM file");
  }
  return text;
}

}  // namespace

Status CheckExposure(const HostPort& address, const RpcServerOptions& options) {
  if (!options.tls_certificate_file.empty() || options.insecure || IsLoopback(address.host)) return {};
  return MakeStatus(
      StatusCode::kFailedPrecondition,
      "will not serve " + FormatHostPort(address) +
          " in plaintext, as it is not loopback; give --tls-cert and --tls-key, or --insecure on a "
          "private network");
}

StatusOr<std::shared_ptr<grpc::ServerCredentials>> LoadCredentials(const RpcServerOptions& options) {
  if (options.tls_certificate_file.empty() != options.tls_key_file.empty()) {
    return MakeStatus(StatusCode::kInvalidArgument,
                      "--tls-cert and --tls-key go together; give both or none");
  }
  if (options.tls_certificate_file.empty()) {
    if (options.tls_client_ca_file.empty()) return grpc::InsecureServerCredentials();
    return MakeStatus(StatusCode::kInvalidArgument, "--tls-client-ca needs --tls-cert and --tls-key");
  }
  const bool asks_clients = !options.tls_client_ca_file.empty();
  grpc::SslServerCredentialsOptions tls(asks_clients
                                            ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                            : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  grpc::SslServerCredentialsOptions::PemKeyCertPair pair;
  OOFGG_ASSIGN_OR_RETURN(pair.cert_chain, ReadPem("certificate", options.tls_certificate_file));
  OOFGG_ASSIGN_OR_RETURN(pair.private_key, ReadPem("key", options.tls_key_file));
  tls.pem_key_cert_pairs.push_back(std::move(pair));
  if (asks_clients) {
    OOFGG_ASSIGN_OR_RETURN(tls.pem_root_certs, ReadPem("client CA", options.tls_client_ca_file));
  }
  return grpc::SslServerCredentials(tls);
}

}  // namespace oofgg::rpc
