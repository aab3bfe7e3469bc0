#include "oofgg/presence/presence_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace oofgg {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;
using Id = PresenceTable::ConnectionId;
using ConnectionOptions = PresenceTable::ConnectionOptions;
using Friends = std::vector<std::string>;

// The kinds of connection that the listeners make.
ConnectionOptions V1() {
  ConnectionOptions options;
  options.announces_to_friends = true;
  options.hears_strangers = true;
  return options;
}

ConnectionOptions V2() {
  ConnectionOptions options;
  options.grace = 5s;
  options.hears_strangers = true;
  options.hears_status = true;
  return options;
}

ConnectionOptions Stream() {
  ConnectionOptions options;
  options.grace = 5s;
  options.proven = true;
  options.full_snapshot = true;
  options.hears_status = true;
  return options;
}

class PresenceTableTest : public ::testing::Test {
 protected:
  Id Connect(std::string_view user, const ConnectionOptions& options, const Friends& friends = {}) {
    const auto made = table_.Connect(now_, user, options, friends);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? *made : Id{};
  }

  // What a connection hears, as "+bob", "-bob", "zbob" (away) and "mbob" (in a match), with "=text" if any.
  std::vector<std::string> Hear(Id connection) {
    std::vector<std::string> heard;
    while (const auto update = table_.NextUpdate(connection)) {
      std::string& words = heard.emplace_back(1, "-+zm"[static_cast<int>(update->state)]);
      words += update->user_id;
      if (!update->text.empty()) words += "=" + update->text;
      if (!update->session_id.empty()) words += "@" + update->session_id;
    }
    return heard;
  }

  void Wait(Duration time) {
    now_ += time;
    table_.Advance(now_);
  }

  PresenceState StateOf(std::string_view user) { return table_.StateOf(user).state; }

  PresenceTable table_;
  TimePoint now_{};
};

TEST_F(PresenceTableTest, FollowersHearOfComingAndGoing) {
  const Id alice = Connect("alice", V1(), {"bob"});
  EXPECT_THAT(Hear(alice), IsEmpty());
  const Id bob = Connect("bob", V1());
  EXPECT_THAT(Hear(alice), ElementsAre("+bob"));
  EXPECT_THAT(Hear(bob), IsEmpty()) << "who lists nobody hears of nobody";
  table_.Close(now_, bob);
  EXPECT_THAT(Hear(alice), ElementsAre("-bob"));
}

TEST_F(PresenceTableTest, FriendsAlreadyOnlineAreReportedAtConnect) {
  Connect("bob", V1());
  Connect("carol", V1());
  EXPECT_THAT(Hear(Connect("alice", V1(), {"bob", "carol", "dave"})), UnorderedElementsAre("+bob", "+carol"));
}

TEST_F(PresenceTableTest, AFullSnapshotReportsOfflineFriendsToo) {
  Connect("bob", V1());
  EXPECT_THAT(Hear(Connect("alice", Stream(), {"bob", "dave"})), UnorderedElementsAre("+bob", "-dave"));
}

TEST_F(PresenceTableTest, AV1UserIsOfflineAtOnce) {
  const Id alice = Connect("alice", V1());
  table_.Close(now_, alice);
  EXPECT_EQ(StateOf("alice"), PresenceState::kOffline);
}

TEST_F(PresenceTableTest, AReconnectWithinTheGraceIsNoFlap) {
  const Id alice = Connect("alice", V1(), {"bob"});
  const Id bob = Connect("bob", V2());
  EXPECT_THAT(Hear(alice), ElementsAre("+bob"));
  table_.Close(now_, bob);
  EXPECT_EQ(table_.NextDeadline(), now_ + 5s);
  Wait(4999ms);
  EXPECT_EQ(StateOf("bob"), PresenceState::kOnline);
  Connect("bob", V2());
  EXPECT_EQ(table_.NextDeadline(), kNever);
  Wait(1h);
  EXPECT_THAT(Hear(alice), IsEmpty());
}

TEST_F(PresenceTableTest, TheGraceEnds) {
  const Id alice = Connect("alice", V1(), {"bob"});
  const Id bob = Connect("bob", V2());
  table_.Close(now_, bob);
  EXPECT_THAT(Hear(alice), ElementsAre("+bob"));
  Wait(5s);
  EXPECT_THAT(Hear(alice), ElementsAre("-bob"));
  EXPECT_EQ(table_.NextDeadline(), kNever);
}

