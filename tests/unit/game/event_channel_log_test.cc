// EventChannel, as it follows a log that several instances share.
#include <utility>
#include <vector>

#include "game/event_hub.h"
#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kRun = std::uint64_t{1} << 32;

/// A relay whose log is the test.
class ScriptedRelay final : public EventRelay {
 public:
  struct Sent {
    RelayEntry entry;
    OnFailed on_failed;
  };

  void Attach(std::weak_ptr<Home> /*home*/) override {}
  std::unique_ptr<Following> Follow(const std::string& /*session_id*/,
                                    std::weak_ptr<Follower> follower) override {
    follower_ = std::move(follower);
    return std::make_unique<Following>();
  }
  Status Append(const std::string& /*session_id*/, RelayEntry entry, OnFailed on_failed) override {
    if (!refusal.ok()) return refusal;
    sent.push_back({std::move(entry), std::move(on_failed)});
    return {};
  }
  void TellRowChanged(std::string_view /*session_id*/) override {}

  std::shared_ptr<Follower> follower() { return follower_.lock(); }

  std::vector<Sent> sent;
  Status refusal;

 private:
  std::weak_ptr<Follower> follower_;
};

RelayEntry Numbered(std::uint64_t number, const std::string& name = "e") {
  RelayEntry entry;
  entry.event.name = name;
  entry.event.sequence = number;
  return entry;
}

GameEvent Saying(const std::string& name) {
  GameEvent event;
  event.name = name;
  return event;
}

RelayEntry Lost(std::uint64_t number, std::uint64_t first, std::uint64_t last) {
  RelayEntry entry = Numbered(number);
  entry.effect = RelayEntry::Effect::kLost;
  entry.lost_first = first;
  entry.lost_last = last;
  return entry;
}

class EventChannelLogTest : public ::testing::Test {
 protected:
  std::unique_ptr<EventCursor> Read(
      EventStart start = {}, const std::string& player = "ann", std::function<void()> wake = [] {}) {
    auto cursor = channel_->Subscribe(player, start, std::move(wake));
    EXPECT_TRUE(cursor.ok()) << cursor.status();
    return cursor.ok() ? *std::move(cursor) : nullptr;
  }
  static EventStart After(std::uint64_t number) { return {.at = EventStart::At::kAfter, .after = number}; }
  /// Numbers in the run, with `'` for each run before it, or the error it ends with.
  std::string Drain(EventCursor& cursor) {
    std::string text;
    for (;;) {
      const auto next = cursor.Next();
      if (!next.ok()) {
        end_ = std::string(next.status().message());
        const std::string reason = ReasonOf(next.status());
        return text + "!" + (reason.empty() ? absl::StatusCodeToString(next.status().code()) : reason);
      }
      if (*next == nullptr) return text;
      const std::uint64_t number = (*next)->sequence;
      text += std::to_string(number % kRun) + std::string(number / kRun, '\'') + " ";
    }
  }
  EventRelay::Follower& log() { return *channel_; }
  /// The log has kept these numbers of run 0.
  void OpenWith(std::uint64_t first, std::uint64_t last) {
    std::vector<RelayEntry> kept;
    for (std::uint64_t number = first; number <= last; ++number) kept.push_back(Numbered(number));
    log().OnOpened(first - 1, std::move(kept));
  }

  testing::FakeClock clock_;
  ScriptedRelay relay_;
  std::shared_ptr<EventChannel> channel_ =
      EventChannel::MakeShared("s", relay_, clock_, {.events = 6, .streams_per_player = 9});
  std::string end_;
};

TEST_F(EventChannelLogTest, WhoComesBeforeTheLogIsReadWaitsForItAndIsWoken) {
  int wakes = 0;
  const auto oldest = Read({.at = EventStart::At::kOldest}, "ann", [&] { ++wakes; });
  const auto resumed = Read(After(4));
  const auto now = Read();
  const auto gone = Read(After(1));
  EXPECT_EQ(Drain(*oldest), "");
  EXPECT_EQ(wakes, 0);
  OpenWith(3, 5);
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(Drain(*oldest), "3 4 5 ");
  EXPECT_EQ(Drain(*resumed), "5 ");
  EXPECT_EQ(Drain(*now), "");
  EXPECT_EQ(Drain(*gone), "!EVENTS_GONE");
  EXPECT_THAT(end_, HasSubstr("events 2 to 2 "));
  log().OnEntries({Numbered(6)});
  EXPECT_EQ(wakes, 2);
  EXPECT_EQ(Drain(*oldest) + Drain(*now), "6 6 ");
}

