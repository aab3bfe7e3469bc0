#include "storage/postgres/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/postgres/database.h"
#include "tests/support/tcp_peer.h"

namespace oofgg::storage {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string WhyNot(const std::string& url) {
  const auto target = PgTarget::Parse(url, 1s, 1s);
  if (target.ok()) return "";
  EXPECT_EQ(target.status().code(), StatusCode::kInvalidArgument);
  return std::string(target.status().message());
}

TEST(PgTargetPlaintextTest, OnlyThisMachineAndTlsArePrivate) {
  const auto may_be_plaintext = [](const std::string& url) {
    return PgTarget::Parse("postgresql://" + url, 1s, 1s).value().MayBePlaintext();
  };
  for (const char* kept :
       {"", "ann@127.0.0.1/x", "[::1]:5432/x", "localhost/x", "%2Frun%2Fpostgresql/x",
        "db.example/x?sslmode=require", "db.example/x?sslmode=verify-full", "/x?hostaddr=127.0.0.1"}) {
    EXPECT_FALSE(may_be_plaintext(kept)) << kept;
  }
  for (const char* open : {"db.example/x", "db.example/x?sslmode=prefer", "127.0.0.1,db.example/x",
                           "localhost/x?hostaddr=192.0.2.1"}) {
    EXPECT_TRUE(may_be_plaintext(open)) << open;
  }
}

TEST(PgTargetTest, TakesWhatLibpqTakes) {
  EXPECT_EQ(WhyNot("postgresql://ann:s%40cret@db.example:5433/game?sslmode=verify-full"), "");
  EXPECT_EQ(WhyNot("postgres://a,b:5433/game?target_session_attrs=any"), "");
  EXPECT_EQ(WhyNot("postgresql:///game?host=/run/postgresql"), "");
}

TEST(PgTargetTest, SaysWhatIsWrongAndNeverQuotesThePassword) {
  for (const std::string url : {"host=db password=secret", "postgresql://ann:secret@db:5432?nonsense=secret",
                                "postgresql://ann:secret%zz@db/game", "postgresql://ann:x@secret@db/game",
                                "postgresql://ann:secret@[::1/game"}) {
    EXPECT_THAT(WhyNot(url), AllOf(HasSubstr("postgresql://USER@HOST"), Not(HasSubstr("secret")))) << url;
  }
}

TEST(PgTargetTest, NamesTheDatabaseWithoutItsCredentials) {
  const auto target = PgTarget::Parse("postgresql://ann:secret@db.example/game", 1s, 1s);
  EXPECT_EQ(target->name(), "database 'game' at db.example");
}

TEST(PgTargetTest, AServerThatIsAwayIsOneClearLine) {
  const auto opened = PostgresDatabase::Open("postgresql://ann:secret@127.0.0.1:1,127.0.0.1:2/game");
  EXPECT_EQ(opened.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(std::string(opened.status().message()),
              AllOf(HasSubstr("cannot connect to PostgreSQL"), HasSubstr("port 2"), Not(HasSubstr("\n")),
                    Not(HasSubstr("secret"))));
}

TEST(PgTargetTest, AServerThatIsSilentIsNotWaitedForForLong) {
  const oofgg::testing::TakenPort silent;
  const auto opened =
      PostgresDatabase::Open("postgresql://ann@" + silent.address() + "/game", {.connect_timeout = 2s});
  EXPECT_EQ(opened.status().code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace oofgg::storage
