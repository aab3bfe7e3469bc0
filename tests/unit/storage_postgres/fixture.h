#pragma once

#include <gtest/gtest.h>

#include <array>
#include <future>
#include <memory>
#include <string>

#include "storage/postgres/database.h"
#include "tests/support/eventually.h"
#include "tests/support/postgres_server.h"

namespace oofgg::storage {

using oofgg::testing::Eventually;

inline constexpr PgStatement kTakeLock{"SELECT pg_advisory_lock($1), 1::bigint", PgKind::kWrite};
inline constexpr PgStatement kFreeLock{"SELECT pg_advisory_unlock($1)", PgKind::kWrite};
inline constexpr PgStatement kCountWaiting{
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = $1",
    PgKind::kRead};
inline constexpr PgStatement kInsert{"INSERT INTO rows VALUES ($1)", PgKind::kGroupedWrite};
inline constexpr PgStatement kCount{"SELECT count(*) FROM rows", PgKind::kRead};

/// A schema with one empty table of unique names, in the server that all tests share.
class PostgresTest : public ::testing::Test {
 protected:
  std::unique_ptr<PostgresDatabase> Open(PostgresOptions options = {}) const {
    auto database = PostgresDatabase::Open(url_, options).value();
    EXPECT_TRUE(database->Migrate("rows", kTables).ok());
    return database;
  }

  static constexpr std::array<std::string_view, 1> kTables = {"CREATE TABLE rows (name text UNIQUE)"};

  oofgg::testing::PostgresServer& server_ = oofgg::testing::PostgresServer::Shared();
  const std::string url_ = server_.NewSchemaUrl() + "&application_name=" +
                           ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

/// Somebody else's connection that holds a lock of the server, on which statements of the test can be made to
/// wait: for as long as it takes, and without a clock.
class LockHolder {
 public:
  explicit LockHolder(const std::string& url)
      : database_(PostgresDatabase::Open(url, {.connections = 1}).value()) {
    EXPECT_TRUE(database_->Run(kTakeLock, PgParams().Int(1)).ok());
  }

  /// As many statements of `application` wait for the lock.
  bool AwaitWaiting(std::string_view application, std::int64_t count = 1) {
    return Eventually(
        [&] { return database_->Run(kCountWaiting, PgParams().Text(application))->Int(0, 0) == count; });
  }
  void Free() { EXPECT_TRUE(database_->Run(kFreeLock, PgParams().Int(1)).ok()); }

 private:
  std::unique_ptr<PostgresDatabase> database_;
};

}  // namespace oofgg::storage
