#include "auth/revocation_feed.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "storage/redis/auth/redis_revocation_feed.h"
#include "tests/integration/redis/redis_fixture.h"
#include "tests/support/inbox.h"

namespace oofgg::auth {
namespace {

using namespace std::chrono_literals;
using storage::RedisRevocationFeed;
using storage::testing::ConnectTo;
using storage::testing::Soon;

RevocationNews Of(const std::string& id,
                  RevocationNews::Subject subject = RevocationNews::Subject::kSession) {
  const WallTime when{std::chrono::milliseconds(1'893'456'000'123)};
  return {.subject = subject, .id = id, .revoked_at = when, .matters_until = when + 15min};
}

std::string Ids(const RevocationNewsPage& page) {
  std::string ids = page.reset ? "reset" : "";
  for (const RevocationNews& entry : page.entries) ids += " " + entry.id;
  return ids;
}

class RevocationFeedTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "Memory") {
      feed_ = std::make_unique<MemoryRevocationFeed>();
      return;
    }
    server_ = std::make_unique<oofgg::testing::RedisServer>();
    client_ = ConnectTo(server_->url());
    feed_ = std::make_unique<RedisRevocationFeed>(*client_);
  }

  void Publish(const std::string& id) { ASSERT_TRUE(feed_->Publish(Of(id)).ok()); }
  RevocationNewsPage Read(const std::string& cursor, std::size_t limit = 100) {
    return feed_->ReadAfter(cursor, limit).value();
  }
  std::unique_ptr<RevocationFeed::Watch> Watch(const std::string& cursor) {
    return feed_->WatchAfter(cursor, [this](const RevocationNewsPage& page) { inbox_.Put(Ids(page)); });
  }

  oofgg::testing::Inbox<std::string> inbox_;
  std::unique_ptr<oofgg::testing::RedisServer> server_;
  std::unique_ptr<storage::RedisClient> client_;
  std::unique_ptr<RevocationFeed> feed_;
};

TEST_P(RevocationFeedTest, KeepsWhatWasPublished) {
  const RevocationNews user = Of("u-1", RevocationNews::Subject::kUser);
  const RevocationNews session = Of(std::string("s/\0\xff", 4));
  ASSERT_TRUE(feed_->Publish(user).ok());
  ASSERT_TRUE(feed_->Publish(session).ok());
  EXPECT_EQ(Read("").entries, (std::vector<RevocationNews>{user, session}));
}

TEST_P(RevocationFeedTest, TheFirstReadIsAReset) {
  EXPECT_EQ(Ids(Read("")), "reset");
  Publish("a");
  EXPECT_EQ(Ids(Read("")), "reset a");
}

TEST_P(RevocationFeedTest, GoesOnWhereItWas) {
  const std::string start = Read("").cursor;
  Publish("a");
  Publish("b");
  const RevocationNewsPage page = Read(start);
  EXPECT_EQ(Ids(page), " a b");
  EXPECT_EQ(Ids(Read(page.cursor)), "");
  Publish("c");
  EXPECT_EQ(Ids(Read(page.cursor)), " c");
  EXPECT_EQ(Ids(Read(start)), " a b c") << "a cursor is of use more than once";
}

TEST_P(RevocationFeedTest, ReadsInPages) {
  const std::string start = Read("").cursor;
  for (const std::string id : {"a", "b", "c", "d", "e"}) Publish(id);
  const RevocationNewsPage first = Read(start, 2);
  const RevocationNewsPage second = Read(first.cursor, 2);
  const RevocationNewsPage third = Read(second.cursor, 2);
  EXPECT_EQ(Ids(first) + "|" + Ids(second) + "|" + Ids(third), " a b| c d| e");
}

TEST_P(RevocationFeedTest, ACursorOfNoUseIsAReset) {
  Publish("a");
  for (const std::string cursor :
       {"nonsense", "-/x/1", "0-1", "+/x/1", "9-9/x/99999999999999999999", "1-1/other/7"}) {
    EXPECT_EQ(Ids(Read(cursor)), "reset a") << cursor;
  }
}

