// oofgg-auth on PostgreSQL: replicas on one database, and a database that dies under them.

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <thread>

#include "tests/integration/servers/running_server.h"
#include "tests/support/patience.h"
#include "tests/support/postgres_server.h"
#include "tests/support/ten_times.h"

namespace oofgg::testing {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

class AuthPostgresTest : public ::testing::Test {
 protected:
  std::unique_ptr<RunningServer> Start() { return StartAuth(folder_, {"--database", database_.url()}); }

  /// `kill -9`, and how long after its restart the database serves `client` again; 20 s at most.
  SteadyClock::duration TimeToComeBack(Client& client) {
    database_.Kill();
    database_.Start();
    const auto start = SteadyClock::now();
    while (!client.account().ListSessions({}).ok() && SteadyClock::now() < start + kPatience) {
    }
    return SteadyClock::now() - start;
  }

  PostgresServer database_;
  TemporaryDirectory folder_;
};

int Readiness(const RunningServer& server) {
  http::CurlClient client;
  const auto reply = http::Fetch(client, {.url = "http://" + server.address("ops") + "/readyz"});
  EXPECT_TRUE(reply.ok()) << reply.status();
  return reply.ok() ? reply->status : 0;
}

bool IsValid(Client& client, const std::string& access_token) {
  const auto answer = client.auth().ValidateToken({.access_token = access_token});
  EXPECT_TRUE(answer.ok()) << answer.status();
  return answer.ok() && answer->is_valid;
}

Status LoginAs(const std::string& name, const RunningServer& server) {
  return ClientOf(&server)->auth().Login({.username = name, .password = kPassword}).status();
}

TEST_F(AuthPostgresTest, ReplicasThatStartTogetherServeTheSameAccounts) {
  // They make keys and tables at once. A server ends with the thread that started it.
  std::promise<std::unique_ptr<RunningServer>> second;
  std::promise<void> over;
  std::thread starter([&] {
    second.set_value(Start());
    over.get_future().wait();
  });
  const auto one = Start();
  const auto other = second.get_future().get();
  const auto client = SignUp("ann", *one);
  const auto elsewhere = ClientOf(other.get());
  EXPECT_TRUE(elsewhere->auth().Login({.username = "ANN", .password = kPassword}).ok());
  elsewhere->SetTokens(client->tokens());
  const auto refreshed = elsewhere->auth().Refresh();
  EXPECT_TRUE(refreshed.ok()) << refreshed.status();
  over.set_value();
  starter.join();
}

TEST_F(AuthPostgresTest, ABanAtOneReplicaIsHeardByTheOtherWithinASecond) {
  const auto one = Start();
  const auto other = Start();
  const auto ann = SignUp("ann", *one);
  const auto anybody = ClientOf(other.get());
  ASSERT_TRUE(IsValid(*anybody, ann->tokens().access_token));
  ASSERT_TRUE(AdminOf(folder_, *one)->admin().Ban({.user_id = ann->tokens().user_id, .reason = {}}).ok());
  const auto banned = SteadyClock::now();
  while (IsValid(*anybody, ann->tokens().access_token) && SteadyClock::now() < banned + kPatience) {
  }
  EXPECT_LT(SteadyClock::now() - banned, TenTimes(1s));
}

TEST_F(AuthPostgresTest, NothingAcknowledgedIsLostWhenTheDatabaseIsKilled) {
  const auto server = Start();
  const auto ann = SignUp("ann", *server);
  const auto bob = SignUp("bob", *server);
  const auto cyd = SignUp("cyd", *server);
  EXPECT_EQ(Readiness(*server), 200);
  database_.Kill();
  ASSERT_TRUE(server->process().WaitForErrors("connecting anew")) << "it must say so";
  EXPECT_EQ(Readiness(*server), 503) << "a load balancer must know";
  database_.Start();
  EXPECT_LT(TimeToComeBack(*ann), TenTimes(2s));
  for (const char* name : {"ann", "bob", "cyd"}) EXPECT_TRUE(LoginAs(name, *server).ok()) << name;

  const SessionTokens before = ann->tokens();
  const std::string bobs = bob->tokens().access_token;  // Which he forgets when he leaves.
  const std::string cyds = cyd->tokens().access_token;
  const auto refreshed = ann->auth().Refresh();
  ASSERT_TRUE(refreshed.ok()) << refreshed.status();
  ASSERT_TRUE(bob->account().Logout({}).ok());
  const auto admin = AdminOf(folder_, *server);
  ASSERT_TRUE(admin->admin().Ban({.user_id = cyd->tokens().user_id, .reason = {}}).ok());
  EXPECT_LT(TimeToComeBack(*ann), TenTimes(2s));
  EXPECT_TRUE(ann->auth().Refresh().ok()) << "the token that replaced the first is known";
  EXPECT_TRUE(LoginAs("bob", *server).ok());
  EXPECT_EQ(ReasonOf(LoginAs("cyd", *server)), "ACCOUNT_BANNED");

  // A new process knows the revocations from the database alone.
  ASSERT_EQ(server->Terminate(), 0);
  const auto successor = Start();
  const auto anybody = ClientOf(successor.get());
  EXPECT_FALSE(IsValid(*anybody, bobs));
  EXPECT_FALSE(IsValid(*anybody, cyds));
  EXPECT_TRUE(IsValid(*anybody, ann->tokens().access_token));
  anybody->SetTokens(before);
  EXPECT_FALSE(anybody->auth().Refresh().ok()) << "a refresh token was good twice";
  EXPECT_FALSE(IsValid(*anybody, ann->tokens().access_token)) << "and its reuse ends the session";
}

}  // namespace
}  // namespace oofgg::testing
