#include "game/leaderboard_sync.h"

#include <algorithm>
#include <string>
#include <vector>

#include "game/standing.h"

namespace oofgg::game {
namespace {

constexpr std::int64_t kOrdersAtOnce = 500;
constexpr std::chrono::seconds kRetryPause{5};
constexpr std::size_t kHeardAtMost = 1'000'000;
// While a writer does not end, what came since is read again and again; but not more than this.
constexpr std::int64_t kUnsettledAtMost = 100'000;
// One instance whose clock is far ahead must not end the lists of the day at all others.
constexpr std::chrono::hours kAheadAtMost{1};

}  // namespace

LeaderboardSync::~LeaderboardSync() {
  if (parts_.channel != nullptr) parts_.channel->Listen(nullptr);
}

Status LeaderboardSync::Begin() {
  const std::lock_guard lock(mutex_);
  OOFGG_ASSIGN_OR_RETURN(const ScoreHorizon horizon, parts_.scores.FindHorizon());
  known_ = horizon.settled ? horizon.order : (std::max)(std::int64_t{0}, horizon.order - kUnsettledAtMost);
  next_ = DeadlineAfter(parts_.clock.Now(), kInterval);
  return {};
}

void LeaderboardSync::Listen() {
  if (parts_.channel == nullptr) return;
  parts_.channel->Listen(this);
  due_ = true;  // What was told since `Begin` nobody heard.
}

void LeaderboardSync::Tell(const StoredScore& stored, const std::optional<ScoreRule>& rule) {
  Note(stored.record.order);
  if (parts_.channel == nullptr) return;
  StandingNews news;
  news.score.order = stored.record.order;
  news.rule = rule;
  // Where another score counts by now, who stored that one tells it.
  if (auto counted = CountedBy(stored); counted.has_value()) news.score = *std::move(counted);
  parts_.channel->Tell(news);
}

void LeaderboardSync::TellErased(std::string_view player_id) {
  if (parts_.channel == nullptr) return;
  StandingNews news;
  news.erased_player = player_id;
  parts_.channel->Tell(news);
}

Status LeaderboardSync::CatchUpIfDue() {
  const std::lock_guard lock(mutex_);
  followed_ = true;
  const TimePoint now = parts_.clock.Now();
  if (!due_.exchange(false) && now < next_) return {};
  Status caught_up = CatchUp();
  next_ = DeadlineAfter(now, caught_up.ok() ? Duration(kInterval) : Duration(kRetryPause));
  return caught_up;
}

void LeaderboardSync::Note(std::int64_t order) {
  if (!followed_) return;
  const std::lock_guard lock(heard_mutex_);
  if (heard_.size() >= kHeardAtMost) heard_.clear();
  heard_.push_back(order);
}

// Sorted; what is known anyhow is forgotten.
std::vector<std::int64_t> LeaderboardSync::Heard() {
  const std::lock_guard lock(heard_mutex_);
  std::erase_if(heard_, [this](std::int64_t order) { return order <= known_; });
  std::sort(heard_.begin(), heard_.end());
  return heard_;
}

Status LeaderboardSync::CatchUp() {
  OOFGG_ASSIGN_OR_RETURN(const ScoreHorizon horizon, parts_.scores.FindHorizon());
  known_ = (std::min)(known_, horizon.order);  // A database that lost its last moments goes on from there.
  const std::vector<std::int64_t> heard = Heard();
  const auto is_heard = [&](std::int64_t order) {
    return std::binary_search(heard.begin(), heard.end(), order);
  };
  for (std::int64_t after = known_; after < horizon.order;) {
    const std::int64_t end = (std::min)(after + kOrdersAtOnce, horizon.order);
    std::int64_t last = end;
    while (after < last && is_heard(after + 1)) ++after;
    while (after < last && is_heard(last)) --last;
    if (after < last) OOFGG_RETURN_IF_ERROR(Read(after, last));
    after = end;
    if (horizon.settled) known_ = end;
  }
  known_ = (std::max)(known_, horizon.order - kUnsettledAtMost);
  return {};
}

Status LeaderboardSync::Read(std::int64_t after, std::int64_t last) {
  OOFGG_ASSIGN_OR_RETURN(const std::vector<CountedScore> scores, parts_.scores.ListCounted(after, last));
  for (const CountedScore& score : scores) OOFGG_RETURN_IF_ERROR(TakeOver(score));
  return {};
}

Status LeaderboardSync::TakeOver(const CountedScore& score) {
  if (!parts_.boards.IsOpen(score.game_id, score.score_type)) {
    const auto game = parts_.games.FindGame(score.game_id);
    if (game.status().code() == StatusCode::kNotFound) return {};  // No list of it can be asked for.
    OOFGG_RETURN_IF_ERROR(game.status());
    parts_.boards.Open(score.game_id, score.score_type, NamedRule(game->score_rules, score.score_type));
  }
  Apply(score);
  return {};
}

void LeaderboardSync::OnNews(std::span<const StandingNews> news) {
  for (const StandingNews& one : news) {
    if (!one.erased_player.empty()) {
      parts_.boards.Remove(one.erased_player);
      continue;
    }
    if (one.score.counts()) {
      parts_.boards.Open(one.score.game_id, one.score.score_type, one.rule);
      Apply(one.score);
    }
    Note(one.score.order);
  }
}

// A score of somebody who is being erased may arrive behind the erasure.
void LeaderboardSync::Apply(const CountedScore& score) {
  if (parts_.erased.Contains(score.player_id)) return;
  const WallTime latest = parts_.clock.WallNow() + kAheadAtMost;
  for (const ScorePeriod period : kScorePeriods) {
    const auto& value = score.values[static_cast<std::size_t>(period)];
    const auto start = PeriodStart(period, score.created_at);
    if (!value.has_value() || start > latest) continue;
    parts_.boards.Submit({score.game_id, score.score_type, period}, start, score.player_id,
                         {*value, score.order, score.created_at});
  }
}

}  // namespace oofgg::game
