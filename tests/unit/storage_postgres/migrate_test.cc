#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "tests/unit/storage_postgres/fixture.h"

namespace oofgg::storage {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using Migrations = std::vector<std::string_view>;

constexpr PgStatement kNames{"SELECT string_agg(name, ' ' ORDER BY name) FROM people", PgKind::kRead};

class MigratePostgresTest : public PostgresTest {
 protected:
  const std::unique_ptr<PostgresDatabase> database_ = PostgresDatabase::Open(url_).value();
  const Migrations one_{"CREATE TABLE people (name TEXT); INSERT INTO people VALUES ('ann')"};
  const Migrations two_{one_[0], "INSERT INTO people VALUES ('bob'); INSERT INTO people VALUES ('cid')"};

  std::string Names() const { return database_->Run(kNames)->Text(0, 0); }
};

TEST_F(MigratePostgresTest, EachScriptRunsOnce) {
  ASSERT_TRUE(database_->Migrate("people", one_).ok());
  ASSERT_TRUE(database_->Migrate("people", one_).ok());
  EXPECT_EQ(Names(), "ann");
  ASSERT_TRUE(PostgresDatabase::Open(url_).value()->Migrate("people", two_).ok());
  EXPECT_EQ(Names(), "ann bob cid");
}

TEST_F(MigratePostgresTest, ComponentsHaveVersionsOfTheirOwn) {
  ASSERT_TRUE(database_->Migrate("people", two_).ok());
  ASSERT_TRUE(database_->Migrate("animals", Migrations{"CREATE TABLE animals (name TEXT)"}).ok());
  ASSERT_TRUE(database_->Migrate("nothing", {}).ok());
  EXPECT_TRUE(database_->Migrate("people", two_).ok());
}

TEST_F(MigratePostgresTest, AScriptThatFailsLeavesEverythingAsItWas) {
  ASSERT_TRUE(database_->Migrate("people", one_).ok());
  const Status status = database_->Migrate(
      "people", Migrations{one_[0], two_[1], "INSERT INTO people VALUES ('dan'); nonsense"});
  EXPECT_EQ(status.code(), StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("migration 3 of 'people'"));
  EXPECT_EQ(Names(), "ann");
  EXPECT_TRUE(database_->Migrate("people", two_).ok());
  EXPECT_EQ(Names(), "ann bob cid");
}

TEST_F(MigratePostgresTest, ADatabaseThatIsNewerIsRefusedWithAWayOut) {
  ASSERT_TRUE(database_->Migrate("people", two_).ok());
  const Status status = database_->Migrate("people", one_);
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("database 'postgres' at 127.0.0.1 holds version 2 of the tables of 'people'"),
                    HasSubstr("up to 1"), HasSubstr("start the newer program")));
}

TEST_F(MigratePostgresTest, ServersThatStartTogetherWaitForOneAnother) {
  std::vector<std::future<Status>> servers;
  for (int i = 0; i < 8; ++i) {
    servers.push_back(std::async(std::launch::async, [this] { return database_->Migrate("people", two_); }));
  }
  for (auto& server : servers) EXPECT_TRUE(server.get().ok());
  EXPECT_EQ(Names(), "ann bob cid");
}

}  // namespace
}  // namespace oofgg::storage
