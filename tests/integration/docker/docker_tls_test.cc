// The Docker backend with an engine that wants TLS, and a certificate of whoever calls.

#include <gtest/gtest.h>

#include <future>

#include "backends/docker/docker_backend.h"
#include "oofgg/thread_pool.h"
#include "tests/integration/docker/docker_fixture.h"
#include "tests/support/tcp_peer.h"
#include "tests/support/test_ca.h"

namespace oofgg::backends {
namespace {

using orchestration::RunningServer;

class DockerTlsTest : public testing::DockerFixture {
 protected:
  static void SetUpTestSuite() {
    if (!testing::DockerEngine::Obstacle().empty()) return;
    files_ = new testing::TemporaryDirectory();
    const testing::TestCa authority;
    Write(*files_, authority, authority.Issue("engine"));
    address_ = "127.0.0.1:" + std::to_string(testing::FreePort());
    StartEngine("--host tcp://" + address_ + " --tlsverify --tlscacert '" + (*files_ / "ca.pem") +
                "' --tlscert '" + (*files_ / "cert.pem") + "' --tlskey '" + (*files_ / "key.pem") + "'");
  }
  static void TearDownTestSuite() {
    DockerFixture::TearDownTestSuite();
    delete files_;
  }
  static void Write(const testing::TemporaryDirectory& folder, const testing::TestCa& authority,
                    const testing::TestCertificate& pair) {
    testing::ReplaceFile(folder / "ca.pem", authority.certificate());
    testing::ReplaceFile(folder / "cert.pem", pair.certificate);
    testing::ReplaceFile(folder / "key.pem", pair.key);
  }

  static StatusOr<RunningServer> Start(const EngineSettings& engine) {
    ThreadPool workers(2);
    const auto backend = std::move(
        DockerBackend::Make({.engine = engine, .image = {.image = "quirky", .policy = PullPolicy::kNever}},
                            {workers, Clock::System(), RandomSource::System()})
            .value());
    backend->WatchExits("arena", [](const orchestration::ServerExit&) {});
    auto answer = std::make_shared<std::promise<StatusOr<RunningServer>>>();
    backend->Start({.id = "gs-tls", .fleet = "arena", .environment = {}},
                   [answer](StatusOr<RunningServer> server) { answer->set_value(std::move(server)); });
    return answer->get_future().get();
  }

  static inline testing::TemporaryDirectory* files_ = nullptr;
  static inline std::string address_;
};

TEST_F(DockerTlsTest, WithTheCertificatesItIsAnEngineLikeAnyOther) {
  const auto server =
      Start({.host = "tcp://" + address_, .tls_verify = "1", .cert_path = files_->path(), .version = {}});
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_EQ(server->control, "127.0.0.1:" + std::to_string(server->port)) << "where the engine is";
  (void)engine_->Docker("rm -f gs-tls");
}

TEST_F(DockerTlsTest, AnAuthorityOfSomebodyElseIsNotBelieved) {
  const testing::TemporaryDirectory others;
  const testing::TestCa authority("another authority");
  Write(others, authority, authority.Issue("us"));
  const auto server =
      Start({.host = "tcp://" + address_, .tls_verify = "1", .cert_path = others.path(), .version = {}});
  EXPECT_EQ(server.status().code(), StatusCode::kUnavailable) << server.status();
}

}  // namespace
}  // namespace oofgg::backends
