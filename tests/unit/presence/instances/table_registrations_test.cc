// What a table makes of what is registered of its users at other instances, and what it registers itself.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "oofgg/presence/presence_table.h"

namespace oofgg {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Friends = std::vector<std::string>;
using Id = PresenceTable::ConnectionId;
using Kind = PresenceTable::Need::Kind;
using Registration = PresenceTable::Registration;
using ConnectionOptions = PresenceTable::ConnectionOptions;

constexpr PresenceTable::Origin kFirst = 0;
constexpr PresenceTable::Origin kSecond = 1;

const ConnectionOptions kV1{.announces_to_friends = true, .hears_strangers = true};
const ConnectionOptions kV2{.grace = 5s, .hears_status = true};
const ConnectionOptions kProven{.grace = 5s, .proven = true, .hears_status = true};
const PresenceStatus kInvisible{.state = PresenceState::kOffline};
const PresenceStatus kTea{.state = PresenceState::kAway, .text = "tea"};

class TableRegistrationsTest : public ::testing::Test {
 protected:
  Id Connect(const std::string& user, const ConnectionOptions& options = kV2, const Friends& friends = {}) {
    const auto connection = table_.Connect(now_, user, options, friends);
    EXPECT_TRUE(connection.ok()) << connection.status();
    return connection.value_or(Id());
  }
  Registration Online(const std::string& user) {
    return {.user_id = user, .version = ++stamp_, .online = true};
  }
  Registration OnlineWith(const std::string& user, const PresenceStatus& status) {
    Registration registration = Online(user);
    registration.said = registration.version;
    registration.status = status;
    return registration;
  }
  Registration Proven(const std::string& user) {
    Registration registration = Online(user);
    registration.proven = true;
    return registration;
  }
  Registration Lingering(const std::string& user) {
    Registration registration = Online(user);
    registration.lingering = true;
    return registration;
  }
  Registration Offline(const std::string& user) { return {.user_id = user, .version = ++stamp_}; }
  Registration SignedOff(const std::string& user) {
    Registration registration = Offline(user);
    registration.signed_off = true;
    return registration;
  }
  void Import(PresenceTable::Origin origin, const Registration& registration) {
    table_.ImportRegistration({origin, registration});
  }
  void Answer(const std::string& user, const std::vector<PresenceTable::Located>& found = {},
              const std::vector<bool>& complete = {}) {
    table_.Answer(user, found, complete);
  }
  /// A v2 connection that lists the user, of whom nothing is registered elsewhere, and has heard so.
  Id Watch(const std::string& user) {
    const Id watcher = Connect("watcher", kV2, {user});
    Answer(user);
    Heard(watcher);
    return watcher;
  }
  /// What the connection hears now: `ann online`, `ann away tea`, `ann offline`.
  std::vector<std::string> Heard(Id connection) {
    static const char* const kNames[] = {"offline", "online", "away", "in_match"};
    std::vector<std::string> heard;
    while (const auto update = table_.NextUpdate(connection)) {
      heard.push_back(update->user_id + " " + kNames[static_cast<int>(update->state)] +
                      (update->text.empty() ? "" : " " + update->text));
    }
    return heard;
  }
  /// What is to be registered of this user; others' is dropped.
  std::optional<Registration> Registered(const std::string& user) {
    std::optional<Registration> found;
    for (Registration& each : table_.TakeRegistrations()) {
      if (each.user_id == user) found = std::move(each);
    }
    return found;
  }

