#include "game/event_hub.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

using std::chrono::minutes;

GameEvent Named(std::string name) {
  GameEvent event;
  event.name = std::move(name);
  return event;
}

class EventHubTest : public ::testing::Test {
 protected:
  std::shared_ptr<EventChannel> Open(const std::string& session, std::uint64_t run = 0) {
    return hub_.Open(session, [run]() -> StatusOr<std::uint64_t> { return run; }).value();
  }

  std::unique_ptr<EventCursor> Read(
      EventChannel& channel, EventStart start = {}, const std::string& player = "ann",
      std::function<void()> wake = [] {}) {
    auto cursor = channel.Subscribe(player, start, std::move(wake));
    EXPECT_TRUE(cursor.ok()) << cursor.status();
    return cursor.ok() ? *std::move(cursor) : nullptr;
  }

  /// Names and numbers of all that the cursor has to say, or the error it ends with.
  static std::string Drain(EventCursor& cursor) {
    std::string text;
    for (;;) {
      const auto next = cursor.Next();
      if (!next.ok()) return text + "!" + ReasonOf(next.status());
      if (*next == nullptr) return text;
      text += (*next)->name + std::to_string((*next)->sequence) + " ";
    }
  }

  testing::FakeClock clock_;
  EventHub hub_{clock_,
                {.window = {.events = 4, .bytes = 100'000, .streams_per_player = 2}, .keep = minutes(5)}};
};

TEST_F(EventHubTest, NumbersEventsFromTwoAndShowsThemToAllReadersInOneOrder) {
  const auto channel = Open("s");
  const auto ann = Read(*channel);
  const auto bob = Read(*channel, {}, "bob");
  EXPECT_EQ(channel->Publish(Named("a")), 2u);
  EXPECT_EQ(channel->Publish(Named("b")), 3u);
  EXPECT_EQ(Drain(*ann), "a2 b3 ");
  EXPECT_EQ(Drain(*bob), "a2 b3 ");
  EXPECT_EQ(Drain(*bob), "");
}

TEST_F(EventHubTest, NamesEventsUniquely) {
  const auto channel = Open("s", 1);
  const auto ann = Read(*channel);
  channel->Publish(Named("a"));
  const auto event = *ann->Next();
  EXPECT_EQ(event->id, "s/4294967297");
  EXPECT_EQ(event->session_id, "s");
}

TEST_F(EventHubTest, BeginsWhereAskedTo) {
  const auto channel = Open("s");
  for (const char* name : {"a", "b", "c"}) channel->Publish(Named(name));
  EXPECT_EQ(Drain(*Read(*channel)), "");
  EXPECT_EQ(Drain(*Read(*channel, {.at = EventStart::At::kOldest})), "a2 b3 c4 ");
  EXPECT_EQ(Drain(*Read(*channel, {.at = EventStart::At::kAfter, .after = 2})), "b3 c4 ");
  EXPECT_EQ(Drain(*Read(*channel, {.at = EventStart::At::kAfter, .after = 4})), "");
  EXPECT_EQ(Drain(*Read(*channel, {.at = EventStart::At::kAfter, .after = 1})), "a2 b3 c4 ");
}

TEST_F(EventHubTest, ResumesThroughoutTheWindowAndSaysWhatIsGoneBeyond) {
  const auto channel = Open("s");
  for (int i = 0; i < 7; ++i) channel->Publish(Named("e"));  // 5 to 8 are kept.
  EXPECT_EQ(Drain(*Read(*channel, {.at = EventStart::At::kAfter, .after = 4})), "e5 e6 e7 e8 ");
  const auto gone = channel->Subscribe("ann", {.at = EventStart::At::kAfter, .after = 2}, [] {});
  EXPECT_THAT(gone.status(), HasCode(StatusCode::kOutOfRange));
  EXPECT_EQ(ReasonOf(gone.status()), "EVENTS_GONE");
  EXPECT_THAT(std::string(gone.status().message()), ::testing::HasSubstr("events 3 to 4 "));
  const auto ahead = channel->Subscribe("ann", {.at = EventStart::At::kAfter, .after = 9}, [] {});
  EXPECT_EQ(FieldOf(ahead.status()), "sequence");
}

TEST_F(EventHubTest, AResumePointOfAnEarlierRunIsGoneNotMistaken) {
  const auto channel = Open("s", 3);
  for (int i = 0; i < 3; ++i) channel->Publish(Named("e"));
  const auto resumed = channel->Subscribe("ann", {.at = EventStart::At::kAfter, .after = 3}, [] {});
  EXPECT_THAT(resumed.status(), HasCode(StatusCode::kOutOfRange));
}

TEST_F(EventHubTest, ASlowReaderIsDroppedWithAReasonAndNobodyElseNotices) {
  const auto channel = Open("s");
  const auto slow = Read(*channel, {}, "slow");
  const auto fast = Read(*channel, {}, "fast");
  std::string seen;
  for (int i = 0; i < 6; ++i) {
    channel->Publish(Named("e"));
    seen += Drain(*fast);
  }
  EXPECT_EQ(seen, "e2 e3 e4 e5 e6 e7 ");
  const auto dropped = slow->Next();
  EXPECT_THAT(dropped.status(), HasCode(StatusCode::kAborted));
  EXPECT_EQ(ReasonOf(dropped.status()), "SLOW_CONSUMER");
  EXPECT_THAT(std::string(dropped.status().message()), ::testing::HasSubstr("events 2 to 3 "));
  EXPECT_EQ(Drain(*slow), "!SLOW_CONSUMER");  // Final.
}

TEST_F(EventHubTest, TheWindowIsBoundedByBytesToo) {
  EventChannel channel("s", 0, clock_, {.events = 1000, .bytes = 10'000, .streams_per_player = 1});
  GameEvent big = Named("e");
  big.data = std::string(3'000, 'x');
  for (int i = 0; i < 10; ++i) channel.Publish(big);
  auto shared = std::make_shared<EventChannel>("s", 0, clock_, EventWindow{.events = 1000, .bytes = 10'000});
  for (int i = 0; i < 10; ++i) shared->Publish(big);
  const auto cursor = Read(*shared, {.at = EventStart::At::kOldest});
  EXPECT_EQ(Drain(*cursor), "e8 e9 e10 ");
  big.data = std::string(50'000, 'x');  // More than the window: still given to those who keep up.
  shared->Publish(big);
  EXPECT_EQ(Drain(*cursor), "e11 ");
}

TEST_F(EventHubTest, TheWindowIsBoundedByAgeForWhoComes) {
  const auto channel = Open("s");
  const auto there = Read(*channel);
  channel->Publish(Named("a"));
  EXPECT_EQ(Drain(*there), "a2 ");
  clock_.Advance(minutes(6));
  channel->Publish(Named("b"));
  EXPECT_EQ(Drain(*Read(*channel, {.at = EventStart::At::kAfter, .after = 1})), "a2 b3 ");
  clock_.Advance(minutes(5));
  EXPECT_EQ(Drain(*Read(*channel, {.at = EventStart::At::kOldest})), "b3 ");
  EXPECT_EQ(Drain(*Read(*channel, {.at = EventStart::At::kAfter, .after = 2})), "b3 ");
  const auto gone = channel->Subscribe("ann", {.at = EventStart::At::kAfter, .after = 1}, [] {});
  EXPECT_EQ(ReasonOf(gone.status()), "EVENTS_GONE");
  EXPECT_THAT(std::string(gone.status().message()), ::testing::HasSubstr("events 2 to 2 "));
  clock_.Advance(std::chrono::hours(24));
  const auto all_gone = channel->Subscribe("ann", {.at = EventStart::At::kAfter, .after = 1}, [] {});
  EXPECT_THAT(std::string(all_gone.status().message()), ::testing::HasSubstr("events 2 to 3 "));
  EXPECT_EQ(Drain(*there), "!SLOW_CONSUMER") << "had a day to read b";
  const auto again = Read(*channel, {.at = EventStart::At::kAfter, .after = 3});
  channel->Publish(Named("c"));
  EXPECT_EQ(Drain(*again), "c4 ");
}

TEST_F(EventHubTest, WhoReadsInTimeLosesNothingByAge) {
  const auto channel = Open("s");
  const auto reader = Read(*channel);
  std::string heard;
  for (int i = 0; i < 4; ++i) {
    channel->Publish(Named("e"));
    heard += Drain(*reader);
    clock_.Advance(std::chrono::hours(1));
    (void)Read(*channel, {}, "bob");
  }
  EXPECT_EQ(heard, "e2 e3 e4 e5 ");
}

TEST_F(EventHubTest, WakesOnceUntilThereIsNothingMore) {
  const auto channel = Open("s");
  int wakes = 0;
  const auto cursor = Read(*channel, {}, "ann", [&] { ++wakes; });
  EXPECT_EQ(wakes, 0);
  channel->Publish(Named("a"));
  channel->Publish(Named("b"));
  EXPECT_EQ(wakes, 1);
  (void)cursor->Next();
  channel->Publish(Named("c"));
  EXPECT_EQ(wakes, 1);  // The reader still has something to fetch.
  Drain(*cursor);
  channel->Publish(Named("d"));
  EXPECT_EQ(wakes, 2);
  int late_wakes = 0;
  const auto late = Read(*channel, {.at = EventStart::At::kOldest}, "bob", [&] { ++late_wakes; });
  EXPECT_EQ(late_wakes, 1);  // What is there already is announced.
}

TEST_F(EventHubTest, KicksAPlayersReadersOnly) {
  const auto channel = Open("s");
  int wakes = 0;
  const auto ann = Read(*channel, {}, "ann", [&] { ++wakes; });
  const auto bob = Read(*channel, {}, "bob");
  channel->Kick("ann", WithReason(MakeStatus(StatusCode::kFailedPrecondition, "left"), "LEFT"));
  EXPECT_EQ(wakes, 1);
  channel->Publish(Named("a"));
  EXPECT_EQ(Drain(*ann), "!LEFT");
  EXPECT_EQ(Drain(*bob), "a2 ");
}

TEST_F(EventHubTest, APlayerHasAFewStreamsAndAClosedOneMakesRoom) {
  const auto channel = Open("s");
  auto first = Read(*channel);
  const auto second = Read(*channel);
  EXPECT_THAT(channel->Subscribe("ann", {}, [] {}).status(), HasCode(StatusCode::kResourceExhausted));
  const auto other = Read(*channel, {}, "bob");
  EXPECT_EQ(channel->reader_count(), 3u);
  first.reset();
  EXPECT_NE(Read(*channel), nullptr);
}

TEST_F(EventHubTest, OpensAChannelOnceAndPassesOnWhyItCannot) {
  const auto channel = Open("s");
  EXPECT_EQ(Open("s", 9), channel);
  EXPECT_EQ(hub_.Find("s"), channel);
  EXPECT_EQ(hub_.Find("t"), nullptr);
  const auto failed = hub_.Open(
      "t", []() -> StatusOr<std::uint64_t> { return MakeStatus(StatusCode::kUnavailable, "disk"); });
  EXPECT_THAT(failed.status(), HasCode(StatusCode::kUnavailable));
  EXPECT_EQ(hub_.channel_count(), 1u);
}

TEST_F(EventHubTest, ForgetsChannelsThatNobodyUsedForLongAndKeepsTheRest) {
  const auto reading = Read(*Open("read"));
  Open("recent");
  for (int i = 0; i < 200; ++i) Open("old" + std::to_string(i));
  clock_.Advance(minutes(4));
  hub_.Find("recent")->Publish(Named("a"));
  clock_.Advance(minutes(2));
  for (int i = 0; i < 200; ++i) Open("new" + std::to_string(i));
  EXPECT_LE(hub_.channel_count(), 202u);
  EXPECT_NE(hub_.Find("read"), nullptr);
  EXPECT_NE(hub_.Find("recent"), nullptr);
  EXPECT_EQ(hub_.Find("old0"), nullptr);
}

TEST(EventChannelThreads, EveryReaderSeesEveryEventOnceInOrder) {
  constexpr int kWriters = 3;
  constexpr int kEach = 300;
  testing::FakeClock clock;
  auto channel = std::make_shared<EventChannel>("s", 0, clock, EventWindow{.events = kWriters * kEach});
  std::vector<std::thread> threads;
  for (int r = 0; r < 3; ++r) {
    threads.emplace_back([&, r] {
      std::atomic<int> wakes = 0;
      auto cursor = *channel->Subscribe("p" + std::to_string(r), {.at = EventStart::At::kOldest}, [&] {
        ++wakes;
        wakes.notify_one();
      });
      std::uint64_t seen = 0;
      while (seen < kWriters * kEach) {
        const int before = wakes;
        auto next = cursor->Next();
        ASSERT_TRUE(next.ok()) << next.status();
        if (*next == nullptr) {
          wakes.wait(before);  // Hangs, and the test with it, if a wake-up were lost.
          continue;
        }
        ASSERT_EQ((*next)->sequence, ++seen);
      }
      // The waker lives on this stack: nothing may call it from here on.
      cursor.reset();
    });
  }
  for (int w = 0; w < kWriters; ++w) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) channel->Publish(Named("e"));
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace oofgg::game
