#include "presence/instances/need_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "oofgg/testing/fake_clock.h"
#include "tests/unit/presence/instances/fake_bus.h"

namespace oofgg::presence {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = PresenceTable::Need::Kind;
using Registration = PresenceTable::Registration;

constexpr LifeId kHere = 1;
constexpr LifeId kThere = 2;

Registered At(LifeId life, const std::string& user, std::uint64_t version, bool online = true) {
  return {life, {.user_id = user, .version = version, .online = online}};
}

class NeedBookTest : public ::testing::Test {
 protected:
  void Want(const std::string& user, Kind kind = Kind::kWanted) { book_.Put({user, kind}); }
  void Hear(const Registered& heard) {
    book_.OnHeard(ShardOfUser(heard.registration.user_id), heard.life, {heard.registration});
  }
  void Flush() { book_.Flush(clock_.Now()); }
  /// Wants the user, and has the read sent.
  void WantAndAsk(const std::string& user) {
    Want(user);
    book_.OnFollowing(ShardOfUser(user));
    Flush();
    ASSERT_EQ(bus_.questions.size(), 1U);
  }
  /// What was read of a user, `life@version` or `life@version offline` each.
  std::vector<std::string> Found(const std::string& user) {
    std::vector<std::string> found;
    for (const Registered& each : read_[user]) {
      found.push_back(std::to_string(each.life) + "@" + std::to_string(each.registration.version) +
                      (each.registration.online ? "" : " offline"));
    }
    return found;
  }

