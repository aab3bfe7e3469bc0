#include "storage/redis/game/events/event_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace oofgg::storage::event_codec {
namespace {

using Effect = game::RelayEntry::Effect;
using ::testing::ElementsAre;

game::RelayEntry FullEntry() {
  game::RelayEntry entry;
  entry.event.name = "move";
  entry.event.timestamp_ms = 1'700'000'000'123;
  entry.event.game_id = "arena";
  entry.event.player_id = "ann";
  entry.event.team_id = "red";
  entry.event.type = EventType::kCompletion;
  entry.event.data = std::string(300, '\0');
  entry.event.to_player_ids = {"bob", ""};
  entry.event.attributes = {{"b", true},
                            {"f", std::numeric_limits<float>::infinity()},
                            {"i", std::numeric_limits<std::int32_t>::min()},
                            {"t", std::string("x\0y", 3)}};
  return entry;
}

void ExpectSameEvent(const GameEvent& got, const GameEvent& event) {
  EXPECT_EQ(got.name, event.name);
  EXPECT_EQ(got.timestamp_ms, event.timestamp_ms);
  EXPECT_EQ(got.game_id, event.game_id);
  EXPECT_EQ(got.player_id, event.player_id);
  EXPECT_EQ(got.team_id, event.team_id);
  EXPECT_EQ(got.type, event.type);
  EXPECT_EQ(got.data, event.data);
  EXPECT_EQ(got.to_player_ids, event.to_player_ids);
  EXPECT_EQ(got.attributes, event.attributes);
}

TEST(EventCodecTest, AnEventIsReadAsItWas) {
  const game::RelayEntry entry = FullEntry();
  const auto read = Decode(Encode(entry));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->effect, Effect::kNone);
  ExpectSameEvent(read->event, entry.event);
}

TEST(EventCodecTest, WhatItDoesToStreamsIsReadAsItWas) {
  game::RelayEntry entry = FullEntry();
  entry.effect = Effect::kKick;
  entry.why = WithReason(MakeStatus(StatusCode::kFailedPrecondition, "you left"), "LEFT_SESSION");
  entry.row_version = std::numeric_limits<std::int64_t>::max();
  const auto kick = Decode(Encode(entry));
  ASSERT_TRUE(kick.has_value());
  EXPECT_EQ(kick->effect, Effect::kKick);
  EXPECT_EQ(kick->why, entry.why);
  EXPECT_EQ(kick->row_version, entry.row_version);
  ExpectSameEvent(kick->event, entry.event);
  entry.effect = Effect::kEnd;
  entry.why = MakeStatus(StatusCode::kUnavailable, "no reason");
  const auto end = Decode(Encode(entry));
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->why, entry.why);
  const auto lost =
      Decode(Encode({.effect = Effect::kLost, .lost_first = 7, .lost_last = std::uint64_t{1} << 53}));
  ASSERT_TRUE(lost.has_value());
  EXPECT_EQ(lost->lost_first, 7U);
  EXPECT_EQ(lost->lost_last, std::uint64_t{1} << 53);
}

TEST(EventCodecTest, WhatIsCutOrHasMoreIsNothing) {
  game::RelayEntry entry = FullEntry();
  entry.effect = Effect::kEnd;
  entry.why = MakeStatus(StatusCode::kUnavailable, "over");
  const std::string bytes = Encode(entry);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_FALSE(Decode(std::string_view(bytes).substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(Decode(bytes + "x").has_value());
  std::string newer = bytes;
  newer.front() = 2;
  EXPECT_FALSE(Decode(newer).has_value());
}

TEST(EventCodecTest, ABatchIsTakenApart) {
  const std::string head("\1\0\0\0\0\0\0\0\4\0\0\0\1\0\0\0\1", 17);
  const std::string entries("\0\0\0\3abc\0\0\0\0", 11);
  const std::string bytes = head + entries;
  const auto batch = DecodeBatch(bytes);
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->previous, 4U);
  EXPECT_EQ(batch->first, (std::uint64_t{1} << 32) + 1);
  EXPECT_THAT(batch->entries, ElementsAre("abc", ""));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    if (size == head.size() + 7) continue;  // Its first entry, whole.
    ASSERT_FALSE(DecodeBatch(std::string_view(bytes).substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(DecodeBatch(std::string("\1\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0\4", 17) + entries).has_value());
}

}  // namespace
}  // namespace oofgg::storage::event_codec