TEST_P(RevocationFeedTest, AWatchGetsAllInOrder) {
  Publish("before");
  const auto watch = Watch("");
  EXPECT_EQ(inbox_.Next(), "reset before");
  std::string seen;
  std::thread publisher([this] {
    for (int i = 0; i < 100; ++i) Publish("n" + std::to_string(i));
  });
  while (seen.find(" n99") == std::string::npos) seen += inbox_.Next().value();
  publisher.join();
  std::string expected;
  for (int i = 0; i < 100; ++i) expected += " n" + std::to_string(i);
  EXPECT_EQ(seen, expected);
}

TEST_P(RevocationFeedTest, AWatchGoesOnFromACursor) {
  const std::string start = Read("").cursor;
  Publish("a");
  const auto watch = Watch(start);
  EXPECT_EQ(inbox_.Next(), " a") << "no reset: nothing was missed";
}

TEST_P(RevocationFeedTest, EveryWatchGetsAll) {
  const std::string start = Read("").cursor;
  const auto first = Watch(start);
  oofgg::testing::Inbox<std::string> other;
  const auto second = feed_->WatchAfter(start, [&](const RevocationNewsPage& page) { other.Put(Ids(page)); });
  Publish("a");
  EXPECT_EQ(inbox_.Next(), " a");
  EXPECT_EQ(other.Next(), " a");
}

TEST_P(RevocationFeedTest, NothingComesOnceAWatchIsDropped) {
  auto text = std::make_unique<std::string>();
  auto watch = feed_->WatchAfter("", [&, to = text.get()](const RevocationNewsPage& page) {
    to->append(Ids(page));
    inbox_.Put("called");
  });
  EXPECT_EQ(inbox_.Next(), "called");
  watch.reset();
  text.reset();  // AddressSanitizer sees whoever still writes to it.
  Publish("a");
}

INSTANTIATE_TEST_SUITE_P(Feeds, RevocationFeedTest, ::testing::Values("Memory", "Redis"));

TEST(MemoryRevocationFeedTest, AReaderWhoFellBehindIsReset) {
  MemoryRevocationFeed feed(/*max_entries=*/3);
  const std::string start = feed.ReadAfter("", 10)->cursor;
  for (const std::string id : {"a", "b", "c", "d"}) ASSERT_TRUE(feed.Publish(Of(id)).ok());
  EXPECT_EQ(Ids(*feed.ReadAfter(start, 10)), "reset b c d");
}

class RedisRevocationFeedTest : public ::testing::Test {
 protected:
  void Publish(const std::string& id) { ASSERT_TRUE(feed_.Publish(Of(id)).ok()); }
  RevocationNewsPage Read(const std::string& cursor) { return feed_.ReadAfter(cursor, 100).value(); }

  oofgg::testing::RedisServer server_;
  std::unique_ptr<storage::RedisClient> client_ = ConnectTo(server_.url());
  RedisRevocationFeed feed_{*client_};
};

TEST_F(RedisRevocationFeedTest, SurvivesAKillWithEveryAcknowledgedEntry) {
  const std::string start = Read("").cursor;
  for (int i = 0; i < 50; ++i) Publish("x");
  server_.Kill();
  server_.Start();
  ASSERT_TRUE(client_->WaitUntilUp(Soon()).ok());
  const RevocationNewsPage page = Read(start);
  EXPECT_FALSE(page.reset);
  EXPECT_EQ(page.entries.size(), 50U);
}

TEST_F(RedisRevocationFeedTest, AStreamThatWasTrimmedIsAReset) {
  const std::string start = Read("").cursor;
  for (const std::string id : {"a", "b", "c"}) Publish(id);
  const std::string middle = feed_.ReadAfter(start, 2)->cursor;
  ASSERT_TRUE(client_->Call({"XTRIM", "oofgg:revocations", "MAXLEN", "1"}, Soon()).ok());
  EXPECT_EQ(Ids(Read(start)), "reset c");
  EXPECT_EQ(Ids(Read(middle)), " c") << "this reader has missed nothing";
}

