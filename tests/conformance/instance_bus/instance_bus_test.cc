// What instances promise each other by way of Redis, however that is run, while nothing goes wrong.

#include "presence/instances/instance_bus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/conformance/instance_bus/bus_peer.h"
#include "tests/support/eventually.h"

namespace oofgg::presence::testing {
namespace {

using oofgg::testing::Eventually;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;

constexpr UserShard kOtherShard = 200;

const LeaseRecord kRecord{
    .address = "game-1.example.com:8080", .connections = 12, .capacity = 4'000'000'000, .complete = true};

Registration Online(const std::string& user, std::uint64_t version) {
  return {.user_id = user, .version = version, .online = true};
}
Registration Offline(const std::string& user, std::uint64_t version) {
  return {.user_id = user, .version = version};
}

/// One deployment of each way for all tests, as they take long to start: each test has lives and users of
/// its own.
class InstanceBusTest : public ::testing::TestWithParam<Way> {
 protected:
  static void TearDownTestSuite() { Deployments().clear(); }
  static std::string Url() {
    auto& deployment = Deployments()[GetParam().name];
    if (deployment == nullptr) deployment = GetParam().make();
    return deployment->url();
  }

  void SetUp() override {
    one_.WaitUntilReady();
    other_.WaitUntilReady();
  }
  /// A user of the shard whom no other test knows.
  static std::string NewUser(UserShard shard = kShard) {
    static int number = 0;
    return UserIn(shard, ++number);
  }

  static PresenceTable::Farewell FarewellTo(const std::string& listed, const std::string& departed,
                                            std::uint64_t version) {
    return {.listed = listed, .departed = {.user_id = departed, .version = version}};
  }
  /// That a name is taken is not told, as what is missed of it does no harm: said until it is heard. The roll
  /// call makes sure that something is.
  void TakeNameAndWait(BusPeer& peer, LifeId life) {
    peer->TakeName(life);
    const std::string marker = "taken-" + std::to_string(life);
    ASSERT_TRUE(Eventually([&] {
      peer->Send(life, FarewellTo(marker, "", 0));
      peer->CallRoll();
      return peer.Next().starts_with("farewell to " + marker);
    }));
  }

  BusPeer one_{Url()};
  BusPeer other_{Url()};
  const LifeId life_ = NewLife();
  const LifeId second_ = NewLife();
  const LifeId third_ = NewLife();

 private:
  static std::map<std::string, std::unique_ptr<Deployment>>& Deployments() {
    static std::map<std::string, std::unique_ptr<Deployment>> deployments;
    return deployments;
  }
};

// Leases.

TEST_P(InstanceBusTest, ALeaseIsListedWithItsRecordAndWhatRemainsOfIt) {
  ASSERT_TRUE(one_.Acquire(life_, kRecord, 60s).ok());
  const auto lease = other_.LeaseOf(life_);
  ASSERT_TRUE(lease.has_value());
  EXPECT_EQ(lease->record, kRecord);
  EXPECT_LE(lease->remaining, 60s);
  EXPECT_GT(lease->remaining, 30s);
}

TEST_P(InstanceBusTest, WhoAcquiresIsToldOfTheOthersAndNotOfItself) {
  ASSERT_TRUE(one_.Acquire(life_, kRecord).ok());
  const auto others = other_.Acquire(second_, {.leaving = true});
  ASSERT_TRUE(others.ok()) << others.status();
  const auto lease = BusPeer::Find(*others, life_);
  ASSERT_TRUE(lease.has_value());
  EXPECT_EQ(lease->record, kRecord);
  EXPECT_FALSE(BusPeer::Find(*others, second_).has_value());
}

TEST_P(InstanceBusTest, ALeaseIsProlongedWithWhatItsHolderSaysNow) {
  ASSERT_TRUE(one_.Acquire(life_, {}, 20s).ok());
  EXPECT_EQ(one_.Renew(life_, kRecord, 300s), StatusOr<bool>(true));
  const auto lease = other_.LeaseOf(life_);
  ASSERT_TRUE(lease.has_value());
  EXPECT_EQ(lease->record, kRecord);
  EXPECT_GT(lease->remaining, 200s);
  // As who leaves does.
  EXPECT_EQ(one_.Renew(life_, kRecord, 10s), StatusOr<bool>(true));
  EXPECT_LE(other_.LeaseOf(life_)->remaining, 10s) << "it may be cut short";
}

TEST_P(InstanceBusTest, ALeaseThatHasLapsedIsNeitherListedNorProlonged) {
  ASSERT_TRUE(one_.Acquire(life_, kRecord, 50ms).ok());
  ASSERT_TRUE(Eventually([&] { return !other_.LeaseOf(life_).has_value(); }));
  EXPECT_EQ(one_.Renew(life_, kRecord, 60s), StatusOr<bool>(false));
  EXPECT_FALSE(other_.LeaseOf(life_).has_value()) << "it is over for good";
}

TEST_P(InstanceBusTest, ALeaseThatWasNeverTakenIsNotProlonged) {
  EXPECT_EQ(one_.Renew(life_, kRecord, 60s), StatusOr<bool>(false));
  EXPECT_FALSE(other_.LeaseOf(life_).has_value());
}

TEST_P(InstanceBusTest, AReleasedLeaseIsToldAndGone) {
  ASSERT_TRUE(one_.Acquire(life_, kRecord).ok());
  one_->Release(life_);
  EXPECT_TRUE(other_.Hears(BusPeer::BeatLine(life_, {}, 0ms)));
  EXPECT_FALSE(other_.LeaseOf(life_).has_value());
  EXPECT_EQ(one_.Renew(life_, kRecord), StatusOr<bool>(false));
}

TEST_P(InstanceBusTest, BeatsReachTheOthersInOrder) {
  ASSERT_TRUE(one_.Acquire(life_, {}, 40s).ok());
  ASSERT_TRUE(one_.Renew(life_, kRecord, 50s).ok());
  ASSERT_TRUE(one_.Renew(life_, {.leaving = true}, 10s).ok());
  const std::string own = "beat of " + std::to_string(life_);
  EXPECT_EQ(other_.Next(own), BusPeer::BeatLine(life_, {}, 40s));
  EXPECT_EQ(other_.Next(own), BusPeer::BeatLine(life_, kRecord, 50s));
  EXPECT_EQ(other_.Next(own), BusPeer::BeatLine(life_, {.leaving = true}, 10s));
}

TEST_P(InstanceBusTest, ARollCallReachesTheOthers) {
  one_->CallRoll();
  EXPECT_TRUE(other_.Hears("roll call"));
}

// Users.

TEST_P(InstanceBusTest, OnlineUsersAreEnteredAndOfflineOnesStruckOut) {
  const std::string ann = NewUser();
  const std::string bob = NewUser();
  ASSERT_TRUE(one_.Register(kShard, life_, {Online(ann, 1), Online(bob, 2)}).ok());
  ASSERT_TRUE(other_.Register(kShard, second_, {Online(ann, 9)}).ok());
  EXPECT_THAT(other_.EntriesOf(ann),
              UnorderedElementsAre(Pair(life_, Online(ann, 1)), Pair(second_, Online(ann, 9))));
  ASSERT_TRUE(one_.Register(kShard, life_, {Offline(ann, 3), Online(bob, 4)}).ok());
  EXPECT_THAT(other_.EntriesOf(ann), ElementsAre(Pair(second_, Online(ann, 9))));
  EXPECT_THAT(other_.EntriesOf(bob), ElementsAre(Pair(life_, Online(bob, 4)))) << "one entry of a life";
  ASSERT_TRUE(other_.Register(kShard, second_, {Offline(ann, 10)}).ok());
  EXPECT_THAT(one_.EntriesOf(ann), IsEmpty());
  ASSERT_TRUE(other_.Register(kShard, second_, {Offline(ann, 11)}).ok()) << "no entry to strike out";
}

TEST_P(InstanceBusTest, WhatReplacedLivesHaveEnteredOfTheseUsersIsStruckOut) {
  const std::string ann = NewUser();
  const std::string bob = NewUser();
  const std::string cid = NewUser();
  ASSERT_TRUE(one_.Register(kShard, life_, {Online(ann, 1), Online(bob, 1), Online(cid, 1)}).ok());
  ASSERT_TRUE(one_.Register(kShard, third_, {Online(ann, 1)}).ok());
  const LifeId fourth = NewLife();
  ASSERT_TRUE(one_.Register(kShard, fourth, {Online(ann, 1)}).ok());
  ASSERT_TRUE(one_.Register(kShard, second_, {Online(ann, 2), Offline(bob, 2)}, {life_, third_}).ok());
  EXPECT_THAT(other_.EntriesOf(ann),
              UnorderedElementsAre(Pair(second_, Online(ann, 2)), Pair(fourth, Online(ann, 1))));
  EXPECT_THAT(other_.EntriesOf(bob), IsEmpty());
  EXPECT_THAT(other_.EntriesOf(cid), ElementsAre(Pair(life_, Online(cid, 1)))) << "of these users only";
}

TEST_P(InstanceBusTest, WhoSignsOffIsWaitedForNowhere) {
  const std::string ann = NewUser();
  const std::string bob = NewUser();
  Registration lingering = Online(ann, 1);
  lingering.lingering = true;
  Registration bob_lingers = Online(bob, 1);
  bob_lingers.lingering = true;
  ASSERT_TRUE(one_.Register(kShard, life_, {lingering, bob_lingers}).ok());
  ASSERT_TRUE(one_.Register(kShard, second_, {Online(ann, 1)}).ok());
  Registration gone = Offline(ann, 5);
  gone.signed_off = true;
  ASSERT_TRUE(other_.Register(kShard, third_, {gone, Offline(bob, 5)}).ok());
  EXPECT_THAT(other_.EntriesOf(ann), ElementsAre(Pair(second_, Online(ann, 1)))) << "who is there stays";
  EXPECT_THAT(other_.EntriesOf(bob), ElementsAre(Pair(life_, bob_lingers))) << "was lost, and may come back";
}

TEST_P(InstanceBusTest, AllThatIsRegisteredOfAUserIsReadAsItWas) {
  Registration full{.user_id = NewUser(),
                    .version = 0xFEDCBA9876543210,
                    .online = true,
                    .lingering = true,
                    .proven = true,
                    .said = 0x8000000000000001,
                    .status = {PresenceState::kInMatch, std::string("t\0\r\n\xC3\xA4", 6), "session 1"}};
  Registration invisible = Online(NewUser(), 1);
  invisible.status.state = PresenceState::kOffline;
  Registration long_text = Online(NewUser(), 2);
  long_text.status = {PresenceState::kAway, std::string(256, 'x'), ""};
  ASSERT_TRUE(one_.Register(kShard, life_, {full, invisible, long_text}).ok());
  for (const Registration& each : {full, invisible, long_text}) {
    EXPECT_THAT(other_.EntriesOf(each.user_id), ElementsAre(Pair(life_, each)));
  }
}

TEST_P(InstanceBusTest, UsersAreReadInTheOrderAskedForAndOfUnknownOnesNothing) {
  const std::string ann = NewUser();
  const std::string bob = NewUser();
  const std::string cid = NewUser();
  ASSERT_TRUE(one_.Register(kShard, life_, {Online(ann, 1), Online(cid, 3)}).ok());
  const auto read = other_.Read(kShard, {cid, bob, ann, cid});
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 4U);
  EXPECT_EQ(read->at(0).at(0).registration, Online(cid, 3));
  EXPECT_THAT(read->at(1), IsEmpty());
  EXPECT_EQ(read->at(2).at(0).registration, Online(ann, 1));
  EXPECT_EQ(read->at(3).at(0).registration, Online(cid, 3));
}

TEST_P(InstanceBusTest, ALargeStepIsDoneAsASmallOne) {
  std::vector<Registration> many;
  std::vector<std::string> users;
  for (std::uint64_t i = 0; i < 256; ++i) {
    users.push_back("many-" + std::to_string(i));  // Of which shard is all one to the bus.
    many.push_back(Online(users.back(), i + 1));
  }
  other_.FollowAndWait(kOtherShard);
  const std::vector<LifeId> replaced(16, NewLife());
  ASSERT_TRUE(one_.Register(kOtherShard, life_, many, replaced).ok());
  EXPECT_EQ(other_.Next("registered"), BusPeer::RegisteredLine(kOtherShard, life_, many));
  const auto read = other_.Read(kOtherShard, users);
  ASSERT_TRUE(read.ok()) << read.status();
  for (std::size_t i = 0; i < many.size(); ++i) EXPECT_EQ(read->at(i).at(0).registration, many[i]);
}

// Channels.

TEST_P(InstanceBusTest, WhoFollowsAShardHearsWhatIsRegisteredThereInOrderAndOfNoOther) {
  const std::string ann = NewUser();
  const std::string elsewhere = NewUser(kOtherShard);
  ASSERT_TRUE(one_.Register(kShard, life_, {Online(ann, 1)}).ok());
  other_.FollowAndWait(kShard);
  constexpr std::uint64_t kMessages = 100;
  for (std::uint64_t version = 2; version < kMessages; ++version) {
    one_->Register(kOtherShard, life_, {}, {Online(elsewhere, version)}, [](const Status&) {});
    one_->Register(kShard, life_, {}, {Online(ann, version)}, [](const Status&) {});
  }
  Registration gone = Offline(ann, kMessages);
  gone.signed_off = true;
  one_->Register(kShard, life_, {}, {gone}, [](const Status&) {});
  for (std::uint64_t version = 2; version < kMessages; ++version) {
    ASSERT_EQ(other_.Next("registered"), BusPeer::RegisteredLine(kShard, life_, {Online(ann, version)}));
  }
  EXPECT_EQ(other_.Next("registered"), BusPeer::RegisteredLine(kShard, life_, {gone}));
}

TEST_P(InstanceBusTest, WhatWasRegisteredBeforeItWasHeardCanBeRead) {
  const std::string ann = NewUser();
  for (std::uint64_t version = 1; version < 50; ++version) {
    one_->Register(kShard, life_, {}, {Online(ann, version)}, [](const Status&) {});
  }
  other_.FollowAndWait(kShard);
  const auto entries = other_.EntriesOf(ann);
  ASSERT_TRUE(one_.Register(kShard, life_, {Online(ann, 50)}).ok());
  // Between what is read and the last nothing is missing.
  for (std::uint64_t next = entries.empty() ? 1 : entries.at(life_).version + 1; next <= 50; ++next) {
    ASSERT_TRUE(other_.Hears(BusPeer::RegisteredLine(kShard, life_, {Online(ann, next)}))) << next;
  }
}

TEST_P(InstanceBusTest, WhoDoesNotFollowAnyMoreHearsNothing) {
  const std::string ann = NewUser();
  const std::string marker = NewUser(kOtherShard);
  other_.FollowAndWait(kShard);
  other_.FollowAndWait(kOtherShard);
  other_->Unfollow(kShard);
  ASSERT_TRUE(one_.Register(kShard, life_, {Online(ann, 1)}).ok());
  ASSERT_TRUE(one_.Register(kOtherShard, life_, {Online(marker, 2)}).ok());
  EXPECT_EQ(other_.Next("registered"), BusPeer::RegisteredLine(kOtherShard, life_, {Online(marker, 2)}));
  other_.FollowAndWait(kShard);
  ASSERT_TRUE(one_.Register(kShard, life_, {Online(ann, 3)}).ok());
  EXPECT_EQ(other_.Next("registered"), BusPeer::RegisteredLine(kShard, life_, {Online(ann, 3)}));
}

TEST_P(InstanceBusTest, FarewellsReachTheLifeTheyAreSentToAndOnlyThat) {
  TakeNameAndWait(one_, life_);
  TakeNameAndWait(other_, second_);
  other_->Send(life_, FarewellTo("ann", "bob", 7));
  other_->Send(second_, FarewellTo("ann", "cid", 8));
  EXPECT_EQ(one_.Next("farewell to ann"), "farewell to ann of bob@7");
  EXPECT_EQ(other_.Next("farewell to ann"), "farewell to ann of cid@8");

  TakeNameAndWait(one_, third_);
  other_->Send(life_, FarewellTo("ann", "bob", 9));
  other_->Send(third_, FarewellTo("ann", "cid", 10));
  EXPECT_EQ(one_.Next("farewell to ann"), "farewell to ann of cid@10") << "not of the name before";
}

INSTANTIATE_TEST_SUITE_P(Ways, InstanceBusTest, AllWays(), NameOfWay);

}  // namespace
}  // namespace oofgg::presence::testing
