// Pulls by the Docker backend, from a real registry that wants a password.

#include <gtest/gtest.h>

#include <fstream>
#include <future>

#include "backends/docker/docker_backend.h"
#include "oofgg/log.h"
#include "oofgg/thread_pool.h"
#include "tests/integration/docker/docker_fixture.h"
#include "tests/support/tcp_peer.h"

namespace oofgg::backends {
namespace {

using orchestration::RunningServer;

constexpr const char* kRegistryProgram = "/usr/bin/docker-registry";

/// docker-registry on a port of 127.0.0.1, for which engines want no TLS; lets `me` in with `secret`.
class Registry {
 public:
  Registry() {
    std::ofstream(folder_ / "htpasswd")
        << "me:$2b$05$UTtxGT8i4NdoLnGW7XuFp.MhZnTUQLJ9No0yERgk3s91.g4xaABfi\n";
    std::ofstream(folder_ / "config.yml")
        << "version: 0.1\n"
        << "storage: {filesystem: {rootdirectory: " << (folder_ / "data") << "}}\n"
        << "http: {addr: \"" << address() << "\"}\n"
        << "auth: {htpasswd: {realm: test, path: " << (folder_ / "htpasswd") << "}}\n";
    Start();
  }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void Start() {
    process_ = std::make_unique<testing::ChildProcess>(
        kRegistryProgram, testing::ChildProcess::Options{.arguments = {"serve", folder_ / "config.yml"},
                                                         .environment = {{"OTEL_TRACES_EXPORTER", "none"}}});
    if (!process_->WaitForErrors("listening on")) ADD_FAILURE() << process_->errors();
  }
  void Stop() { process_.reset(); }

 private:
  testing::TemporaryDirectory folder_;
  std::uint16_t port_ = testing::FreePort();
  std::unique_ptr<testing::ChildProcess> process_;
};

class DockerPullTest : public testing::DockerFixture {
 protected:
  void SetUp() override {
    DockerFixture::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    if (access(kRegistryProgram, X_OK) != 0) {
      ASSERT_TRUE(testing::MayLackParts()) << kRegistryProgram << " is missing, and OOFGG_REQUIRE_ALL is set";
      GTEST_SKIP() << "there is no docker-registry; scripts/setup --stack installs it";
    }
    registry_ = std::make_unique<Registry>();
    image_ = registry_->address() + "/quirky:1";
    const std::string config = "--config '" + folder_.path() + "' ";
    (void)engine_->Docker(config + "login -u me -p secret " + registry_->address());
    engine_->MakeImage(image_, std::getenv("OOFGG_TEST_QUIRKY_SERVER"), {"3000", "1"});
    const std::string pushed = engine_->Docker(config + "push " + image_);
    ASSERT_NE(pushed.find("digest: sha256"), std::string::npos) << pushed;
    (void)engine_->Docker("rmi " + image_);
  }
  void TearDown() override {
    if (engine_ != nullptr && !image_.empty()) (void)engine_->Docker("rmi -f " + image_);
  }

  Status Start(const std::string& password, PullPolicy policy = PullPolicy::kAlways) {
    ThreadPool workers(2);
    const auto backend =
        std::move(DockerBackend::Make(
                      {.engine = {.host = engine_->host()},
                       .image = {.image = image_, .policy = policy, .username = "me", .password = password}},
                      {workers, Clock::System(), RandomSource::System()})
                      .value());
    auto answer = std::make_shared<std::promise<Status>>();
    backend->WatchExits("arena", [](const orchestration::ServerExit&) {});
    backend->Start({.id = "gs-pulled", .fleet = "arena", .environment = {}},
                   [answer](const StatusOr<RunningServer>& server) { answer->set_value(server.status()); });
    Status status = answer->get_future().get();
    (void)engine_->Docker("rm -f gs-pulled");
    return status;
  }

  testing::TemporaryDirectory folder_;
  std::unique_ptr<Registry> registry_;
  std::string image_;
};

TEST_F(DockerPullTest, WithThePasswordItIsPulledAndWithoutItIsSaid) {
  std::string logged;
  std::mutex mutex;
  SetLogSink([&](LogLevel, std::string_view, std::string_view message) {
    const std::lock_guard lock(mutex);
    logged += std::string(message) + "\n";
  });
  const Status refused = Start("wrong-password");
  EXPECT_EQ(refused.code(), StatusCode::kFailedPrecondition) << refused;
  EXPECT_NE(refused.message().find(image_), absl::string_view::npos) << refused;
  const Status pulled = Start("secret");
  EXPECT_TRUE(pulled.ok()) << pulled;
  SetLogSink(nullptr);
  EXPECT_EQ(logged.find("wrong-password"), std::string::npos) << logged;
  EXPECT_NE(logged.find("1 of 1 layers"), std::string::npos) << logged;
}

TEST_F(DockerPullTest, WithTheRegistryAwayTheLocalImageServes) {
  ASSERT_TRUE(Start("secret").ok());
  registry_->Stop();
  EXPECT_TRUE(Start("secret").ok());
  (void)engine_->Docker("rmi -f " + image_);
  EXPECT_EQ(Start("secret").code(), StatusCode::kUnavailable) << "then there is none";
}

}  // namespace
}  // namespace oofgg::backends