TEST_F(PresenceTableTest, SigningOffWaitsForNobody) {
  const Id alice = Connect("alice", V1(), {"bob"});
  table_.SignOff(now_, Connect("bob", V2()));
  EXPECT_EQ(StateOf("bob"), PresenceState::kOffline);
  EXPECT_THAT(Hear(alice), IsEmpty()) << "came and went between two reads";
}

TEST_F(PresenceTableTest, SigningOffEndsTheGraceOfAnOlderConnection) {
  table_.Close(now_, Connect("bob", V2()));
  table_.SignOff(now_, Connect("bob", V2()));
  EXPECT_EQ(StateOf("bob"), PresenceState::kOffline);
  EXPECT_EQ(table_.NextDeadline(), kNever);
}

TEST_F(PresenceTableTest, AUserIsOnlineAsLongAsOneConnectionLives) {
  const Id alice = Connect("alice", V1(), {"bob"});
  const Id phone = Connect("bob", V2());
  const Id desktop = Connect("bob", V2());
  const Id console = Connect("bob", V2());
  EXPECT_THAT(Hear(alice), ElementsAre("+bob"));
  table_.SignOff(now_, desktop);
  table_.Close(now_, phone);
  Wait(1h);
  EXPECT_THAT(Hear(alice), IsEmpty());
  table_.SignOff(now_, console);
  EXPECT_THAT(Hear(alice), ElementsAre("-bob"));
}

TEST_F(PresenceTableTest, TheLongestGraceOfAUsersConnectionsCounts) {
  const Id modern = Connect("bob", V2());
  const Id legacy = Connect("bob", V1());
  table_.Close(now_, modern);
  Wait(1s);
  table_.Close(now_, legacy);
  EXPECT_EQ(StateOf("bob"), PresenceState::kOnline);
  Wait(4s);
  EXPECT_EQ(StateOf("bob"), PresenceState::kOffline);
}

TEST_F(PresenceTableTest, AV1DepartureReachesThoseWhomTheUserListed) {
  const Id lister = Connect("lister", V1(), {"gone"});
  const Id listed = Connect("listed", V1());
  const Id both = Connect("both", V1(), {"gone"});
  const Id stream = Connect("stream", Stream());
  const Id gone = Connect("gone", V1(), {"listed", "both", "stream", "absent"});
  EXPECT_THAT(Hear(listed), IsEmpty()) << "coming online reaches only those who list the user";
  table_.Close(now_, gone);
  EXPECT_THAT(Hear(lister), IsEmpty()) << "came and went between two reads";
  EXPECT_THAT(Hear(listed), ElementsAre("-gone"));
  EXPECT_THAT(Hear(both), IsEmpty()) << "told once, by its own list";
  EXPECT_THAT(Hear(stream), IsEmpty()) << "a stream hears only of users it watches";
  EXPECT_EQ(table_.counts().users, 5u)
      << "four online and the departed, whom two list; the absent is forgotten";
}

TEST_F(PresenceTableTest, AV2DepartureReachesOnlyThoseWhoListTheUser) {
  const Id listed = Connect("listed", V1());
  table_.SignOff(now_, Connect("gone", V2(), {"listed"}));
  EXPECT_THAT(Hear(listed), IsEmpty());
}

TEST_F(PresenceTableTest, DeparturesOfStrangersAreBounded) {
  PresenceTable::Options options;
  options.max_friends = 3;
  table_ = PresenceTable(options);
  const Id listed = Connect("listed", V1());
  for (int i = 0; i < 10; ++i) table_.Close(now_, Connect("visitor" + std::to_string(i), V1(), {"listed"}));
  EXPECT_THAT(Hear(listed), UnorderedElementsAre("-visitor0", "-visitor1", "-visitor2"));
  EXPECT_EQ(table_.counts().users, 1u) << "strangers are forgotten once told of";
}

TEST_F(PresenceTableTest, AStrangerWhoCallsOftenIsMentionedOnce) {
  const Id listed = Connect("listed", V1());
  for (int i = 0; i < 10; ++i) table_.Close(now_, Connect("visitor", V1(), {"listed"}));
  EXPECT_THAT(Hear(listed), ElementsAre("-visitor"));
}

TEST_F(PresenceTableTest, ASlowReaderGetsTheNewestStateOnce) {
  const Id alice = Connect("alice", V1(), {"bob"});
  for (int i = 0; i < 100; ++i) table_.Close(now_, Connect("bob", V1()));
  Connect("bob", V1());
  const auto update = table_.NextUpdate(alice);
  ASSERT_TRUE(update.has_value());
  EXPECT_EQ(*update, table_.StateOf("bob"));
  EXPECT_EQ(table_.NextUpdate(alice), std::nullopt);
}

