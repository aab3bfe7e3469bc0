#include "rpc/leaderboard_reply.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "v1/api/score/score.pb.h"
#include "wire/proto_score.h"

namespace oofgg::rpc {
namespace {

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  EXPECT_TRUE(buffer.Dump(&slices).ok());
  std::string bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

/// As protobuf writes the whole of it.
std::string WrittenAtOnce(const game::BoardPage& page) {
  ::v1::api::score::StandardResponse message;
  wire::ScoreProto::ToProto(game::TellPage(page), message);
  return message.SerializeAsString();
}

game::BoardPage::Entry EntryOf(std::size_t rank, const std::string& player, std::int64_t value) {
  auto record = std::make_shared<game::ScoreRecord>();
  record->score.id = "score of " + player;
  record->score.player_id = player;
  record->score.game_id = "arena";
  record->score.value = value;
  record->score.score_type = "wins";
  record->score.created_at = WallTime(std::chrono::milliseconds(1'900'000'000'123 + value));
  auto profile = std::make_shared<Player>();
  profile->username = "the " + player;
  game::BoardPage::Entry entry;
  entry.ranked = {.rank = rank, .player_id = player, .value = value, .order = value};
  entry.score = std::move(record);
  entry.player = std::move(profile);
  return entry;
}

game::BoardPage PageOf(std::vector<game::BoardPage::Entry> entries) {
  game::BoardPage page;
  page.board.game_id = "arena";
  page.board.score_type = "wins";
  page.board.time_period = "all_time";
  page.board.last_updated = WallTime(std::chrono::seconds(1'900'000'000));
  page.board.next_cursor = "more";
  page.entries = std::move(entries);
  return page;
}

TEST(LeaderboardReply, IsWhatProtobufWrites) {
  auto with_more = EntryOf(2, "bob", 7);
  auto record = std::make_shared<game::ScoreRecord>(*with_more.score);
  record->score.metadata = {{"weapon", "bow"}};
  record->score.instance_id = "match";
  with_more.score = record;
  with_more.ranked.value = 70;  // A sum.
  auto erased = EntryOf(3, "eve", 5);
  erased.score = nullptr;
  erased.player = nullptr;
  const auto page = PageOf({EntryOf(1, "ann", 9), with_more, erased, EntryOf(4, "joe", 0)});
  LeaderboardReplies replies;
  EXPECT_EQ(BytesOf(replies.Write(page)), WrittenAtOnce(page));
  EXPECT_EQ(BytesOf(replies.Write(page)), WrittenAtOnce(page));
}

TEST(LeaderboardReply, ALongPageToo) {
  std::vector<game::BoardPage::Entry> entries;
  for (std::size_t i = 1; i <= 100; ++i) {
    entries.push_back(EntryOf(i, "p" + std::string(i % 40, 'x'), static_cast<std::int64_t>(1'000 * i) - 500));
  }
  const auto page = PageOf(std::move(entries));
  LeaderboardReplies replies;
  EXPECT_EQ(BytesOf(replies.Write(page)), WrittenAtOnce(page));
}

TEST(LeaderboardReply, AnEmptyListToo) {
  LeaderboardReplies replies;
  EXPECT_EQ(BytesOf(replies.Write(PageOf({}))), WrittenAtOnce(PageOf({})));
  EXPECT_EQ(BytesOf(replies.Write({})), WrittenAtOnce({}));
}

TEST(LeaderboardReply, IsThatOfThePageAsItIsNow) {
  LeaderboardReplies replies;
  auto page = PageOf({EntryOf(1, "ann", 9), EntryOf(2, "bob", 7)});
  const auto told_as_it_is = [&] { return BytesOf(replies.Write(page)) == WrittenAtOnce(page); };
  EXPECT_TRUE(told_as_it_is());
  page.board.last_updated += std::chrono::seconds(1);
  page.board.next_cursor = "other";
  EXPECT_TRUE(told_as_it_is());
  page.entries[1].ranked.value = 8;
  EXPECT_TRUE(told_as_it_is());
  page.entries[1].player = EntryOf(2, "Bob", 7).player;
  EXPECT_TRUE(told_as_it_is());
  page.entries[1].score = EntryOf(2, "bob", 8).score;
  EXPECT_TRUE(told_as_it_is());
  page.entries[1].score = nullptr;
  page.entries[1].ranked.player_id = "eve";
  EXPECT_TRUE(told_as_it_is());
  page.entries.pop_back();
  EXPECT_TRUE(told_as_it_is());
}

}  // namespace
}  // namespace oofgg::rpc
