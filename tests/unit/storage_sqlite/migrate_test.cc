#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "storage/sqlite/database.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::storage {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Migrations = std::vector<std::string_view>;

class MigrateTest : public ::testing::Test {
 protected:
  std::unique_ptr<Database> Open() { return Database::Open(folder_ / "a.db").value(); }

  static std::vector<std::string> Names(Database& database) {
    std::vector<std::string> names;
    const Status status = database.Read([&](Connection& connection) -> Status {
      Statement select = connection.Prepare("SELECT name FROM people ORDER BY name");
      while (true) {
        OOFGG_ASSIGN_OR_RETURN(const bool more, select.Step());
        if (!more) return absl::OkStatus();
        names.push_back(select.Text(0));
      }
    });
    EXPECT_TRUE(status.ok()) << status;
    return names;
  }

  const oofgg::testing::TemporaryDirectory folder_;
  const Migrations one_{"CREATE TABLE people (name TEXT); INSERT INTO people VALUES ('ann')"};
  const Migrations two_{one_[0], "INSERT INTO people VALUES ('bob'); INSERT INTO people VALUES ('cid')"};
};

TEST_F(MigrateTest, EachScriptRunsOnceInAFile) {
  auto database = Open();
  ASSERT_TRUE(database->Migrate("people", one_).ok());
  ASSERT_TRUE(database->Migrate("people", one_).ok());
  EXPECT_THAT(Names(*database), ElementsAre("ann"));
  database.reset();
  database = Open();
  ASSERT_TRUE(database->Migrate("people", two_).ok());
  EXPECT_THAT(Names(*database), ElementsAre("ann", "bob", "cid"));
}

TEST_F(MigrateTest, ComponentsHaveVersionsOfTheirOwn) {
  const auto database = Open();
  ASSERT_TRUE(database->Migrate("people", two_).ok());
  ASSERT_TRUE(database->Migrate("animals", Migrations{"CREATE TABLE animals (name TEXT)"}).ok());
  ASSERT_TRUE(database->Migrate("nothing", {}).ok());
  EXPECT_TRUE(database->Migrate("people", two_).ok());
}

TEST_F(MigrateTest, AScriptThatFailsLeavesEverythingAsItWas) {
  const auto database = Open();
  ASSERT_TRUE(database->Migrate("people", one_).ok());
  const Status status = database->Migrate(
      "people", Migrations{one_[0], two_[1], "INSERT INTO people VALUES ('dan'); nonsense"});
  EXPECT_EQ(status.code(), StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("migration 3 of 'people'"));
  EXPECT_THAT(Names(*database), ElementsAre("ann"));
  EXPECT_TRUE(database->Migrate("people", two_).ok());
  EXPECT_THAT(Names(*database), ElementsAre("ann", "bob", "cid"));
}

TEST_F(MigrateTest, AFileThatIsNewerIsRefusedWithAWayOut) {
  ASSERT_TRUE(Open()->Migrate("people", two_).ok());
  const auto database = Open();
  const Status status = database->Migrate("people", one_);
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("a.db holds version 2 of the tables of 'people'"), HasSubstr("up to 1"),
                    HasSubstr("start the newer program")));
  EXPECT_THAT(Names(*database), ElementsAre("ann", "bob", "cid"));
}

}  // namespace
}  // namespace oofgg::storage
