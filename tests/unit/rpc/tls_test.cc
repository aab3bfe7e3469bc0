#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "tests/unit/rpc/raw_call.h"
#include "tests/unit/rpc/rpc_fixture.h"
#include "tests/unit/rpc/tls_files.h"

namespace oofgg::rpc {
namespace {

class TlsTest : public RpcTest {
 protected:
  /// Serves, and asks for the server's health as a client with these credentials.
  Status Ask(const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    if (server_ == nullptr) Serve();
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("localhost");  // What the certificate is for.
    const auto channel = grpc::CreateCustomChannel(address(), credentials, arguments);
    return FromGrpc(RawCall(channel, "/grpc.health.v1.Health/Check", "").status);
  }

  static std::shared_ptr<grpc::ChannelCredentials> Trusting(const TlsFiles& server,
                                                            const TlsFiles* own = nullptr) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = server.certificate;
    if (own != nullptr) {
      options.pem_cert_chain = own->certificate;
      options.pem_private_key = own->key;
    }
    return grpc::SslCredentials(options);
  }

  void UseServerCertificate() {
    options_.tls_certificate_file = server_files_.certificate_file;
    options_.tls_key_file = server_files_.key_file;
  }

  TlsFiles server_files_;
  TlsFiles client_files_;
};

TEST_F(TlsTest, ServesWhoTrustsItsCertificate) {
  UseServerCertificate();
  EXPECT_TRUE(Ask(Trusting(server_files_)).ok());
  EXPECT_EQ(Ask(Trusting(client_files_)).code(), StatusCode::kUnavailable);
  EXPECT_EQ(Ask(grpc::InsecureChannelCredentials()).code(), StatusCode::kUnavailable);
}

TEST_F(TlsTest, MutualTlsServesWhoShowsACertificate) {
  UseServerCertificate();
  options_.tls_client_ca_file = client_files_.certificate_file;
  EXPECT_TRUE(Ask(Trusting(server_files_, &client_files_)).ok());
  EXPECT_FALSE(Ask(Trusting(server_files_)).ok());
  EXPECT_FALSE(Ask(Trusting(server_files_, &server_files_)).ok());
}

TEST_F(TlsTest, WithACertificateAnyInterfaceWillDo) {
  const auto server = RpcServer::Start({.listen = {"0.0.0.0:0"},
                                        .tls_certificate_file = server_files_.certificate_file,
                                        .tls_key_file = server_files_.key_file},
                                       host_, {});
  EXPECT_TRUE(server.ok()) << server.status();
}

TEST_F(TlsTest, CertificateAndKeyThatDoNotMatchDoNotServe) {
  const auto server = RpcServer::Start({.listen = {"127.0.0.1:0"},
                                        .tls_certificate_file = server_files_.certificate_file,
                                        .tls_key_file = client_files_.key_file},
                                       host_, {});
  EXPECT_EQ(server.status().code(), StatusCode::kUnavailable);
  EXPECT_NE(server.status().message().find("do not match"), absl::string_view::npos) << server.status();
}

}  // namespace
}  // namespace oofgg::rpc