TEST_F(RedisRevocationFeedTest, AStreamThatBeganAnewIsAReset) {
  Publish("a");
  Publish("b");
  const std::string cursor = Read("").cursor;
  ASSERT_TRUE(client_->Call({"DEL", "oofgg:revocations"}, Soon()).ok());
  EXPECT_EQ(Ids(Read(cursor)), "reset") << "empty as it is";
  for (const std::string id : {"c", "d", "e"}) Publish(id);
  EXPECT_EQ(Ids(Read(cursor)), "reset c d e");
  ASSERT_TRUE(client_->Call({"XTRIM", "oofgg:revocations", "MAXLEN", "1"}, Soon()).ok());
  EXPECT_EQ(Ids(Read(cursor)), "reset e") << "though its number is the next";
}

TEST_F(RedisRevocationFeedTest, ATailThatWasLostIsAReset) {
  Publish("a");
  Publish("b");
  const std::string cursor = Read("").cursor;
  const std::string entry = cursor.substr(0, cursor.find('/'));
  ASSERT_EQ(client_->Call({"XDEL", "oofgg:revocations", entry}, Soon())->integer, 1);
  EXPECT_EQ(Ids(Read(cursor)), "reset a");
  Publish("c");
  EXPECT_EQ(Ids(Read(cursor)), "reset a c") << "c has the number that b had";
}

TEST_F(RedisRevocationFeedTest, ForgetsWhatIsOld) {
  RedisRevocationFeed brief(*client_, {.stream = "oofgg:brief", .keep = std::chrono::milliseconds(0)});
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(brief.Publish(Of("x")).ok());
  EXPECT_LT(client_->Call({"XLEN", "oofgg:brief"}, Soon())->integer, 300)
      << "trimmed in whole blocks, now and then";
}

TEST_F(RedisRevocationFeedTest, AWatchReportsAResetAfterTheLinkWasLost) {
  oofgg::testing::Inbox<std::string> inbox;
  const std::string start = Read("").cursor;
  const auto watch = feed_.WatchAfter(start, [&](const RevocationNewsPage& page) { inbox.Put(Ids(page)); });
  Publish("a");
  ASSERT_EQ(inbox.Next(), " a");
  server_.Kill();
  server_.Start();
  EXPECT_EQ(inbox.Next(), "reset");
  ASSERT_TRUE(client_->WaitUntilUp(Soon()).ok());
  Publish("b");
  EXPECT_EQ(inbox.Next(), " b");
}

TEST_F(RedisRevocationFeedTest, AWatchNoticesThatTheStreamIsGone) {
  oofgg::testing::Inbox<std::string> inbox;
  Publish("a");
  const auto watch = feed_.WatchAfter("", [&](const RevocationNewsPage& page) { inbox.Put(Ids(page)); });
  ASSERT_EQ(inbox.Next(), "reset a");
  ASSERT_TRUE(client_->Call({"DEL", "oofgg:revocations"}, Soon()).ok());
  EXPECT_EQ(inbox.Next(), "reset");
}

TEST_F(RedisRevocationFeedTest, AForeignEntryIsAnErrorNotACrash) {
  ASSERT_TRUE(client_->Call({"XADD", "oofgg:revocations", "*", "some", "thing"}, Soon()).ok());
  EXPECT_EQ(feed_.ReadAfter("", 10).status().code(), StatusCode::kInternal);
}

TEST_F(RedisRevocationFeedTest, AWatchEndsAtOnceWhileRedisIsAway) {
  server_.Kill();
  const TimePoint start = Clock::System().Now();
  {
    const auto watch = feed_.WatchAfter("", [](const RevocationNewsPage&) {});
  }
  EXPECT_LT(Clock::System().Now() - start, 10s);
}

}  // namespace
}  // namespace oofgg::auth
