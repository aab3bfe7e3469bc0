#include "rpc/leaderboard_reply.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <cstdint>
#include <functional>

#include "v1/api/score/score.pb.h"
#include "wire/proto_score.h"

namespace oofgg::rpc {
namespace {

namespace score_pb = ::v1::api::score;
using game::BoardPage;
using google::protobuf::io::CodedOutputStream;
using google::protobuf::io::StringOutputStream;

constexpr std::size_t kBytesOfEntry = 256;  // About.

/// What stands before a message that is a field of another one.
void WriteFieldHead(int field, std::size_t length, CodedOutputStream& out) {
  constexpr std::uint32_t kLengthDelimited = 2;
  out.WriteTag(static_cast<std::uint32_t>(field) << 3 | kLengthDelimited);
  out.WriteVarint32(static_cast<std::uint32_t>(length));
}

std::string WriteEntries(const std::vector<BoardPage::Entry>& entries) {
  std::string bytes;
  bytes.reserve(entries.size() * kBytesOfEntry);
  {
    StringOutputStream stream(&bytes);
    CodedOutputStream out(&stream);
    // One for all, as their texts keep their memory.
    LeaderboardEntry plain;
    score_pb::LeaderboardEntry message;
    for (const BoardPage::Entry& entry : entries) {
      game::TellEntry(entry, plain);
      message.mutable_score()->clear_metadata();
      wire::ScoreProto::ToProto(plain, message);
      WriteFieldHead(score_pb::Leaderboard::kEntriesFieldNumber, message.ByteSizeLong(), out);
      message.SerializeWithCachedSizes(&out);
    }
  }
  return bytes;
}

bool AreTheSame(const BoardPage::Entry& a, const BoardPage::Entry& b) {
  return a.score == b.score && a.player == b.player && a.ranked.rank == b.ranked.rank &&
         a.ranked.value == b.ranked.value && a.ranked.player_id == b.ranked.player_id;
}

std::size_t SlotOf(const BoardPage& page) {
  const std::hash<std::string> hash;
  const std::size_t first = page.entries.empty() ? 0 : page.entries.front().ranked.rank;
  return hash(page.board.game_id) ^ (hash(page.board.score_type) << 1U) ^
         (hash(page.board.time_period) << 2U) ^ (first << 3U) ^ page.entries.size();
}

}  // namespace

LeaderboardReplies::WrittenPtr LeaderboardReplies::EntriesOf(const BoardPage& page) {
  Slot& slot = slots_[SlotOf(page) % kSlots];
  WrittenPtr before;
  {
    const std::lock_guard lock(slot.mutex);
    before = slot.written;
  }
  if (before != nullptr && std::equal(page.entries.begin(), page.entries.end(), before->entries.begin(),
                                      before->entries.end(), AreTheSame)) {
    return before;
  }
  const auto written = std::make_shared<const Written>(Written{page.entries, WriteEntries(page.entries)});
  before = written;
  const std::lock_guard lock(slot.mutex);
  slot.written.swap(before);  // What it was goes after the lock.
  return written;
}

grpc::ByteBuffer LeaderboardReplies::Write(const BoardPage& page) {
  const WrittenPtr entries = EntriesOf(page);
  score_pb::StandardResponse rest;
  wire::ScoreProto::ToProto(page.board, rest);
  // Fields are written in the order of their numbers: three before the entries, the others behind them.
  score_pb::Leaderboard& behind = *rest.mutable_leaderboard();
  score_pb::Leaderboard before;
  before.mutable_game_id()->swap(*behind.mutable_game_id());
  before.mutable_score_type()->swap(*behind.mutable_score_type());
  before.mutable_time_period()->swap(*behind.mutable_time_period());
  const std::string first = before.SerializeAsString();
  const std::string last = behind.SerializeAsString();
  std::string head;
  {
    StringOutputStream stream(&head);
    CodedOutputStream out(&stream);
    WriteFieldHead(score_pb::StandardResponse::kLeaderboardFieldNumber,
                   first.size() + entries->bytes.size() + last.size(), out);
  }
  const std::array<grpc::Slice, 3> slices = {grpc::Slice(head + first), grpc::Slice(entries->bytes),
                                             grpc::Slice(last)};
  return {slices.data(), slices.size()};
}

}  // namespace oofgg::rpc