  testing::FakeClock clock_;
  FakeBus bus_;
  std::map<std::string, std::vector<Registered>> read_;
  std::vector<std::vector<bool>> complete_;
  std::vector<bool> complete_now_;
  std::vector<std::string> impatient_;
  NeedBook book_{clock_,
                 bus_,
                 {.on_asked = [this] { return std::make_shared<const std::vector<bool>>(complete_now_); },
                  .on_read =
                      [this](std::vector<NeedBook::Read> reads, const CompleteOrigins& complete) {
                        for (NeedBook::Read& each : reads) read_[each.user_id] = std::move(each.found);
                        complete_.push_back(*complete);
                      },
                  .on_impatient =
                      [this](const std::vector<std::string>& users) {
                        impatient_.insert(impatient_.end(), users.begin(), users.end());
                      }}};
  const UserShard shard_ = ShardOfUser("ann");
  const std::string name_ = std::to_string(shard_);
};

TEST_F(NeedBookTest, WhoIsWantedIsReadOnceNothingCanBeMissed) {
  Want("ann");
  EXPECT_THAT(bus_.calls, ElementsAre("follow " + name_));
  Flush();
  EXPECT_THAT(bus_.questions, IsEmpty());
  EXPECT_FALSE(book_.OnFollowing(shard_)) << "there was no gap";
  Flush();
  ASSERT_EQ(bus_.questions.size(), 1U);
  EXPECT_EQ(bus_.questions[0].shard, shard_);
  EXPECT_THAT(bus_.questions[0].users, ElementsAre("ann"));
  bus_.Answer(FakeBus::Entries{{At(kHere, "ann", 3)}});
  EXPECT_THAT(Found("ann"), ElementsAre("1@3"));
  EXPECT_EQ(book_.NextDeadline(), kNever);
}

TEST_F(NeedBookTest, TheNewerOfWhatWasReadAndHeardCountsForEachLife) {
  WantAndAsk("ann");
  Hear(At(kHere, "ann", 5));
  Hear(At(kHere, "ann", 6, /*online=*/false));
  Hear(At(kThere, "ann", 2));
  Hear(At(3, "ann", 1));
  bus_.Answer(FakeBus::Entries{{At(kHere, "ann", 4), At(kThere, "ann", 3)}});
  EXPECT_THAT(Found("ann"), ElementsAre("1@6 offline", "2@3", "3@1"))
      << "struck out since, read newer, and not there yet";
}

TEST_F(NeedBookTest, WhatIsHeardOfOthersOrBeforeTheReadIsNotPutToIt) {
  Want("ann");
  book_.OnFollowing(shard_);
  Hear(At(kHere, "ann", 9));
  Flush();
  book_.OnHeard(shard_, kHere, {{.user_id = "somebody", .version = 7, .online = true}});
  bus_.Answer(FakeBus::Entries{{}});
  EXPECT_THAT(Found("ann"), IsEmpty()) << "who heard it before the read has told it";
  EXPECT_EQ(read_.size(), 1U);
}

TEST_F(NeedBookTest, WhoseAbsenceCountsIsDecidedWhenTheReadIsSent) {
  complete_now_ = {true};
  WantAndAsk("ann");
  complete_now_ = {true, true};
  bus_.Answer(FakeBus::Entries{{}});
  EXPECT_THAT(complete_, ElementsAre(std::vector<bool>{true}));
}

TEST_F(NeedBookTest, OneReadOfAShardAtATimeAndTheNextHasAllThatWaits) {
  WantAndAsk("ann");
  Want("ann", Kind::kWantedAgain);
  Want("ann", Kind::kWantedAgain);
  Flush();
  ASSERT_EQ(bus_.questions.size(), 1U);
  bus_.Answer(FakeBus::Entries{{}});
  Flush();
  ASSERT_EQ(bus_.questions.size(), 1U);
  EXPECT_THAT(bus_.questions[0].users, ElementsAre("ann")) << "once";
  EXPECT_THAT(bus_.calls, ElementsAre("follow " + name_)) << "it is wanted once";
}

TEST_F(NeedBookTest, AReadThatFailsIsDoneAgainAndThoseWhoWaitAreToldThatItTakesLong) {
  WantAndAsk("ann");
  Hear(At(kHere, "ann", 5));
  bus_.Answer(MakeStatus(StatusCode::kUnavailable, "away"));
  EXPECT_THAT(impatient_, ElementsAre("ann"));
  EXPECT_THAT(read_, IsEmpty());
  EXPECT_EQ(book_.NextDeadline(), clock_.Now() + 200ms);
  Flush();
  EXPECT_THAT(bus_.questions, IsEmpty());
  clock_.Advance(200ms);
  Flush();
  bus_.Answer(FakeBus::Entries{{At(kHere, "ann", 6)}});
  EXPECT_THAT(Found("ann"), ElementsAre("1@6"));
  EXPECT_THAT(impatient_, ElementsAre("ann")) << "once";
}

TEST_F(NeedBookTest, AnAnswerOfAnotherLengthIsNoAnswer) {
  WantAndAsk("ann");
  bus_.Answer(FakeBus::Entries{});
  EXPECT_THAT(read_, IsEmpty());
  clock_.Advance(200ms);
  Flush();
  EXPECT_EQ(bus_.questions.size(), 1U);
}

TEST_F(NeedBookTest, WithoutALinkThoseWhoWaitAreToldAfterASecond) {
  Want("ann");
  EXPECT_EQ(book_.NextDeadline(), clock_.Now() + 1s);
  clock_.Advance(999ms);
  Flush();
  EXPECT_THAT(impatient_, IsEmpty());
  clock_.Advance(1ms);
  Flush();
  Flush();
  EXPECT_THAT(impatient_, ElementsAre("ann")) << "once";
  EXPECT_EQ(book_.NextDeadline(), kNever);
  book_.OnFollowing(shard_);
  Flush();
  EXPECT_EQ(bus_.questions.size(), 1U) << "and go on waiting";
}

TEST_F(NeedBookTest, AGapEndsWithFollowingAndStopsReads) {
  WantAndAsk("ann");
  bus_.Answer(FakeBus::Entries{{}});
  book_.OnGap(shard_);
  Want("ann", Kind::kWantedAgain);
  Flush();
  EXPECT_THAT(bus_.questions, IsEmpty());
  EXPECT_TRUE(book_.OnFollowing(shard_)) << "something may have been missed";
  EXPECT_FALSE(book_.OnFollowing(shard_));
  Flush();
  EXPECT_EQ(bus_.questions.size(), 1U);
  book_.OnGap(shard_ ^ 1U);
  EXPECT_FALSE(book_.OnFollowing(shard_ ^ 1U)) << "nobody wants that shard";
}

TEST_F(NeedBookTest, WhoIsNotWantedAnyMoreIsForgottenWithTheLastOfTheShard) {
  Want("ann");
  Want("ann");  // As two tables could not, but two users of the shard do.
  Want("ann", Kind::kUnwanted);
  EXPECT_THAT(bus_.calls, ElementsAre("follow " + name_));
  book_.OnFollowing(shard_);
  Flush();
  Want("ann", Kind::kUnwanted);
  EXPECT_THAT(bus_.calls, ElementsAre("follow " + name_, "unfollow " + name_));
  bus_.Answer(MakeStatus(StatusCode::kUnavailable, "away"));
  EXPECT_EQ(book_.NextDeadline(), kNever) << "it is not read again";
  EXPECT_FALSE(book_.OnFollowing(shard_)) << "a late word of the subscriber";
  Flush();
  EXPECT_THAT(bus_.questions, IsEmpty());
}

TEST_F(NeedBookTest, AtMostSoManyAreReadAtOnce) {
  for (int i = 0; i < 600; ++i) Want("ann", i == 0 ? Kind::kWanted : Kind::kWantedAgain);
  std::vector<std::string> others;
  for (int i = 0; others.size() < 600; ++i) {
    std::string user = "user" + std::to_string(i);
    if (ShardOfUser(user) == shard_) others.push_back(std::move(user));
  }
  for (const std::string& user : others) Want(user);
  book_.OnFollowing(shard_);
  std::size_t count = 0;
  for (int reads = 0; reads < 3; ++reads) {
    Flush();
    ASSERT_EQ(bus_.questions.size(), 1U);
    EXPECT_LE(bus_.questions[0].users.size(), 512U);
    FakeBus::Entries entries(bus_.questions[0].users.size());
    count += entries.size();
    bus_.Answer(std::move(entries));
  }
  EXPECT_EQ(read_.size(), 601U);
  EXPECT_GE(count, 601U);
  EXPECT_EQ(book_.NextDeadline(), kNever);
}

TEST_F(NeedBookTest, AnAnswerAfterItsEndIsNobodys) {
  {
    NeedBook book(clock_, bus_,
                  {.on_asked = [] { return std::make_shared<const std::vector<bool>>(); },
                   .on_read = [](const auto&, const auto&) { FAIL(); },
                   .on_impatient = [](const auto&) { FAIL(); }});
    book.Put({"ann", Kind::kWanted});
    book.OnFollowing(shard_);
    book.Flush(clock_.Now());
  }
  bus_.Answer(FakeBus::Entries{{}});
}

}  // namespace
}  // namespace oofgg::presence
