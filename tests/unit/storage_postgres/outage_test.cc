// The server dies, restarts, or lets go of a connection.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/tcp_peer.h"
#include "tests/support/ten_times.h"
#include "tests/unit/storage_postgres/fixture.h"

namespace oofgg::storage {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr PgStatement kOne{"SELECT 1::bigint", PgKind::kRead};

using OutageTest = PostgresTest;

TEST_F(OutageTest, CallsWaitForARestartAndAreServedWithinTwoSecondsOfIt) {
  const auto database = Open({.timeout = 60s});
  for (const bool killed : {false, true}) {
    ASSERT_TRUE(database->Run(kInsert, PgParams().Text(killed ? "kill" : "stop")).ok());
    killed ? server_.Kill() : server_.Stop();
    auto read = std::async(std::launch::async, [&] { return database->Run(kCount).status(); });
    server_.Start();
    const auto back = std::chrono::steady_clock::now();
    EXPECT_TRUE(read.get().ok());
    EXPECT_LT(std::chrono::steady_clock::now() - back, oofgg::testing::TenTimes(2s));
  }
  EXPECT_EQ(database->Run(kCount)->Int(0, 0), 2);
}

TEST_F(OutageTest, WithoutAServerNothingIsStoredAndTheCallerIsToldSo) {
  const auto database = Open({.timeout = 500ms});
  server_.Kill();
  // The first may have been on its way to a server that was about to die.
  ASSERT_TRUE(Eventually([&] {
    const Status status = database->Run(kInsert, PgParams().Text("lost")).status();
    return status.code() == StatusCode::kUnavailable &&
           status.message().find("nothing was stored") != absl::string_view::npos;
  }));
  server_.Start();
  EXPECT_TRUE(Eventually([&] { return database->Run(kCount).ok(); }));
}

TEST_F(OutageTest, ALostAnswerIsToldAsUnknownUnlessTheStatementMayBeRepeated) {
  static constexpr PgStatement kRepeatable{"SELECT pg_advisory_lock($1), 1::bigint", PgKind::kWrite,
                                           /*repeatable=*/true};
  const auto database = Open({.timeout = 60s});
  LockHolder holder(url_);
  const char* name = "ALostAnswerIsToldAsUnknownUnlessTheStatementMayBeRepeated";
  auto once =
      std::async(std::launch::async, [&] { return database->Run(kTakeLock, PgParams().Int(1)).status(); });
  ASSERT_TRUE(holder.AwaitWaiting(name, 1));
  auto again = std::async(std::launch::async, [&] { return database->Run(kRepeatable, PgParams().Int(1)); });
  ASSERT_TRUE(holder.AwaitWaiting(name, 2));
  server_.Kill();
  const Status lost = once.get();
  EXPECT_EQ(lost.code(), StatusCode::kUnavailable);
  EXPECT_THAT(std::string(lost.message()), HasSubstr("whether the change was stored is unknown"));
  server_.Start();
  const auto repeated = again.get();
  ASSERT_TRUE(repeated.ok()) << repeated.status();
  EXPECT_TRUE(repeated->repeated());
}

TEST_F(OutageTest, AConnectionThatIsEndedIsMadeAnew) {
  const auto database = Open();
  for (int i = 1; i <= 5; ++i) {
    server_.Sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'AConnectionThatIsEndedIsMadeAnew'");
    ASSERT_TRUE(database->Run(kCount).ok());
  }
}

TEST_F(OutageTest, AServerThatBecomesReadOnlyIsLeft) {
  const auto database = Open({.connections = 1, .timeout = 500ms});
  ASSERT_TRUE(database->Run(kCount).ok());
  static constexpr PgStatement kTurnReadOnly{"SET default_transaction_read_only = on", PgKind::kWrite};
  ASSERT_TRUE(database->Run(kTurnReadOnly).ok());
  EXPECT_EQ(database->Run(kInsert, PgParams().Text("a")).status().code(), StatusCode::kUnavailable);
  EXPECT_TRUE(Eventually([&] { return database->Run(kInsert, PgParams().Text("b")).ok(); }));
}

TEST_F(OutageTest, AHostThatIsSilentIsPassedOver) {
  const oofgg::testing::TakenPort silent;
  std::string url = url_;
  url.replace(url.find("127.0.0.1"), 9, silent.address() + ",127.0.0.1");
  const auto database = PostgresDatabase::Open(url, {.timeout = 60s, .connect_timeout = 2s}).value();
  EXPECT_TRUE(database->Run(kOne).ok());
}

}  // namespace
}  // namespace oofgg::storage
