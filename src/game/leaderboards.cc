#include "game/leaderboards.h"

#include <algorithm>

namespace oofgg::game {

std::uint32_t Leaderboards::PlayerNumbers::NumberOf(std::string_view player_id) {
  const std::lock_guard lock(mutex_);
  if (const auto found = numbers_.find(player_id); found != numbers_.end()) return found->second;
  const auto number = static_cast<std::uint32_t>(ids_.size());
  numbers_.emplace(ids_.emplace_back(player_id), number);
  return number;
}

std::optional<std::uint32_t> Leaderboards::PlayerNumbers::Find(std::string_view player_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = numbers_.find(player_id);
  return found == numbers_.end() ? std::nullopt : std::optional(found->second);
}

std::string Leaderboards::PlayerNumbers::IdOf(std::uint32_t number) const {
  const std::lock_guard lock(mutex_);
  return ids_[number];
}

Status Leaderboards::Rebuild(ScoreStore& scores) {
  return scores.VisitBest([this](const BestScore& score) {
    List& list = ListFor(score.game_id, score.score_type);
    const std::uint32_t player = players_.NumberOf(score.player_id);
    const std::lock_guard lock(list.mutex);
    list.board.Submit({player, score.value, score.order});
    list.last_updated = std::max(list.last_updated, score.created_at);
    return Status();
  });
}

Status Leaderboards::Open(std::string_view game_id, std::string_view score_type) {
  const std::lock_guard lock(mutex_);
  auto& types = lists_[std::string(game_id)];
  if (types.contains(score_type)) return {};
  if (types.size() >= max_types_) {
    return MakeStatus(StatusCode::kResourceExhausted, "the game has " + std::to_string(types.size()) +
                                                          " score types already; submit under one of them");
  }
  types.emplace(std::string(score_type), std::make_unique<List>());
  return {};
}

RankedScore Leaderboards::Submit(const BestScore& score) {
  List& list = ListFor(score.game_id, score.score_type);
  const std::uint32_t player = players_.NumberOf(score.player_id);
  const std::lock_guard lock(list.mutex);
  list.board.Submit({player, score.value, score.order});
  list.last_updated = std::max(list.last_updated, score.created_at);
  const LeaderboardTree::Entry best = *list.board.Find(player);
  return {*list.board.RankOf(player) + 1, std::string(score.player_id), best.value, best.order};
}

void Leaderboards::Remove(std::string_view player_id) {
  const auto player = players_.Find(player_id);
  if (!player.has_value()) return;
  std::vector<List*> lists;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [game, types] : lists_) {
      for (const auto& [type, list] : types) lists.push_back(list.get());
    }
  }
  for (List* const list : lists) {
    const std::lock_guard lock(list->mutex);
    list->board.Remove(*player);
  }
}

Leaderboards::Page Leaderboards::Top(std::string_view game_id, std::string_view score_type,
                                     std::optional<Position> after, std::size_t limit) const {
  Page page;
  const List* list = FindList(game_id, score_type);
  if (list == nullptr) return page;
  std::vector<LeaderboardTree::Entry> entries;
  std::size_t rank = 0;
  {
    const std::lock_guard lock(list->mutex);
    rank = after.has_value() ? list->board.CountUpTo(after->value, after->order) : 0;
    entries = list->board.Page(rank, limit);
    page.total = list->board.size();
    page.last_updated = list->last_updated;
  }
  for (const auto& entry : entries) {
    page.entries.push_back({++rank, players_.IdOf(entry.member), entry.value, entry.order});
  }
  return page;
}

Leaderboards::Page Leaderboards::Of(std::string_view game_id, std::string_view score_type,
                                    std::span<const std::string> player_ids) const {
  Page page;
  const List* list = FindList(game_id, score_type);
  if (list == nullptr) return page;
  {
    const std::lock_guard lock(list->mutex);
    page.total = list->board.size();
    page.last_updated = list->last_updated;
    for (const std::string& player_id : player_ids) {
      const auto player = players_.Find(player_id);
      const auto rank = player.has_value() ? list->board.RankOf(*player) : std::nullopt;
      if (!rank.has_value()) continue;
      const LeaderboardTree::Entry best = *list->board.Find(*player);
      page.entries.push_back({*rank + 1, player_id, best.value, best.order});
    }
  }
  std::sort(page.entries.begin(), page.entries.end(),
            [](const auto& a, const auto& b) { return a.rank < b.rank; });
  return page;
}

Leaderboards::List& Leaderboards::ListFor(std::string_view game_id, std::string_view score_type) {
  const std::lock_guard lock(mutex_);
  auto& list = lists_[std::string(game_id)][std::string(score_type)];
  if (list == nullptr) list = std::make_unique<List>();
  return *list;
}

const Leaderboards::List* Leaderboards::FindList(std::string_view game_id,
                                                 std::string_view score_type) const {
  const std::lock_guard lock(mutex_);
  const auto game = lists_.find(game_id);
  if (game == lists_.end()) return nullptr;
  const auto list = game->second.find(score_type);
  return list == game->second.end() ? nullptr : list->second.get();
}

}  // namespace oofgg::game
