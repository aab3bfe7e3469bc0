// The real programs as child processes, on ports of the kernel's choosing, spoken to through the SDK.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <string>

#include "http/curl_client.h"
#include "oofgg/client.h"
#include "oofgg/grpc_transport.h"
#include "tests/support/child_process.h"

namespace oofgg {
namespace {

using ::oofgg::testing::ChildProcess;
using ::oofgg::testing::TemporaryDirectory;
using ::oofgg::testing::WordOf;
using ::testing::HasSubstr;

constexpr const char* kPassword = "correct horse battery";

ChildProcess::Options In(const TemporaryDirectory& folder, std::vector<std::string> arguments) {
  return {.arguments = std::move(arguments), .environment = {}, .working_directory = folder.path()};
}

class AuthServerTest : public ::testing::Test {
 protected:
  void Start() {
    auth_ = std::make_unique<ChildProcess>("oofgg-auth",
                                           In(folder_, {"--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"}));
    const auto ready = auth_->WaitForLine("ready ");
    ASSERT_TRUE(ready.has_value()) << auth_->errors();
    ops_ = WordOf(*ready, "ops");
    GrpcTransportOptions transport;
    transport.endpoints.auth = WordOf(*ready, "grpc");
    client_ = std::make_unique<Client>(MakeGrpcTransport(transport));
  }

  HttpReply Get(const std::string& path) {
    auto reply = http::Fetch(http_, {.url = "http://" + ops_ + path});
    EXPECT_TRUE(reply.ok()) << reply.status();
    return reply.ok() ? *reply : HttpReply{};
  }

  TemporaryDirectory folder_;
  http::CurlClient http_;
  std::string ops_;
  std::unique_ptr<ChildProcess> auth_;
  std::unique_ptr<Client> client_;
};

TEST_F(AuthServerTest, SignsInAndKeepsWhatItAcknowledgedOverAKill) {
  Start();
  const auto registered = client_->auth().Register({.username = "ann", .email = {}, .password = kPassword});
  ASSERT_TRUE(registered.ok()) << registered.status();
  const std::string keys = Get("/.well-known/jwks.json").body;
  auth_->Signal(SIGKILL);
  ASSERT_EQ(auth_->Wait(), 128 + SIGKILL);

  Start();
  const auto logged_in = client_->auth().Login({.username = "ANN", .password = kPassword});
  ASSERT_TRUE(logged_in.ok()) << logged_in.status();
  EXPECT_EQ(logged_in->user_id, registered->user_id);
  EXPECT_EQ(Get("/.well-known/jwks.json").body, keys) << "a restart must not log anybody out";
  const auto refreshed = client_->auth().Refresh();
  ASSERT_TRUE(refreshed.ok()) << refreshed.status();
  EXPECT_EQ(client_->auth().Login({.username = "ann", .password = "wrong password"}).status().code(),
            StatusCode::kUnauthenticated);
}

TEST_F(AuthServerTest, TellsOpsHowItIsAndEndsInOrder) {
  Start();
  EXPECT_EQ(Get("/healthz").status, 200);
  EXPECT_EQ(Get("/readyz").status, 200);
  EXPECT_THAT(Get("/version").body, HasSubstr("oofgg-auth"));
  EXPECT_THAT(Get("/metrics").body, HasSubstr("process_resident_memory_bytes"));
  EXPECT_EQ(Get("/nothing").status, 404);
  auth_->Signal(SIGTERM);
  EXPECT_EQ(auth_->Wait(), 0) << auth_->errors();
}

struct BadStart {
  std::string name;
  std::string program;
  std::vector<std::string> arguments;
  int status;
  std::string said;
};

class BadStartTest : public ::testing::TestWithParam<BadStart> {};

TEST_P(BadStartTest, EndsWithOneClearLine) {
  const TemporaryDirectory folder;
  ChildProcess child(GetParam().program, In(folder, GetParam().arguments));
  EXPECT_EQ(child.Wait(), GetParam().status);
  EXPECT_THAT(child.errors(), HasSubstr(GetParam().said));
  EXPECT_EQ(std::count(child.errors().begin(), child.errors().end(), '\n'), 1) << child.errors();
}

INSTANTIATE_TEST_SUITE_P(
    Programs, BadStartTest,
    ::testing::Values(
        BadStart{"AuthUnknownFlag", "oofgg-auth", {"--nonsense"}, 2, "--nonsense"},
        BadStart{"AuthBadDuration", "oofgg-auth", {"--access-token-ttl", "soon"}, 2, "--access-token-ttl"},
        BadStart{"AuthPostgres", "oofgg-auth", {"--database", "postgresql://x"}, 1, "SQLite"},
        BadStart{"AuthBadAddress", "oofgg-auth", {"--ops-listen", "nowhere"}, 1, "--ops-listen"},
        BadStart{"AuthPlaintext", "oofgg-auth", {"--ops-listen", "0.0.0.0:0"}, 1, "--insecure"},
        BadStart{"AuthNoConfig", "oofgg-auth", {"--config", "absent"}, 2, "absent"},
        BadStart{"GameWithoutKeys", "oofgg-game", {}, 2, "--jwks"},
        BadStart{"GameAbsentKeys", "oofgg-game", {"--jwks", "absent.json"}, 1, "absent.json"},
        BadStart{"GamePlainHttp", "oofgg-game", {"--jwks", "http://192.0.2.1/k"}, 1, "plain http"},
        BadStart{"GameBadGames", "oofgg-game", {"--games", "arena"}, 2, "ID=NAME"},
        BadStart{"GameBadPort", "oofgg-game", {"--port", "70000"}, 2, "--port"},
        BadStart{"MakerWithoutCommand", "oofgg-maker", {}, 2, "PROCESS_COMMAND"},
        BadStart{"MakerBackend", "oofgg-maker", {"--container-backend", "swarm"}, 2, "CONTAINER_BACKEND"},
        BadStart{"MakerNoJobs", "oofgg-maker", {"--max-concurrent-jobs", "0"}, 2, "--max-concurrent-jobs"},
        BadStart{"CliNoCommand", "oofgg", {}, 2, "name a command"},
        BadStart{"CliUnknownFlag", "oofgg", {"--nonsense"}, 2, "--nonsense"},
        BadStart{"ArenaUnknownFlag", "oofgg-arena", {"--nonsense"}, 2, "--nonsense"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace oofgg