TEST_F(EventChannelLogTest, WhatAReaderSaysBeforeTheLogIsReadIsBehindItsPlace) {
  int wakes = 0;
  const auto cursor = Read({}, "ann", [&] { ++wakes; });
  ASSERT_TRUE(cursor->Publish(Saying("first")).ok());
  ASSERT_TRUE(cursor->Publish(Saying("second")).ok());
  EXPECT_TRUE(relay_.sent.empty()) << "or it might be in what is read, before the place";
  OpenWith(1, 1);
  EXPECT_EQ(wakes, 1);
  ASSERT_TRUE(cursor->Publish(Saying("third")).ok());
  EXPECT_EQ(Drain(*cursor), "");
  std::string sent;
  for (const auto& each : relay_.sent) sent += each.entry.event.name + " ";
  EXPECT_EQ(sent, "first second third ");
}

TEST_F(EventChannelLogTest, WhatAReaderSaidBeforeTheLogWasReadIsSentWhenItLooks) {
  const auto cursor = Read();
  ASSERT_TRUE(cursor->Publish(Saying("first")).ok());
  OpenWith(1, 1);
  EXPECT_EQ(Drain(*cursor), "");
  ASSERT_EQ(relay_.sent.size(), 1U);
  EXPECT_EQ(Drain(*cursor), "");
  EXPECT_EQ(relay_.sent.size(), 1U);
}