TEST_F(PresenceTableTest, ANewListReplacesTheOldOne) {
  const Id alice = Connect("alice", V1(), {"bob", "carol"});
  const Id bob = Connect("bob", V1());
  const Id carol = Connect("carol", V1());
  Connect("dave", V1());
  EXPECT_THAT(Hear(alice), UnorderedElementsAre("+bob", "+carol"));
  ASSERT_TRUE(table_.SetFriends(alice, Friends{"carol", "dave"}).ok());
  EXPECT_THAT(Hear(alice), ElementsAre("+dave")) << "carol stays and was reported before";
  table_.Close(now_, bob);
  table_.Close(now_, carol);
  EXPECT_THAT(Hear(alice), ElementsAre("-carol"));
}

TEST_F(PresenceTableTest, WhatANewListKeepsUntoldIsStillTold) {
  const Id alice = Connect("alice", V1(), {"bob", "carol"});
  Connect("carol", V1());
  ASSERT_TRUE(table_.SetFriends(alice, Friends{"abe", "carol", "zoe"}).ok());
  EXPECT_THAT(Hear(alice), ElementsAre("+carol"));
}

TEST_F(PresenceTableTest, RepeatedIdsCountOnce) {
  const Id alice = Connect("alice", V1(), {"bob", "bob", "bob"});
  EXPECT_EQ(table_.counts().friendships, 1u);
  Connect("bob", V1());
  EXPECT_THAT(Hear(alice), ElementsAre("+bob"));
}

TEST_F(PresenceTableTest, AUserMayBeOnTheirOwnList) {
  const Id alice = Connect("alice", V1(), {"alice"});
  EXPECT_THAT(Hear(alice), ElementsAre("+alice"));
  table_.Close(now_, alice);
  EXPECT_EQ(table_.counts().users, 0u);
}

TEST_F(PresenceTableTest, VersionsOnlyGrowEvenAcrossForgetting) {
  PresenceTable::Options options;
  options.first_version = 1'000;
  table_ = PresenceTable(options);
  std::uint64_t last = 1'000;
  for (int i = 0; i < 5; ++i) {
    const Id bob = Connect("bob", V1());
    EXPECT_GT(table_.StateOf("bob").version, last);
    last = table_.StateOf("bob").version;
    table_.Close(now_, bob);
    EXPECT_EQ(table_.counts().users, 0u);
    Connect("someone" + std::to_string(i), V1(), {"bob"});
    EXPECT_GT(table_.StateOf("bob").version, last);
    last = table_.StateOf("bob").version;
    table_ = PresenceTable({last, 5'000, 1'000});
  }
}

TEST_F(PresenceTableTest, FollowersHearWhatAFriendShows) {
  const Id alice = Connect("alice", Stream(), {"bob"});
  const Id legacy = Connect("legacy", V1(), {"bob"});
  const Id bob = Connect("bob", Stream());
  EXPECT_THAT(Hear(alice), ElementsAre("+bob"));
  EXPECT_THAT(Hear(legacy), ElementsAre("+bob"));
  (void)table_.TakeReady();
  ASSERT_TRUE(table_.SetStatus(bob, {PresenceState::kAway, "tea"}).ok());
  EXPECT_THAT(table_.TakeReady(), ElementsAre(alice)) << "nobody is woken for what they do not hear";
  EXPECT_THAT(Hear(alice), ElementsAre("zbob=tea"));
  EXPECT_THAT(Hear(legacy), IsEmpty()) << "v1 knows online and offline";
  ASSERT_TRUE(table_.SetStatus(bob, {PresenceState::kAway, "tea"}).ok());
  EXPECT_THAT(Hear(alice), IsEmpty()) << "nothing new";
  ASSERT_TRUE(table_.SetStatus(bob, {PresenceState::kInMatch, "", "s1"}).ok());
  ASSERT_TRUE(table_.SetStatus(bob, {PresenceState::kInMatch, "", "s2"}).ok());
  EXPECT_THAT(Hear(alice), ElementsAre("mbob@s2")) << "the newest";
  EXPECT_THAT(Hear(Connect("carol", V2(), {"bob"})), ElementsAre("mbob@s2"));
  ASSERT_TRUE(table_.SetStatus(bob, {}).ok());
  EXPECT_THAT(Hear(alice), ElementsAre("+bob"));
  EXPECT_THAT(Hear(legacy), IsEmpty());
}