  TimePoint now_{1'000s};
  std::uint64_t stamp_ = 1'000'000;
  PresenceTable table_ = [this] {
    PresenceTable::Options options;
    options.first_version = stamp_;
    options.stamp = [this] { return ++stamp_; };
    return PresenceTable(options);
  }();
};

// What is registered of our users.

TEST_F(TableRegistrationsTest, EachChangeIsRegisteredUnderANewVersion) {
  const Id ann = Connect("ann");
  auto told = Registered("ann");
  ASSERT_TRUE(told.has_value());
  EXPECT_TRUE(told->online && !told->lingering && !told->proven && told->said == 0);
  std::uint64_t version = told->version;
  ASSERT_TRUE(table_.SetStatus(ann, kTea).ok());
  told = Registered("ann");
  ASSERT_TRUE(told.has_value());
  EXPECT_EQ(told->status, kTea);
  EXPECT_GT(told->said, 0U);
  EXPECT_GT(told->version, version);
  const std::uint64_t said = told->said;
  ASSERT_TRUE(table_.SetStatus(ann, kTea).ok());
  told = Registered("ann");
  ASSERT_TRUE(told.has_value()) << "the last word, as another may have been said elsewhere";
  EXPECT_GT(told->said, said);
  version = told->version;
  table_.Close(now_, ann);
  told = Registered("ann");
  ASSERT_TRUE(told.has_value());
  EXPECT_TRUE(told->online && told->lingering);
  table_.Advance(now_ + 5s);
  told = Registered("ann");
  ASSERT_TRUE(told.has_value());
  EXPECT_TRUE(!told->online && !told->signed_off);
  EXPECT_GT(told->version, version);
  EXPECT_EQ(Registered("ann"), std::nullopt);
}

TEST_F(TableRegistrationsTest, TheNewestOfEachUserIsTakenOnce) {
  const Id ann = Connect("ann");
  ASSERT_TRUE(table_.SetStatus(ann, kTea).ok());
  table_.SignOff(now_, ann);
  const auto told = table_.TakeRegistrations();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_FALSE(told[0].online);
  EXPECT_TRUE(told[0].signed_off);
  EXPECT_EQ(table_.counts().users, 0U) << "and then the user is forgotten";
}

TEST_F(TableRegistrationsTest, AllWhoAreOnlineAreRegisteredAgainWhenAskedFor) {
  Connect("ann", kV2, {"nobody"});
  const Id bob = Connect("bob");
  table_.Close(now_, bob);
  static_cast<void>(table_.TakeRegistrations());
  table_.RegisterAgain();
  std::vector<std::string> users;
  for (const auto& each : table_.TakeRegistrations()) {
    users.push_back(each.user_id + (each.lingering ? " lingers" : ""));
  }
  EXPECT_THAT(users, ::testing::UnorderedElementsAre("ann", "bob lingers"));
}

// Who has to be asked for.

TEST_F(TableRegistrationsTest, OfWhoIsListedNothingIsToldBeforeAnAnswer) {
  const Id watcher = Connect("watcher", {.full_snapshot = true}, {"ann", "bob"});
  EXPECT_THAT(Heard(watcher), IsEmpty());
  EXPECT_FALSE(table_.IsCaughtUp(watcher));
  Answer("ann");
  EXPECT_THAT(Heard(watcher), ElementsAre("ann offline"));
  EXPECT_FALSE(table_.IsCaughtUp(watcher));
  Answer("bob", {{kFirst, Online("bob")}});
  EXPECT_THAT(Heard(watcher), ElementsAre("bob online"));
  EXPECT_TRUE(table_.IsCaughtUp(watcher));
}

TEST_F(TableRegistrationsTest, WhoIsListedOrWithoutProofIsNeededAsLongAsThat) {
  const auto needs = [this](const std::string& user) {
    std::vector<Kind> kinds;
    for (const auto& need : table_.TakeNeeds()) {
      if (need.user_id == user) kinds.push_back(need.kind);
    }
    return kinds;
  };
  const Id watcher = Connect("watcher", kProven, {"ann"});
  EXPECT_THAT(needs("ann"), ElementsAre(Kind::kWanted));
  table_.AskAgain();
  EXPECT_THAT(needs("ann"), ElementsAre(Kind::kWantedAgain));
  ASSERT_TRUE(table_.SetFriends(watcher, {}).ok());
  EXPECT_THAT(needs("ann"), ElementsAre(Kind::kUnwanted));
  const Id ann = Connect("ann");
  EXPECT_THAT(needs("ann"), ElementsAre(Kind::kWanted)) << "a proven one elsewhere would evict them";
  table_.SignOff(now_, ann);
  static_cast<void>(table_.TakeRegistrations());
  EXPECT_THAT(needs("ann"), ElementsAre(Kind::kUnwanted));
  Connect("bob", kProven);
  EXPECT_THAT(needs("bob"), IsEmpty());
}

// Coming, changing and going elsewhere.

TEST_F(TableRegistrationsTest, AUserIsOnlineAsLongAsAnyInstanceSaysSo) {
  const Id watcher = Watch("ann");
  Import(kFirst, Online("ann"));
  EXPECT_THAT(Heard(watcher), ElementsAre("ann online"));
  Import(kSecond, Online("ann"));
  const Id here = Connect("ann");
  Import(kFirst, Offline("ann"));
  table_.SignOff(now_, here);
  EXPECT_THAT(Heard(watcher), IsEmpty());
  EXPECT_TRUE(table_.IsOnline("ann"));
  Import(kSecond, Offline("ann"));
  EXPECT_THAT(Heard(watcher), ElementsAre("ann offline"));
}

TEST_F(TableRegistrationsTest, WhatIsOlderThanWhatIsKnownIsNoNews) {
  const Id watcher = Watch("ann");
  const Registration older = Offline("ann");
  const Registration newer = Online("ann");
  Import(kFirst, newer);
  Import(kFirst, older);
  Answer("ann", {{kFirst, older}});
  EXPECT_THAT(Heard(watcher), ElementsAre("ann online"));
}

TEST_F(TableRegistrationsTest, OfWhoIsNotNeededNothingIsKept) {
  Import(kFirst, Online("ann"));
  Answer("ann", {{kFirst, Online("ann")}});
  EXPECT_FALSE(table_.IsOnline("ann"));
  EXPECT_EQ(table_.counts().users, 0U);
}

// What an answer leaves out.

TEST_F(TableRegistrationsTest, AbsenceCountsOfOriginsThatAreComplete) {
  const Id watcher = Watch("ann");
  Import(kFirst, Online("ann"));
  Heard(watcher);
  Answer("ann", {}, {});
  Answer("ann", {}, {false, true});
  EXPECT_THAT(Heard(watcher), IsEmpty()) << "it may not have told all its users yet";
  Answer("ann", {}, {true});
  EXPECT_THAT(Heard(watcher), ElementsAre("ann offline"));
}

TEST_F(TableRegistrationsTest, AnAnswerPutsOneInstanceInThePlaceOfAnother) {
  const Id watcher = Watch("ann");
  Import(kFirst, Online("ann"));
  Heard(watcher);
  Answer("ann", {{kSecond, Online("ann")}}, {true, true});
  EXPECT_THAT(Heard(watcher), IsEmpty()) << "nobody flaps";
  table_.Forget(kFirst);
  EXPECT_TRUE(table_.IsOnline("ann"));
  table_.Forget(kSecond);
  EXPECT_THAT(Heard(watcher), ElementsAre("ann offline"));
}

// Instances that are gone.

TEST_F(TableRegistrationsTest, ForgettingAnInstanceTakesOfflineWhoWasOnlyThere) {
  const Id watcher = Connect("watcher", kV2, {"ann", "bob", "cid"});
  for (const char* const user : {"ann", "bob", "cid"}) Answer(user, {{kFirst, Online(user)}});
  Import(kSecond, Online("bob"));
  Connect("cid");
  Heard(watcher);
  table_.Forget(kSecond + 1);
  EXPECT_THAT(Heard(watcher), IsEmpty());
  table_.Forget(kFirst);
  EXPECT_THAT(Heard(watcher), ElementsAre("ann offline"));
}

// Graces and signing off.

TEST_F(TableRegistrationsTest, WhoSignsOffElsewhereIsNotWaitedForHere) {
  const Id watcher = Watch("ann");
  const Id here = Connect("ann");
  Answer("ann", {{kFirst, Online("ann")}, {kSecond, Lingering("ann")}});
  table_.Close(now_, here);
  Heard(watcher);
  Import(kFirst, SignedOff("ann"));
  EXPECT_THAT(Heard(watcher), ElementsAre("ann offline")) << "neither here nor at a third";
  EXPECT_FALSE(table_.IsOnline("ann"));
}

TEST_F(TableRegistrationsTest, WhoSignsOffHereIsNotWaitedForElsewhere) {
  const Id watcher = Watch("ann");
  const Id here = Connect("ann");
  Import(kFirst, Lingering("ann"));
  Heard(watcher);
  static_cast<void>(table_.TakeRegistrations());
  table_.SignOff(now_, here);
  const auto told = Registered("ann");
  ASSERT_TRUE(told.has_value());
  EXPECT_TRUE(told->signed_off) << "the others are told, who end their graces";
  Import(kFirst, Offline("ann"));
  EXPECT_THAT(Heard(watcher), ElementsAre("ann offline"));
}

TEST_F(TableRegistrationsTest, SigningOffOfOneConnectionLeavesThoseThatLiveAlone) {
  const Id watcher = Watch("ann");
  const Id here = Connect("ann");
  Import(kFirst, Online("ann"));
  Import(kSecond, Online("ann"));
  Heard(watcher);
  Import(kFirst, SignedOff("ann"));
  EXPECT_THAT(Heard(watcher), IsEmpty());
  EXPECT_TRUE(table_.IsLive(here));
  table_.SignOff(now_, here);
  EXPECT_TRUE(table_.IsOnline("ann")) << "at the second";
}

TEST_F(TableRegistrationsTest, WhoIsLostElsewhereAndSignsOffNowhereLingers) {
  const Id watcher = Watch("ann");
  Import(kFirst, Online("ann"));
  Heard(watcher);
  Import(kFirst, Lingering("ann"));
  Import(kSecond, Online("ann"));
  Import(kFirst, Offline("ann"));
  EXPECT_THAT(Heard(watcher), IsEmpty()) << "moved within the grace";
  Import(kSecond, Offline("ann"));
  EXPECT_THAT(Heard(watcher), ElementsAre("ann offline"));
}

// Tokens.

TEST_F(TableRegistrationsTest, AProvenOneElsewhereEvictsTheUnprovenHere) {
  Watch("ann");  // Else it would not be known any more that there is one.
  const Id impostor = Connect("ann");
  const Id second = Connect("ann");
  Import(kFirst, Online("ann"));
  EXPECT_TRUE(table_.IsLive(impostor));
  Import(kFirst, Proven("ann"));
  EXPECT_THAT(table_.TakeEvicted(), ::testing::UnorderedElementsAre(impostor, second));
  EXPECT_FALSE(table_.IsLive(impostor));
  EXPECT_EQ(table_.Connect(now_, "ann", kV2).status().code(), StatusCode::kPermissionDenied);
  EXPECT_TRUE(table_.Connect(now_, "ann", kProven).ok());
}

TEST_F(TableRegistrationsTest, AProvenOneElsewhereEndsTheGraceOfAnUnprovenHere) {
  const Id watcher = Watch("ann");
  const Id impostor = Connect("ann");
  ASSERT_TRUE(table_.SetStatus(impostor, kTea).ok());
  table_.Close(now_, impostor);
  Heard(watcher);
  Import(kFirst, Proven("ann"));
  EXPECT_THAT(Heard(watcher), ElementsAre("ann online")) << "what the impostor said is forgotten";
  Import(kFirst, SignedOff("ann"));
  EXPECT_THAT(Heard(watcher), ElementsAre("ann offline"));
}

TEST_F(TableRegistrationsTest, AProvenOneHereMakesTheUnprovenElsewhereNotCount) {
  const Id watcher = Watch("ann");
  Import(kFirst, OnlineWith("ann", kTea));
  EXPECT_THAT(Heard(watcher), ElementsAre("ann away tea"));
  const Id proven = Connect("ann", kProven);
  const auto told = Registered("ann");
  ASSERT_TRUE(told.has_value());
  EXPECT_TRUE(told->proven) << "the others are told, who evict";
  EXPECT_THAT(Heard(watcher), ElementsAre("ann online"));
  Import(kFirst, OnlineWith("ann", {.state = PresenceState::kAway, .text = "coffee"}));
  EXPECT_THAT(Heard(watcher), IsEmpty());
  EXPECT_TRUE(table_.IsLive(proven));
  Import(kSecond, Proven("ann"));
  EXPECT_TRUE(table_.IsLive(proven)) << "a token beside a token";
}

TEST_F(TableRegistrationsTest, WhoComesWithoutProofWhileNothingIsKnownIsEvictedByTheAnswer) {
  const Id impostor = Connect("ann");
  Answer("ann", {{kFirst, Proven("ann")}});
  EXPECT_THAT(table_.TakeEvicted(), ElementsAre(impostor));
}

// What a user shows.

TEST_F(TableRegistrationsTest, TheLastWordCountsWhereverItWasSaid) {
  const Id watcher = Watch("ann");
  const Id here = Connect("ann");
  ASSERT_TRUE(table_.SetStatus(here, kTea).ok());
  EXPECT_THAT(Heard(watcher), ElementsAre("ann away tea"));
  Import(kFirst, Online("ann"));
  EXPECT_THAT(Heard(watcher), IsEmpty()) << "who chose nothing says nothing";
  Import(kFirst, OnlineWith("ann", {.state = PresenceState::kAway, .text = "coffee"}));
  EXPECT_THAT(Heard(watcher), ElementsAre("ann away coffee"));
  ASSERT_TRUE(table_.SetStatus(here, kTea).ok());
  EXPECT_THAT(Heard(watcher), ElementsAre("ann away tea")) << "said again";
  table_.SignOff(now_, here);
  EXPECT_THAT(Heard(watcher), ElementsAre("ann away coffee")) << "a word goes with its connection";
}

TEST_F(TableRegistrationsTest, InvisibleAsTheLastWordElsewhereIsOfflineToOthers) {
  const Id watcher = Watch("ann");
  Connect("ann");
  EXPECT_THAT(Heard(watcher), ElementsAre("ann online"));
  Import(kFirst, OnlineWith("ann", kInvisible));
  EXPECT_THAT(Heard(watcher), ElementsAre("ann offline"));
  EXPECT_TRUE(table_.IsOnline("ann"));
  table_.Forget(kFirst);
  EXPECT_THAT(Heard(watcher), ElementsAre("ann online"));
  Import(kSecond, OnlineWith("ann", kInvisible));
  Heard(watcher);
  Import(kFirst, OnlineWith("ann", kTea));
  EXPECT_THAT(Heard(watcher), ElementsAre("ann away tea"));
}

TEST_F(TableRegistrationsTest, OfTwoWordsOfOneMomentAllInstancesTakeTheSame) {
  Registration tea = OnlineWith("ann", kTea);
  Registration coffee = OnlineWith("ann", {.state = PresenceState::kAway, .text = "coffee"});
  coffee.said = tea.said;
  const Id watcher = Watch("ann");
  Import(kFirst, tea);
  Import(kSecond, coffee);
  EXPECT_EQ(table_.StateOf("ann").text, "tea");
  PresenceTable other([this] {
    PresenceTable::Options options;
    options.stamp = [this] { return ++stamp_; };
    return options;
  }());
  ASSERT_TRUE(other.Connect(now_, "watcher", kV2, Friends{"ann"}).ok());
  other.ImportRegistration({kFirst, coffee});
  other.ImportRegistration({kSecond, tea});
  EXPECT_EQ(other.StateOf("ann").text, "tea");
  EXPECT_THAT(Heard(watcher), ElementsAre("ann away tea"));
}

// v1's announcements.

TEST_F(TableRegistrationsTest, AFarewellGoesWhereTheListedUserIs) {
  const Id ann = Connect("ann", kV1, {"bob"});
  Answer("ann");
  Answer("bob", {{kFirst, Online("bob")}, {kSecond, Online("bob")}});
  table_.Close(now_, ann);
  std::vector<PresenceTable::Origin> origins;
  for (const auto& each : table_.TakeFarewellsAbroad()) {
    EXPECT_EQ(each.farewell.listed, "bob");
    EXPECT_EQ(each.farewell.departed.user_id, "ann");
    EXPECT_EQ(each.farewell.departed.state, PresenceState::kOffline);
    origins.push_back(each.origin);
  }
  EXPECT_THAT(origins, ::testing::UnorderedElementsAre(kFirst, kSecond));
  EXPECT_THAT(table_.TakeFarewellsAbroad(), IsEmpty());
}

TEST_F(TableRegistrationsTest, NoFarewellOfWhoIsStillOnlineElsewhere) {
  const Id ann = Connect("ann", kV1, {"bob"});
  Answer("ann", {{kFirst, Online("ann")}});
  Answer("bob", {{kFirst, Online("bob")}});
  table_.Close(now_, ann);
  EXPECT_THAT(table_.TakeFarewellsAbroad(), IsEmpty());
}

TEST_F(TableRegistrationsTest, AFarewellFromAbroadIsHeardByStrangersWhoHearSuch) {
  const Id bob = Connect("bob", kV1);
  const Id bob2 = Connect("bob", kV2);
  table_.HearFromAbroad({.listed = "bob", .departed = {.user_id = "ann", .version = 7}});
  EXPECT_THAT(Heard(bob), ElementsAre("ann offline"));
  EXPECT_THAT(Heard(bob2), IsEmpty()) << "v2 hears of those it lists";
  table_.HearFromAbroad({.listed = "nobody", .departed = {.user_id = "ann", .version = 8}});
  EXPECT_THAT(Heard(bob), IsEmpty());
}

}  // namespace
}  // namespace oofgg
