// What instances that share sessions promise while nothing goes wrong.

#include "game/event_relay.h"

#include <map>
#include <set>
#include <thread>
#include <vector>

#include "tests/conformance/event_relay/relay_instance.h"

namespace oofgg::game::testing {
namespace {

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
    EXPECT_EQ(got.sequence, 1U);
    EXPECT_EQ(got.id, session_ + "/1");
  }
}

TEST_P(EventRelayTest, AllInstancesSeeOneOrderAndEachSendersEventsInItsOwn) {
  constexpr int kEach = 300;
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
  for (std::uint64_t number = 1; number <= 2 * kEach; ++number) {
    const std::string name = ann.NextName();
    ASSERT_EQ(name, bob.NextName());
    ASSERT_EQ(ann.last(), number);
    ASSERT_EQ(bob.last(), number);
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

TEST_P(EventRelayTest, WhatTheWindowHasLostIsSaidAtAnotherInstanceToo) {
  const EventWindow small{.events = 8};
  MemorySetting* const memory = dynamic_cast<MemorySetting*>(&Shared());
  if (memory != nullptr) GTEST_SKIP() << "its logs keep as much as the first instance says";
  Instance sender(Shared(), small);
  Stream ann(sender, session_, kFromOldest);
  for (int i = 1; i <= 20; ++i) {
    ASSERT_TRUE(ann.Send("e" + std::to_string(i)).ok());
    ASSERT_EQ(ann.NextName(), "e" + std::to_string(i));
  }
  Instance fresh(Shared(), small);
  Stream gone(fresh, session_, After(5));
  EXPECT_EQ(gone.NextName(), "!EVENTS_GONE");
  EXPECT_THAT(gone.end(), ::testing::HasSubstr("events 6 to 12 "));
  Stream kept(fresh, session_, After(12), "bob");
  EXPECT_EQ(kept.NextName(), "e13");
}

TEST_P(EventRelayTest, KicksAndTheEndReachStreamsEverywhereInOrder) {
  Stream ann(one_, session_, kFromOldest, "ann");
  Stream bob(other_, session_, kFromOldest, "bob");
  one_.Say(session_, "first");
  EXPECT_EQ(bob.NextName(), "first");
  one_.Say(session_, "left", Effect::kKick, "bob");
  EXPECT_EQ(bob.NextName(), "!OUT");
  EXPECT_EQ(ann.ReadUntil("left"), "first left ");
  other_.Say(session_, "over", Effect::kEnd);
  EXPECT_EQ(ann.ReadUntil("never"), "over !OVER ");
  Stream late(other_, session_, After(1), "ann");
  EXPECT_EQ(late.ReadUntil("never"), "left over !OVER ");
}

TEST_P(EventRelayTest, WhoWasLetInAgainIsNotKickedByWhatWasBefore) {
  one_.Say(session_, "left", Effect::kKick, "ann");
  one_.Say(session_, "joined", Effect::kAdmit, "ann");
  Stream ann(other_, session_, kFromOldest, "ann");
  EXPECT_EQ(ann.ReadUntil("joined"), "left joined ");
  one_.Say(session_, "left", Effect::kKick, "ann");
  EXPECT_EQ(ann.NextName(), "!OUT");
}

TEST_P(EventRelayTest, RowsThatChangedAreToldToOthers) {
  one_.relay().TellRowChanged(session_);
  const auto is_it = [this](const std::string& row) { return row == session_ || row.empty(); };
  EXPECT_TRUE(other_.rows().Next(is_it).has_value());
}

TEST_P(EventRelayTest, ASessionThatIsGoneHasNoStream) {
  Shared().runs.Forget(session_);
  if (dynamic_cast<MemorySetting*>(&Shared()) != nullptr) GTEST_SKIP() << "it says so at once";
  Stream ann(one_, session_);
  EXPECT_FALSE(ann.Next().ok());
}

TEST_P(EventRelayTest, AChannelThatNobodyReadIsDroppedAndOpenedAgainWithAllOfIt) {
  {
    Stream ann(one_, session_, kFromOldest);
    ASSERT_TRUE(ann.Send("a").ok());
    EXPECT_EQ(ann.NextName(), "a");
  }
  for (int i = 0; i < 150; ++i) static_cast<void>(one_.Channel(session_ + "-" + std::to_string(i)));
  EXPECT_EQ(one_.hub().Find(session_), nullptr);
  other_.Say(session_, "b");
  Stream ann(one_, session_, After(1));
  EXPECT_EQ(ann.NextName(), "b");
  EXPECT_EQ(ann.last(), 2U);
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
      for (int hop = 0; seen < kEvents; ++hop) {
        Instance fresh(Shared());
        Instance& at = hop % 3 == 0 ? one_ : hop % 3 == 1 ? other_ : fresh;
        Stream stream(at, session_, seen == 0 ? kFromOldest : After(seen), "p" + std::to_string(p));
        for (int i = 0; i < 97 && seen < kEvents; ++i) {
          ASSERT_EQ(stream.NextName(), std::to_string(seen + 1)) << stream.end();
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
