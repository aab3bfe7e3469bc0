#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>

#include "tests/unit/wire/all_protos.h"
#include "wire/codec.h"

namespace oofgg::wire {
namespace {

using std::chrono::hours;
using std::chrono::nanoseconds;
constexpr auto kInt32Max = std::numeric_limits<std::int32_t>::max();
constexpr auto kInt32Min = std::numeric_limits<std::int32_t>::min();

TEST(WireNumbers, SaturateWhenWritten) {
  EXPECT_EQ(Saturated<std::int32_t>(std::int64_t{5}), 5);
  EXPECT_EQ(Saturated<std::int32_t>(std::numeric_limits<std::int64_t>::max()), kInt32Max);
  EXPECT_EQ(Saturated<std::int32_t>(std::numeric_limits<std::int64_t>::min()), kInt32Min);
  EXPECT_EQ(Saturated<std::uint8_t>(-1), 0);

  PlayerRank rank;
  rank.rank = std::int64_t{1} << 40;
  rank.score_value = std::int64_t{1} << 40;
  rank.total_players = -5;
  const auto read = DecodeResponse<methods::GetPlayerRank>(EncodeResponse<methods::GetPlayerRank>(rank));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->rank, kInt32Max);
  EXPECT_EQ(read->score_value, std::int64_t{1} << 40);  // An int64 on the wire.
  EXPECT_EQ(read->total_players, -5);
}

TEST(WireNumbers, WrittenAsText) {
  struct Case {
    const char* text;
    bool is_right;
    std::uint32_t tolerated;
  };
  for (const Case& c :
       {Case{"", true, 0}, Case{"0", true, 0}, Case{"17", true, 17}, Case{"4294967295", true, 4294967295},
        Case{"4294967296", false, 4294967295}, Case{"99999999999999999999999", false, 4294967295},
        Case{"-1", false, 0}, Case{"+1", false, 0}, Case{" 1", false, 0}, Case{"1 ", false, 0},
        Case{"0x10", false, 0}, Case{"many", false, 0}, Case{"1e3", false, 0}}) {
    ::v1::api::game::Game message;
    message.set_max_sessions(c.text);
    Game game;
    const Status strict = GameProto::FromProto(message, game, Reading::kStrict);
    EXPECT_EQ(strict.ok(), c.is_right) << c.text;
    if (!c.is_right) {
      ASSERT_EQ(FieldViolationsOf(strict).size(), 1u) << c.text;
      EXPECT_EQ(FieldViolationsOf(strict)[0].field, "max_sessions");
    }
    EXPECT_TRUE(GameProto::FromProto(message, game, Reading::kTolerant).ok()) << c.text;
    EXPECT_EQ(game.max_sessions, c.tolerated) << c.text;
  }
}

TEST(WireNumbers, TimesKeepTheirNanosecond) {
  for (const WallTime time : {WallTime{}, WallTime(nanoseconds(1)), WallTime(nanoseconds(-1)),
                              WallTime(hours(24 * 365 * 50)), WallTime(hours(-24 * 365 * 50))}) {
    ::google::protobuf::Timestamp message;
    WriteTimestamp(time, message);
    EXPECT_GE(message.nanos(), 0);
    EXPECT_EQ(ReadTimestamp(message), time);
  }
}

TEST(WireNumbers, TimesThatNoClockCanHoldAreClamped) {
  for (const std::int64_t second : {std::numeric_limits<std::int64_t>::max(), std::int64_t{253402300799}}) {
    ::google::protobuf::Timestamp message;
    message.set_seconds(second);
    message.set_nanos(kInt32Max);
    EXPECT_GT(ReadTimestamp(message), WallTime(hours(24 * 365 * 200)));
    message.set_seconds(-second);
    message.set_nanos(kInt32Min);
    EXPECT_LT(ReadTimestamp(message), WallTime(-hours(24 * 365 * 200)));
  }
}

TEST(WireNumbers, SpansOfTimeAreRefusedOrTakenAsTheNearest) {
  constexpr std::int64_t kCentury = std::int64_t{100} * 365 * 24 * 3600;
  for (const std::int64_t bad : {std::int64_t{-1}, kCentury + 1, std::numeric_limits<std::int64_t>::max()}) {
    v1::BanRequest message;
    message.set_duration_seconds(bad);
    const auto read = DecodeRequest<methods::Ban>(message.SerializeAsString());
    EXPECT_EQ(read.status().code(), StatusCode::kInvalidArgument) << bad;
    ASSERT_EQ(FieldViolationsOf(read.status()).size(), 1u);
    EXPECT_EQ(FieldViolationsOf(read.status())[0].field, "duration_seconds");
    BanRequest plain;
    EXPECT_TRUE(AdminProto::FromProto(message, plain, Reading::kTolerant).ok());
    EXPECT_EQ(plain.duration.count(), bad < 0 ? 0 : kCentury);
  }
  v1::BanRequest message;
  message.set_duration_seconds(kCentury);
  EXPECT_TRUE(DecodeRequest<methods::Ban>(message.SerializeAsString()).ok());
}

TEST(WireNumbers, MomentsInMillisecondsAreClampedAndRoundedDown) {
  EXPECT_EQ(MillisOf(WallTime(nanoseconds(1'999'999))), 1);
  EXPECT_EQ(MillisOf(WallTime(nanoseconds(-1))), -1);
  EXPECT_EQ(MillisOf(TimeOfMillis(1'700'000'000'123)), 1'700'000'000'123);
  EXPECT_GT(TimeOfMillis(std::numeric_limits<std::int64_t>::max()), WallTime(hours(24 * 365 * 290)));
  EXPECT_LT(TimeOfMillis(std::numeric_limits<std::int64_t>::min()), WallTime(-hours(24 * 365 * 290)));
}

}  // namespace
}  // namespace oofgg::wire
