#include "storage/redis/game/standings/standing_codec.h"

#include <gtest/gtest.h>

#include <limits>

namespace oofgg::storage {
namespace {

using game::StandingNews;

StandingNews Counted() {
  StandingNews news;
  news.score = {.player_id = "ann",
                .game_id = "arena",
                .score_type = "laps",
                .order = std::int64_t{1} << 40,
                .created_at = WallTime(std::chrono::microseconds(1'900'000'000'123'456)),
                .values = {std::numeric_limits<std::int64_t>::min(), std::nullopt, -1, std::nullopt}};
  return news;
}

TEST(StandingCodec, WhatIsToldIsRead) {
  std::vector<StandingNews> all(5, Counted());
  all[1].rule = {.order = ScoreOrder::kAscending, .keep = ScoreKeep::kSum};
  all[2] = {.erased_player = "bob"};
  all[3].rule = ScoreRule();
  all[4] = {.score = {.order = 77}};
  std::string message = standing_codec::EncodeSender(42);
  for (const StandingNews& news : all) standing_codec::AppendNews(message, news);
  EXPECT_EQ(standing_codec::SenderOf(message), 42U);
  EXPECT_EQ(standing_codec::DecodeNews(message), all);
}

TEST(StandingCodec, WhatIsCutOffIsMalformed) {
  std::string message = standing_codec::EncodeSender(42);
  const std::size_t start = message.size();
  standing_codec::AppendNews(message, Counted());
  for (std::size_t length = 0; length < message.size(); ++length) {
    if (length == start) continue;  // A message without news.
    EXPECT_EQ(standing_codec::DecodeNews(message.substr(0, length)), std::nullopt) << length;
  }
  EXPECT_EQ(standing_codec::DecodeNews(message + "x"), std::nullopt);
}

TEST(StandingCodec, WhatIsNotOursIsMalformed) {
  EXPECT_EQ(standing_codec::DecodeNews("hello, is this presence?"), std::nullopt);
  StandingNews nobody = Counted();
  nobody.score.player_id.clear();
  std::string message = standing_codec::EncodeSender(42);
  standing_codec::AppendNews(message, nobody);
  EXPECT_EQ(standing_codec::DecodeNews(message), std::nullopt);
  message = standing_codec::EncodeSender(42);
  standing_codec::AppendNews(message, Counted());
  message[9] = 0x32;  // Flags: a rule that keeps what no rule does.
  EXPECT_EQ(standing_codec::DecodeNews(message), std::nullopt);
  message[9] = 0;
  ASSERT_TRUE(standing_codec::DecodeNews(message).has_value());
  message[9 + 1 + 5 + 7 + 6 + 8] = 0x7f;  // A time that no clock of ours tells.
  EXPECT_EQ(standing_codec::DecodeNews(message), std::nullopt);
}

}  // namespace
}  // namespace oofgg::storage