TEST_F(EventChannelLogTest, NotWithoutEndIsKeptUntilTheLogIsRead) {
  const auto cursor = Read();
  Status status;
  for (int i = 0; i < 1'000 && status.ok(); ++i) status = cursor->Publish(Saying("e"));
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
}

TEST_F(EventChannelLogTest, ALogThatCannotBeReadEndsStreamsUntilItCan) {
  const auto waiting = Read();
  log().OnUnavailable(MakeStatus(StatusCode::kUnavailable, "no link"));
  EXPECT_EQ(Drain(*waiting), "!UNAVAILABLE");
  EXPECT_THAT(channel_->Subscribe("bob", {}, [] {}).status(), HasCode(StatusCode::kUnavailable));
  OpenWith(1, 2);
  const auto after = Read(After(1));
  log().OnUnavailable(MakeStatus(StatusCode::kUnavailable, "no link"));
  EXPECT_EQ(Drain(*after), "2 ") << "what was read stays";
}

TEST_F(EventChannelLogTest, WhoHasSeenMoreElsewhereIsNotToldItAgain) {
  OpenWith(1, 3);
  const auto ahead = Read(After(5));
  log().OnEntries({Numbered(4), Numbered(5)});
  EXPECT_EQ(Drain(*ahead), "");
  log().OnEntries({Numbered(6)});
  EXPECT_EQ(Drain(*ahead), "6 ");
  const auto next_run = Read(After(kRun + 2));
  log().OnEntries({Numbered(kRun + 1), Numbered(kRun + 2), Numbered(kRun + 3)});
  EXPECT_EQ(Drain(*next_run), "3' ");
  EXPECT_EQ(FieldOf(channel_->Subscribe("ann", After(kRun * 1'000), [] {}).status()), "sequence");
}

TEST_F(EventChannelLogTest, WhatIsReadIsAsOldAsTheLogSays) {
  std::vector<RelayEntry> kept = {Numbered(3), Numbered(4)};
  kept[0].age = std::chrono::minutes(9);
  kept[1].age = std::chrono::minutes(2);
  log().OnOpened(2, std::move(kept));
  EXPECT_EQ(Drain(*Read(After(2))), "3 4 ");
  clock_.Advance(std::chrono::minutes(2));
  EXPECT_EQ(Drain(*Read(After(3))), "4 ");
  EXPECT_THAT(std::string(channel_->Subscribe("ann", After(2), [] {}).status().message()),
              HasSubstr("events 3 to 3 "));
}

TEST_F(EventChannelLogTest, WhereRunsMeetNothingIsLost) {
  OpenWith(1, 3);
  const auto reader = Read(After(1));
  log().OnEntries({Numbered(kRun + 1), Numbered(kRun + 2)});
  EXPECT_EQ(Drain(*reader), "2 3 1' 2' ");
  EXPECT_EQ(Drain(*Read(After(2))), "3 1' 2' ");
  EXPECT_EQ(Drain(*Read(After(3))), "1' 2' ");
  EXPECT_EQ(Drain(*Read(After(5))), "1' 2' ") << "they have seen what the log lost";
  EXPECT_EQ(Drain(*Read(After(kRun + 1))), "2' ");
  for (std::uint64_t number = 3; number <= 7; ++number) log().OnEntries({Numbered(kRun + number)});
  EXPECT_EQ(Drain(*reader), "3' 4' 5' 6' 7' ");
  EXPECT_EQ(Drain(*Read(After(kRun + 1))), "2' 3' 4' 5' 6' 7' ");
  const auto gone = channel_->Subscribe("ann", After(2), [] {});
  EXPECT_THAT(std::string(gone.status().message()), HasSubstr("events 3 to " + std::to_string(kRun + 1)));
}

TEST_F(EventChannelLogTest, WhatIsLostIsToldToWhomItConcerns) {
  OpenWith(1, 3);
  const auto up_to_date = Read(After(3));
  const auto behind = Read(After(1));
  log().OnLost(4, kRun);
  EXPECT_EQ(Drain(*up_to_date), "!EVENTS_GONE");
  EXPECT_THAT(end_, HasSubstr("events 4 to " + std::to_string(kRun) + " "));
  EXPECT_EQ(Drain(*behind), "!EVENTS_GONE");
  EXPECT_THAT(end_, HasSubstr("events 2 to " + std::to_string(kRun) + " "));
  const auto fresh = Read();
  log().OnEntries({Numbered(kRun + 1)});
  EXPECT_EQ(Drain(*fresh), "1' ");
  EXPECT_THAT(channel_->Subscribe("ann", After(3), [] {}).status(), HasCode(StatusCode::kOutOfRange));
}

TEST_F(EventChannelLogTest, WhatOthersSayIsLostConcernsWhoHasNotHeardIt) {
  OpenWith(1, 3);
  const auto reader = Read(After(3));
  log().OnEntries({Numbered(kRun + 1)});
  const auto later = Read(After(kRun + 1));
  EXPECT_EQ(Drain(*reader), "1' ");
  log().OnEntries({Lost(kRun + 2, 4, 5), Numbered(kRun + 3)});
  EXPECT_EQ(Drain(*reader), "!EVENTS_GONE");
  EXPECT_THAT(end_, HasSubstr("events 4 to 5 "));
  EXPECT_EQ(Drain(*later), "3' ");
  EXPECT_EQ(Drain(*Read(After(5))), "1' 3' ") << "they have seen it elsewhere";
  EXPECT_THAT(channel_->Subscribe("ann", After(4), [] {}).status(), HasCode(StatusCode::kOutOfRange));
}

TEST_F(EventChannelLogTest, WhatOthersSayIsLostConcernsNobodyWhereItWasHeard) {
  OpenWith(1, 5);
  const auto reader = Read(After(3));
  log().OnEntries({Lost(kRun + 1, 4, 5), Numbered(kRun + 2)});
  EXPECT_EQ(Drain(*reader), "4 5 2' ");
  EXPECT_EQ(Drain(*Read(After(3))), "4 5 2' ");
}

TEST_F(EventChannelLogTest, WhatCouldNotBeToldIsALossToAll) {
  OpenWith(1, 3);
  const auto reader = Read(After(3));
  log().OnEntries({Lost(4, 0, 0), Numbered(5)});
  EXPECT_EQ(Drain(*reader), "!EVENTS_GONE");
  EXPECT_THAT(end_, HasSubstr("events 4 to 4 "));
  EXPECT_EQ(Drain(*Read(After(4))), "5 ");
  EXPECT_THAT(channel_->Subscribe("ann", After(3), [] {}).status(), HasCode(StatusCode::kOutOfRange));
}

TEST_F(EventChannelLogTest, AnEventIsHeardWhenTheLogHasIt) {
  OpenWith(1, 1);
  const auto ann = Read(After(1));
  ASSERT_TRUE(ann->Publish({.name = "move"}).ok());
  EXPECT_EQ(Drain(*ann), "");
  ASSERT_EQ(relay_.sent.size(), 1U);
  EXPECT_EQ(relay_.sent.front().entry.event.name, "move");
  log().OnEntries({Numbered(2)});
  EXPECT_EQ(Drain(*ann), "2 ");
}

TEST_F(EventChannelLogTest, AnEventThatIsNotToldEndsItsSendersStream) {
  OpenWith(1, 1);
  int wakes = 0;
  const auto ann = Read(After(1), "ann", [&] { ++wakes; });
  const auto other = Read(After(1));
  ASSERT_TRUE(ann->Publish({.name = "move"}).ok());
  relay_.sent.front().on_failed(MakeStatus(StatusCode::kUnavailable, "not told"));
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(Drain(*ann), "!UNAVAILABLE");
  EXPECT_EQ(Drain(*other), "");
  relay_.refusal = MakeStatus(StatusCode::kUnavailable, "full");
  EXPECT_THAT(other->Publish({.name = "move"}), HasCode(StatusCode::kUnavailable));
}

TEST_F(EventChannelLogTest, AFailureThatComesTooLateConcernsNobody) {
  OpenWith(1, 1);
  auto ann = Read(After(1));
  ASSERT_TRUE(ann->Publish({.name = "move"}).ok());
  ann.reset();
  channel_.reset();
  relay_.sent.front().on_failed(MakeStatus(StatusCode::kUnavailable, "not told"));
  EXPECT_EQ(relay_.follower(), nullptr);
}

}  // namespace
}  // namespace oofgg::game
