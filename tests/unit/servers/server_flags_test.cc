#include "servers/common/server_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/sqlite/database.h"
#include "tests/support/child_process.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::servers {
namespace {

using ::testing::HasSubstr;

std::string MessageOf(const Status& status) { return std::string(status.message()); }

TEST(OpenDatabaseTest, OpensSqliteAndNothingElse) {
  const testing::TemporaryDirectory folder;
  EXPECT_TRUE(OpenDatabase("sqlite:" + folder.path() + "/a.db").ok());
  const std::pair<std::string, const char*> bad[] = {
      {"", "'' is no kind"},
      {"sqlite:", "sqlite:PATH"},
      {"postgresql://user:secret@host/db", "'postgresql' is no kind"},
      {"/var/lib/x.db", "sqlite:PATH"},
      {"sqlite:" + folder.path(), "--database: "}};
  for (const auto& [database, said] : bad) {
    const auto opened = OpenDatabase(database);
    ASSERT_FALSE(opened.ok()) << database;
    EXPECT_THAT(MessageOf(opened.status()), HasSubstr(said));
    EXPECT_THAT(MessageOf(opened.status()), ::testing::Not(HasSubstr("secret")));
  }
}

TEST(CheckPlaintextAddressTest, KeepsPlaintextOnThisMachine) {
  for (const char* address : {"127.0.0.1:1", "localhost:1", "[::1]:1", "127.9.9.9:0"}) {
    EXPECT_TRUE(CheckPlaintextAddress("--x", address, false).ok()) << address;
  }
  for (const char* address : {"0.0.0.0:1", ":1", "[::]:1", "192.0.2.1:1", "127.example:1"}) {
    const Status refused = CheckPlaintextAddress("--x", address, false);
    EXPECT_EQ(refused.code(), StatusCode::kFailedPrecondition) << address;
    EXPECT_THAT(MessageOf(refused), HasSubstr("--x: "));
    EXPECT_THAT(MessageOf(refused), HasSubstr("--insecure"));
    EXPECT_TRUE(CheckPlaintextAddress("--x", address, true).ok()) << address;
  }
  EXPECT_EQ(CheckPlaintextAddress("--x", "nowhere", true).code(), StatusCode::kInvalidArgument);
}

TEST(WithPortTest, KeepsTheHost) {
  EXPECT_EQ(WithPort("127.0.0.1:0", 8080), "127.0.0.1:8080");
  EXPECT_EQ(WithPort("[::1]:0", 8080), "[::1]:8080");
  EXPECT_EQ(WithPort(":0", 8080), ":8080");
}

}  // namespace
}  // namespace oofgg::servers