TEST_F(PresenceTableTest, WhatIsShownLastsAsLongAsTheUserIsOnline) {
  const Id alice = Connect("alice", Stream(), {"bob"});
  const Id phone = Connect("bob", Stream());
  Connect("bob", Stream());
  ASSERT_TRUE(table_.SetStatus(phone, {PresenceState::kAway, "tea"}).ok());
  EXPECT_THAT(Hear(alice), ElementsAre("zbob=tea"));
  table_.SignOff(now_, phone);
  EXPECT_THAT(Hear(alice), IsEmpty()) << "it is the user's, not the connection's";
  table_ = PresenceTable();
  const Id follower = Connect("alice", Stream(), {"bob"});
  const Id first = Connect("bob", Stream());
  ASSERT_TRUE(table_.SetStatus(first, {PresenceState::kAway, "tea"}).ok());
  table_.Close(now_, first);
  const Id second = Connect("bob", Stream());
  EXPECT_THAT(Hear(follower), ElementsAre("zbob=tea")) << "a reconnect within the grace keeps it";
  table_.SignOff(now_, second);
  Connect("bob", Stream());
  EXPECT_THAT(Hear(follower), ElementsAre("+bob")) << "who comes back later begins anew";
}

TEST_F(PresenceTableTest, TheInvisibleHearAndAreNotSeen) {
  const Id alice = Connect("alice", Stream(), {"bob"});
  ConnectionOptions hidden = Stream();
  hidden.status = PresenceStatus{PresenceState::kOffline};
  const Id bob = Connect("bob", hidden, {"alice"});
  EXPECT_THAT(Hear(alice), ElementsAre("-bob")) << "the snapshot";
  EXPECT_THAT(Hear(bob), ElementsAre("+alice"));
  EXPECT_EQ(StateOf("bob"), PresenceState::kOffline);
  EXPECT_TRUE(table_.IsOnline("bob"));
  ASSERT_TRUE(table_.SetStatus(bob, {PresenceState::kOnline, "here"}).ok());
  EXPECT_THAT(Hear(alice), ElementsAre("+bob=here"));
  ASSERT_TRUE(table_.SetStatus(bob, {PresenceState::kOffline, "gone"}).ok());
  EXPECT_THAT(Hear(alice), ElementsAre("-bob")) << "without a word";
  const std::uint64_t version = table_.StateOf("bob").version;
  (void)table_.TakeReady();
  table_.SignOff(now_, bob);
  EXPECT_THAT(Hear(alice), IsEmpty());
  EXPECT_THAT(table_.TakeReady(), IsEmpty());
  EXPECT_EQ(table_.StateOf("bob").version, version) << "not even by its version";
}

TEST_F(PresenceTableTest, AnInvisibleDepartureIsToldToNobody) {
  const Id listed = Connect("listed", V1());
  ConnectionOptions hidden = V1();
  hidden.status = PresenceStatus{PresenceState::kOffline};
  table_.Close(now_, Connect("gone", hidden, {"listed"}));
  EXPECT_THAT(Hear(listed), IsEmpty());
}

TEST_F(PresenceTableTest, ATokenForgetsWhatAnImpostorShowed) {
  const Id alice = Connect("alice", Stream(), {"bob"});
  const Id impostor = Connect("bob", V2());
  ASSERT_TRUE(table_.SetStatus(impostor, {PresenceState::kAway, "ha"}).ok());
  EXPECT_THAT(Hear(alice), ElementsAre("zbob=ha"));
  Connect("bob", Stream());
  EXPECT_THAT(Hear(alice), ElementsAre("+bob"));
  EXPECT_EQ(table_.SetStatus(impostor, {}).code(), StatusCode::kNotFound);
}

TEST_F(PresenceTableTest, ReadyNamesEachConnectionOnceUntilItHasHeardAll) {
  const Id alice = Connect("alice", V1(), {"bob", "carol"});
  EXPECT_THAT(table_.TakeReady(), IsEmpty());
  Connect("bob", V1());
  EXPECT_THAT(table_.TakeReady(), ElementsAre(alice));
  Connect("carol", V1());
  EXPECT_THAT(table_.TakeReady(), IsEmpty());
  EXPECT_THAT(Hear(alice), ElementsAre("+bob", "+carol"));
  table_.Close(now_, Connect("carol", V1()));
  EXPECT_THAT(table_.TakeReady(), IsEmpty()) << "another connection of carol's lives";
  table_.Close(now_, Connect("dave", V1(), {"alice"}));
  EXPECT_THAT(table_.TakeReady(), ElementsAre(alice));
}

