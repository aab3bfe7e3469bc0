// What instances that share sessions promise while nothing goes wrong.

#include "game/event_relay.h"

#include <map>
#include <thread>
#include <vector>

#include "tests/conformance/event_relay/relay_instance.h"
#include "tests/support/eventually.h"

namespace oofgg::game::testing {
namespace {

using oofgg::testing::Eventually;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

/// One setting of each way for all tests, as they take long to start: each test has sessions of its own.
class EventRelayTest : public ::testing::TestWithParam<Way> {
 protected:
  static void TearDownTestSuite() { Settings().clear(); }
  static Setting& Shared() {
    auto& setting = Settings()[GetParam().name];
    if (setting == nullptr) setting = GetParam().make();
    return *setting;
  }

  Instance one_{Shared()};
  Instance other_{Shared()};
  const std::string session_ = NewSession();

 private:
  static std::map<std::string, std::unique_ptr<Setting>>& Settings() {
    static std::map<std::string, std::unique_ptr<Setting>> settings;
    return settings;
  }
};

TEST_P(EventRelayTest, AnEventReachesAllInstancesTheSendersTooWithOneNumber) {
  Stream ann(one_, session_, kFromOldest);
  Stream bob(other_, session_, kFromOldest, "bob");
  GameEvent event;
  event.name = "move";
  event.timestamp_ms = 1'700'000'000'123;
  event.game_id = "arena";
  event.player_id = "ann";
  event.team_id = "red";
  event.type = EventType::kAction;
  event.data = std::string("\0\r\n\xFF", 4);
  event.to_player_ids = {"bob", "cid"};
  event.attributes = {{"b", true}, {"f", 0.5F}, {"i", std::int32_t{-7}}, {"t", std::string("text")}};
  RelayEntry entry{.event = event};
  one_.hub().Publish(session_, entry);
  std::uint64_t number = 0;
  for (Stream* stream : {&ann, &bob}) {
    const auto next = stream->Next();
    ASSERT_TRUE(next.ok()) << next.status();
    const GameEvent& got = **next;
    EXPECT_EQ(got.name, "move");
    EXPECT_EQ(got.timestamp_ms, event.timestamp_ms);
    EXPECT_EQ(got.game_id, "arena");
    EXPECT_EQ(got.player_id, "ann");
    EXPECT_EQ(got.team_id, "red");
    EXPECT_EQ(got.type, EventType::kAction);
    EXPECT_EQ(got.data, event.data);
    EXPECT_EQ(got.to_player_ids, event.to_player_ids);
    EXPECT_EQ(got.attributes, event.attributes);
    EXPECT_EQ(got.session_id, session_);
    if (stream == &ann) number = got.sequence;
    EXPECT_EQ(got.sequence, number);
    // The first of a run: either instance may have been first to begin one.
    EXPECT_THAT(got.sequence, ::testing::AnyOf(BaseOfRun(0) + 1, BaseOfRun(1) + 1));
    EXPECT_EQ(got.id, session_ + "/" + std::to_string(number));
  }
}

TEST_P(EventRelayTest, AllInstancesSeeOneOrderAndEachSendersEventsInItsOwn) {
  constexpr int kEach = 200;
  Stream ann(one_, session_, kFromOldest);
  Stream bob(other_, session_, kFromOldest, "bob");
  std::vector<std::thread> senders;
  for (Stream* stream : {&ann, &bob}) {
    senders.emplace_back([stream, &ann] {
      for (int i = 0; i < kEach; ++i) {
        ASSERT_TRUE(stream->Send((stream == &ann ? "a" : "b") + std::to_string(i)).ok());
      }
    });
  }
  for (std::thread& each : senders) each.join();
  int next_of_a = 0;
  int next_of_b = 0;
  for (int i = 0; i < 2 * kEach; ++i) {
    const std::uint64_t before = ann.last();
    const std::string name = ann.NextName();
    ASSERT_EQ(name, bob.NextName());
    ASSERT_TRUE(i == 0 || ann.last() == before + 1);
    ASSERT_EQ(bob.last(), ann.last());
    int& next = name.front() == 'a' ? next_of_a : next_of_b;
    ASSERT_EQ(name.substr(1), std::to_string(next++));
  }
}

TEST_P(EventRelayTest, WhoComesToAnotherInstanceMissesNothingAndHearsNothingTwice) {
  Stream ann(one_, session_, kFromOldest);
  for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(ann.Send(name).ok());
  EXPECT_EQ(ann.ReadUntil("b"), "a b ");
  const std::uint64_t seen = ann.last();
  ann.Close();
  // An instance that has never heard of the session, and one that hears of it.
  for (int round = 0; round < 2; ++round) {
    Stream again(other_, session_, After(seen));
    EXPECT_EQ(again.ReadUntil("c"), "c ");
  }
  Stream again(other_, session_, After(seen));
  one_.Say(session_, "d");
  EXPECT_EQ(again.ReadUntil("d"), "c d ");
}

TEST_P(EventRelayTest, AStreamOfNowBeginsWithTheNextEvent) {
  one_.Say(session_, "old");
  Stream first(other_, session_, kFromOldest);
  EXPECT_EQ(first.NextName(), "old");
  Stream ann(other_, session_);
  one_.Say(session_, "new");
  EXPECT_EQ(ann.NextName(), "new");
}

TEST_P(EventRelayTest, KicksAndTheEndReachStreamsEverywhereInOrder) {
  Stream ann(one_, session_, kFromOldest, "ann");
  Stream bob(other_, session_, kFromOldest, "bob");
  one_.Say(session_, "first");
  EXPECT_EQ(bob.NextName(), "first");
  const std::uint64_t number_of_first = bob.last();
  one_.Say(session_, "left", Effect::kKick, "bob");
  EXPECT_EQ(bob.NextName(), "!OUT");
  EXPECT_EQ(ann.ReadUntil("left"), "first left ");
  other_.Say(session_, "over", Effect::kEnd);
  EXPECT_EQ(ann.ReadUntil("never"), "over !OVER ");
  Stream late(other_, session_, After(number_of_first), "ann");
  EXPECT_EQ(late.ReadUntil("never"), "left over !OVER ");
}

TEST_P(EventRelayTest, WhoWasLetInAgainIsNotKickedByWhatWasBefore) {
  constexpr std::int64_t kJoinedAt = 6;
  Stream ann(other_, session_, kFromOldest, "ann");
  ann.Confirm(kJoinedAt);
  one_.Say(session_, "left", Effect::kKick, "ann", kJoinedAt - 1);
  one_.Say(session_, "joined");
  EXPECT_EQ(ann.ReadUntil("joined"), "left joined ");
  Stream kept(other_, session_, kFromOldest, "ann");
  kept.Confirm(kJoinedAt);
  EXPECT_EQ(kept.ReadUntil("joined"), "left joined ");
  one_.Say(session_, "left", Effect::kKick, "ann", kJoinedAt + 1);
  EXPECT_EQ(ann.NextName(), "!OUT");
  EXPECT_EQ(kept.NextName(), "!OUT");
}

TEST_P(EventRelayTest, RowsThatChangedAreToldToOthers) {
  one_.relay().TellRowChanged(session_);
  const auto is_it = [this](const std::string& row) { return row == session_ || row.empty(); };
  EXPECT_TRUE(other_.rows().Next(is_it).has_value());
}

TEST_P(EventRelayTest, ASessionThatIsGoneHasNoStream) {
  Shared().runs.Forget(session_);
  Stream ann(one_, session_);
  EXPECT_FALSE(ann.Next().ok());
}

TEST_P(EventRelayTest, AChannelThatNobodyReadIsDroppedAndOpenedAgainWithAllOfIt) {
  std::uint64_t number = 0;
  {
    Stream ann(one_, session_, kFromOldest);
    ASSERT_TRUE(ann.Send("a").ok());
    EXPECT_EQ(ann.NextName(), "a");
    number = ann.last();
  }
  int others = 0;  // Opening many makes the hub look for what it can drop.
  ASSERT_TRUE(oofgg::testing::Eventually([&] {
    static_cast<void>(one_.Channel(session_ + "-" + std::to_string(++others)));
    return one_.hub().Find(session_) == nullptr;
  }));
  other_.Say(session_, "b");
  Stream ann(one_, session_, After(number));
  EXPECT_EQ(ann.NextName(), "b");
  EXPECT_EQ(ann.last(), number + 1);
}

TEST_P(EventRelayTest, WhatIsTooOldIsSaidToBeGoneToWhoComesAndWhoWasThereMissesNothing) {
  const EventWindow brief{.age = 2s};
  Instance one(Shared(), brief);
  Stream ann(one, session_, kFromOldest);
  for (const char* name : {"a", "b", "c"}) {
    one.Say(session_, name);
    EXPECT_EQ(ann.NextName(), name);
  }
  const std::uint64_t number_of_c = ann.last();
  Instance fresh(Shared(), brief);
  for (Instance* at : {&fresh, &one}) {
    std::string gone;
    ASSERT_TRUE(Eventually([&] {
      Stream bob(*at, session_, After(number_of_c - 1), "bob");
      const bool is_gone = bob.NextName() == "!EVENTS_GONE";
      gone = bob.end();
      return is_gone;
    }));
    const std::string number = std::to_string(number_of_c);
    EXPECT_THAT(gone, HasSubstr("events " + number + " to " + number + " "));
    Stream bob(*at, session_, After(number_of_c - 3), "bob");
    EXPECT_EQ(bob.NextName(), "!EVENTS_GONE");
    EXPECT_THAT(bob.end(), HasSubstr("events " + std::to_string(number_of_c - 2) + " to " + number + " "));
  }
  Stream has_all(fresh, session_, After(number_of_c), "cid");
  one.Say(session_, "d");
  EXPECT_EQ(ann.NextName(), "d") << ann.end();
  EXPECT_EQ(has_all.NextName(), "d") << has_all.end();
}

TEST_P(EventRelayTest, WhatAnInstanceSaidLastIsToldBeforeItsEnd) {
  Stream bob(other_, session_, kFromOldest, "bob");
  if (auto* const redis = dynamic_cast<RedisSetting*>(&Shared())) redis->options.last_patience = kPatience;
  {
    Instance leaving(Shared());
    leaving.Say(session_, "first");
    EXPECT_EQ(bob.NextName(), "first");
    for (int i = 0; i < 200; ++i) leaving.Say(session_, std::to_string(i));
  }
  for (int i = 0; i < 200; ++i) ASSERT_EQ(bob.NextName(), std::to_string(i)) << bob.end();
}

// Instances come and go while others speak.
TEST_P(EventRelayTest, PlayersWhoWanderSeeEveryEventOnce) {
  constexpr int kEvents = 1'000;
  constexpr int kPlayers = 3;
  std::thread speaker([this] {
    for (int i = 1; i <= kEvents; ++i) {
      one_.Say(session_, std::to_string(i));
      if (i % 50 == 0) std::this_thread::yield();
    }
  });
  std::vector<std::thread> players;
  for (int p = 0; p < kPlayers; ++p) {
    players.emplace_back([this, p] {
      std::uint64_t seen = 0;
      int event = 0;
      for (int hop = 0; event < kEvents; ++hop) {
        Instance fresh(Shared());
        Instance& at = hop % 3 == 0 ? one_ : hop % 3 == 1 ? other_ : fresh;
        Stream stream(at, session_, seen == 0 ? kFromOldest : After(seen), "p" + std::to_string(p));
        for (int i = 0; i < 97 && event < kEvents; ++i) {
          ASSERT_EQ(stream.NextName(), std::to_string(++event)) << stream.end();
          seen = stream.last();
        }
      }
    });
  }
  speaker.join();
  for (std::thread& each : players) each.join();
}

INSTANTIATE_TEST_SUITE_P(Ways, EventRelayTest,
                         ::testing::Values(Way{"Memory", [] { return std::make_unique<MemorySetting>(); }},
                                           Way{"OneServer", OnRedis<storage::testing::OneServer>},
                                           Way{"Cluster", OnRedis<storage::testing::Cluster>}),
                         NameOfWay);

}  // namespace
}  // namespace oofgg::game::testing
