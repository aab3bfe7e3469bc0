// oofgg-auth on PostgreSQL: replicas on one database, and a database that dies under them.

#include <gtest/gtest.h>

#include <future>

#include "tests/integration/servers/running_server.h"
#include "tests/support/postgres_server.h"

namespace oofgg::testing {
namespace {

class AuthPostgresTest : public ::testing::Test {
 protected:
  std::unique_ptr<RunningServer> Start() { return StartAuth(folder_, {"--database", database_.url()}); }

  PostgresServer database_;
  TemporaryDirectory folder_;
};

TEST_F(AuthPostgresTest, ReplicasThatStartTogetherServeTheSameAccounts) {
  // They make keys and tables at once.
  auto second = std::async(std::launch::async, [this] { return Start(); });
  const auto one = Start();
  const auto other = second.get();
  const auto client = SignUp("ann", *one);
  const auto elsewhere = ClientOf(other.get());
  EXPECT_TRUE(elsewhere->auth().Login({.username = "ANN", .password = kPassword}).ok());
  elsewhere->SetTokens(client->tokens());
  const auto refreshed = elsewhere->auth().Refresh();
  EXPECT_TRUE(refreshed.ok()) << refreshed.status();
}

TEST_F(AuthPostgresTest, ServesOnAfterTheDatabaseWasKilled) {
  const auto server = Start();
  const auto client = SignUp("ann", *server);
  database_.Kill();
  database_.Start();
  const auto refreshed = client->auth().Refresh();
  EXPECT_TRUE(refreshed.ok()) << refreshed.status();
  EXPECT_TRUE(client->auth().Login({.username = "ann", .password = kPassword}).ok());
  EXPECT_EQ(server->Terminate(), 0);
}

}  // namespace
}  // namespace oofgg::testing
