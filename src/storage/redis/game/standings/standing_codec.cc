#include "storage/redis/game/standings/standing_codec.h"

#include <limits>
#include <utility>

#include "base/byte_codec.h"
#include "storage/millis.h"

namespace oofgg::storage::standing_codec {
namespace {

using base::ByteReader;
using base::PutInteger;
using base::PutText;
using game::CountedScore;
using game::StandingNews;

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kErased = 1;
constexpr std::uint8_t kHasRule = 2;
constexpr std::uint8_t kAscending = 4;
constexpr std::uint8_t kOrderOnly = 8;
constexpr std::uint8_t kKeepShift = 4;                                                    // Of two bits.
constexpr std::int64_t kLatestMicros = std::numeric_limits<std::int64_t>::max() / 1'000;  // Of our clocks.

std::uint8_t FlagsOf(const StandingNews& news) {
  if (!news.erased_player.empty()) return kErased;
  if (!news.score.counts()) return kOrderOnly;
  if (!news.rule.has_value()) return 0;
  return static_cast<std::uint8_t>(kHasRule | (news.rule->order == ScoreOrder::kAscending ? kAscending : 0) |
                                   static_cast<unsigned>(news.rule->keep) << kKeepShift);
}

// False: there is no such rule.
bool ReadRule(std::uint8_t flags, std::optional<ScoreRule>& rule) {
  if ((flags & kHasRule) == 0) return true;
  const auto keep = static_cast<ScoreKeep>(flags >> kKeepShift & 3);
  rule = {.order = (flags & kAscending) != 0 ? ScoreOrder::kAscending : ScoreOrder::kDescending,
          .keep = keep};
  return keep <= ScoreKeep::kSum;
}

void AppendScore(std::string& message, const CountedScore& score) {
  PutText(message, score.player_id);
  PutText(message, score.game_id);
  PutText(message, score.score_type);
  PutInteger(message, score.order);
  PutInteger(message, ToMicros(score.created_at));
  std::uint8_t counts = 0;
  for (std::size_t i = 0; i < score.values.size(); ++i) {
    if (score.values[i].has_value()) counts = static_cast<std::uint8_t>(counts | 1U << i);
  }
  PutInteger(message, counts);
  for (const auto& value : score.values) {
    if (value.has_value()) PutInteger(message, *value);
  }
}

// Nothing: it is malformed.
std::optional<CountedScore> ReadScore(ByteReader& reader) {
  CountedScore score;
  score.player_id = reader.TakeText();
  score.game_id = reader.TakeText();
  score.score_type = reader.TakeText();
  score.order = reader.Take<std::int64_t>();
  const auto micros = reader.Take<std::int64_t>();
  if (micros < -kLatestMicros || micros > kLatestMicros) return std::nullopt;
  score.created_at = FromMicros(micros);
  const auto counts = reader.Take<std::uint8_t>();
  for (std::size_t i = 0; i < score.values.size(); ++i) {
    if ((counts & 1U << i) != 0) score.values[i] = reader.Take<std::int64_t>();
  }
  // An empty text names nobody.
  return reader.good() && !score.player_id.empty() ? std::optional(std::move(score)) : std::nullopt;
}

std::optional<StandingNews> ReadNews(ByteReader& reader) {
  StandingNews news;
  const auto flags = reader.Take<std::uint8_t>();
  if ((flags & kErased) != 0) {
    news.erased_player = reader.TakeText();
    return news.erased_player.empty() ? std::nullopt : std::optional(std::move(news));
  }
  if ((flags & kOrderOnly) != 0) {
    news.score.order = reader.Take<std::int64_t>();
    return reader.good() ? std::optional(std::move(news)) : std::nullopt;
  }
  if (!ReadRule(flags, news.rule)) return std::nullopt;
  auto score = ReadScore(reader);
  if (!score.has_value()) return std::nullopt;
  news.score = *std::move(score);
  return news;
}

}  // namespace

std::string EncodeSender(std::uint64_t sender) {
  std::string message;
  PutInteger(message, kVersion);
  PutInteger(message, sender);
  return message;
}

void AppendNews(std::string& message, const StandingNews& news) {
  PutInteger(message, FlagsOf(news));
  if (!news.erased_player.empty()) {
    PutText(message, news.erased_player);
  } else if (news.score.counts()) {
    AppendScore(message, news.score);
  } else {
    PutInteger(message, news.score.order);
  }
}

std::optional<std::uint64_t> SenderOf(std::string_view message) {
  ByteReader reader(message);
  const auto version = reader.Take<std::uint8_t>();
  const auto sender = reader.Take<std::uint64_t>();
  return reader.good() && version == kVersion ? std::optional(sender) : std::nullopt;
}

std::optional<std::vector<StandingNews>> DecodeNews(std::string_view message) {
  if (!SenderOf(message).has_value()) return std::nullopt;
  ByteReader reader(message.substr(sizeof kVersion + sizeof(std::uint64_t)));
  std::vector<StandingNews> all;
  while (reader.has_more()) {
    auto news = ReadNews(reader);
    if (!news.has_value()) return std::nullopt;
    all.push_back(*std::move(news));
  }
  return all;
}

}  // namespace oofgg::storage::standing_codec