TEST_F(PresenceTableTest, ReadyDoesNotNameTheDead) {
  const Id alice = Connect("alice", V2(), {"bob"});
  Connect("bob", V1());
  table_.Close(now_, alice);
  EXPECT_THAT(table_.TakeReady(), IsEmpty());
}

TEST_F(PresenceTableTest, WithoutATokenNobodyClaimsAUserHeldByOne) {
  const Id bound = Connect("alice", Stream());
  EXPECT_EQ(table_.Connect(now_, "alice", V1()).status().code(), StatusCode::kPermissionDenied);
  table_.Close(now_, bound);
  EXPECT_EQ(table_.Connect(now_, "alice", V1()).status().code(), StatusCode::kPermissionDenied)
      << "the grace is part of the hold";
  Wait(5s);
  EXPECT_TRUE(table_.Connect(now_, "alice", V1()).ok());
}

TEST_F(PresenceTableTest, ATokenEvictsThoseWithoutOne) {
  const Id bob = Connect("bob", V1(), {"alice"});
  const Id impostor = Connect("alice", V1(), {"bob"});
  EXPECT_THAT(Hear(bob), ElementsAre("+alice"));
  const Id bound = Connect("alice", Stream());
  EXPECT_THAT(table_.TakeEvicted(), ElementsAre(impostor));
  EXPECT_FALSE(table_.IsLive(impostor));
  EXPECT_THAT(Hear(bob), IsEmpty()) << "alice was online all the time";
  Connect("alice", Stream());
  EXPECT_THAT(table_.TakeEvicted(), IsEmpty()) << "several connections with a token are welcome";
  EXPECT_TRUE(table_.IsLive(bound));
}

TEST_F(PresenceTableTest, StaleIdsAreHarmless) {
  const Id first = Connect("alice", V1());
  table_.Close(now_, first);
  const Id second = Connect("bob", V1());
  ASSERT_EQ(first.slot, second.slot) << "the slot is used again";
  table_.Close(now_, first);
  table_.SignOff(now_, first);
  EXPECT_EQ(table_.SetFriends(first, Friends{"x"}).code(), StatusCode::kNotFound);
  EXPECT_EQ(table_.NextUpdate(first), std::nullopt);
  EXPECT_EQ(table_.UserOf(first), "");
  table_.Close(now_, Id{});
  table_.Close(now_, Id{77, 1});
  EXPECT_EQ(table_.UserOf(second), "bob");
  EXPECT_EQ(StateOf("bob"), PresenceState::kOnline);
}

TEST_F(PresenceTableTest, LimitsRefuseWithoutAnyEffect) {
  table_ = PresenceTable({0, /*max_friends=*/2, /*max_friendships=*/3});
  const Id alice = Connect("alice", V1(), {"bob", "carol"});
  EXPECT_EQ(table_.Connect(now_, "dave", V1(), Friends{"1", "2", "3"}).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(table_.Connect(now_, "dave", V1(), Friends{"1", "2"}).status().code(),
            StatusCode::kResourceExhausted);
  EXPECT_EQ(table_.SetFriends(alice, Friends{"1", "2", "3"}).code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(table_.SetFriends(alice, Friends{"bob", "dave"}).ok()) << "what it replaces makes room";
  const PresenceTable::Counts counts = table_.counts();
  EXPECT_EQ(counts.users, 3u);
  EXPECT_EQ(counts.connections, 1u);
  EXPECT_EQ(counts.friendships, 2u);
}

TEST_F(PresenceTableTest, NothingIsKeptOfThoseWhoLeft) {
  std::vector<Id> connections;
  for (int i = 0; i < 1'000; ++i) {
    Friends friends;
    for (int f = 0; f < 20; ++f) friends.push_back("user" + std::to_string((i * 7 + f * 13) % 1'500));
    connections.push_back(Connect("user" + std::to_string(i), i % 2 == 0 ? V1() : V2(), friends));
  }
  for (const Id connection : connections) table_.Close(now_, connection);
  Wait(5s);
  const PresenceTable::Counts counts = table_.counts();
  EXPECT_EQ(counts.users, 0u);
  EXPECT_EQ(counts.online, 0u);
  EXPECT_EQ(counts.connections, 0u);
  EXPECT_EQ(counts.friendships, 0u);
}

}  // namespace
}  // namespace oofgg
