#include "game/leaderboards.h"

#include <algorithm>
#include <utility>

namespace oofgg::game {
namespace {

using Entry = LeaderboardTree::Entry;

}  // namespace

Status Leaderboards::CheckMayOpen(std::string_view game_id, std::string_view score_type,
                                  const std::optional<ScoreRule>& rule) {
  const std::lock_guard lock(mutex_);
  const auto game = types_.find(game_id);
  if (rule.has_value() || game == types_.end() || game->second.contains(score_type)) return {};
  const auto made_up = static_cast<std::size_t>(std::count_if(
      game->second.begin(), game->second.end(), [](const auto& type) { return !type.second->named; }));
  if (made_up < max_types_) return {};
  return MakeStatus(StatusCode::kResourceExhausted,
                    "the game has " + std::to_string(made_up) +
                        " score types beside those it names already; submit under one of them");
}

void Leaderboards::Open(std::string_view game_id, std::string_view score_type,
                        const std::optional<ScoreRule>& rule) {
  TypeFor(game_id, score_type, rule);
}

bool Leaderboards::IsOpen(std::string_view game_id, std::string_view score_type) {
  const std::lock_guard lock(mutex_);
  const auto types = types_.find(game_id);
  return types != types_.end() && types->second.contains(score_type);
}

void Leaderboards::Submit(const ListId& id, std::chrono::sys_days period_start, std::string_view player_id,
                          const Standing& standing) {
  Type* const type = FindType(id);
  if (type == nullptr) return;
  const std::uint32_t player = players_.NumberOf(player_id);
  std::unique_ptr<LeaderboardTree> over;  // Declared before the lock, so that it goes after it.
  List& list = type->lists[static_cast<std::size_t>(id.period)];
  const std::lock_guard lock(list.mutex);
  Advance(list, period_start, over);
  if (list.start != period_start) return;
  if (list.board == nullptr) list.board = std::make_unique<LeaderboardTree>(KeepOf(type->rule));
  list.board->Submit({player, Turned(type->rule, standing.value), standing.order});
  list.last_updated = (std::max)(list.last_updated, standing.created_at);
}

void Leaderboards::Remove(std::string_view player_id) {
  const auto player = players_.Find(player_id);
  if (!player.has_value()) return;
  for (Type* const type : AllTypes()) {
    for (List& list : type->lists) {
      const std::lock_guard lock(list.mutex);
      if (list.board != nullptr) list.board->Remove(*player);
    }
  }
}

Leaderboards::Page Leaderboards::Top(const ListId& id, std::optional<Position> after, std::size_t limit) {
  return Read(id, [&](const ScoreRule& rule, const LeaderboardTree& board) {
    return From(board, after.has_value() ? board.CountUpTo(Turned(rule, after->value), after->order) : 0,
                limit);
  });
}

Leaderboards::Page Leaderboards::Around(const ListId& id, std::string_view player_id, std::size_t limit) {
  const auto player = players_.Find(player_id);
  return Read(id, [&](const ScoreRule&, const LeaderboardTree& board) {
    const auto rank = player.has_value() ? board.RankOf(*player) : std::nullopt;
    if (!rank.has_value()) return std::vector<Ranked>();
    const std::size_t last_first = board.size() - (std::min)(board.size(), limit);
    return From(board, (std::min)(*rank - (std::min)(*rank, limit / 2), last_first), limit);
  });
}

Leaderboards::Page Leaderboards::Of(const ListId& id, std::span<const std::string> player_ids) {
  std::vector<std::uint32_t> players;
  for (const std::string& player_id : player_ids) {
    if (const auto player = players_.Find(player_id); player.has_value()) players.push_back(*player);
  }
  std::sort(players.begin(), players.end());  // Who is named twice is told once.
  players.erase(std::unique(players.begin(), players.end()), players.end());
  Page page = Read(id, [&](const ScoreRule&, const LeaderboardTree& board) {
    std::vector<Ranked> found;
    for (const std::uint32_t player : players) {
      if (const auto rank = board.RankOf(player); rank.has_value()) {
        found.push_back({*rank, *board.Find(player)});
      }
    }
    std::sort(found.begin(), found.end(), [](const Ranked& a, const Ranked& b) { return a.rank < b.rank; });
    return found;
  });
  return page;
}

std::size_t Leaderboards::MemoryUsage() {
  std::size_t bytes = players_.MemoryUsage();
  for (Type* const type : AllTypes()) {
    bytes += sizeof(Type);
    for (List& list : type->lists) {
      const std::lock_guard lock(list.mutex);
      if (list.board != nullptr) bytes += list.board->MemoryUsage();
    }
  }
  return bytes;
}

std::unique_ptr<Leaderboards::Type> Leaderboards::MakeType(const std::optional<ScoreRule>& rule) {
  auto type = std::make_unique<Type>();
  type->rule = rule.value_or(ScoreRule());
  type->named = rule.has_value();
  return type;
}

Leaderboards::Type& Leaderboards::TypeFor(std::string_view game_id, std::string_view score_type,
                                          const std::optional<ScoreRule>& rule) {
  const std::lock_guard lock(mutex_);
  auto game = types_.find(game_id);
  if (game == types_.end()) game = types_.try_emplace(std::string(game_id)).first;
  auto type = game->second.find(score_type);
  if (type == game->second.end()) {
    type = game->second.try_emplace(std::string(score_type), MakeType(rule)).first;
  }
  type->second->named = rule.has_value();
  return *type->second;
}

Leaderboards::Type* Leaderboards::FindType(const ListId& id) {
  const std::lock_guard lock(mutex_);
  const auto game = types_.find(id.game_id);
  if (game == types_.end()) return nullptr;
  const auto type = game->second.find(id.score_type);
  return type == game->second.end() ? nullptr : type->second.get();
}

std::vector<Leaderboards::Type*> Leaderboards::AllTypes() {
  const std::lock_guard lock(mutex_);
  std::vector<Type*> all;
  for (const auto& [game, types] : types_) {
    for (const auto& [name, type] : types) all.push_back(type.get());
  }
  return all;
}

// Begins a new period, if `start` is later than that of the list; never an older one, as the clock may step
// back. What the list was goes to `over`, since giving back a long one's memory takes a while.
void Leaderboards::Advance(List& list, std::chrono::sys_days start, std::unique_ptr<LeaderboardTree>& over) {
  if (start <= list.start) return;
  list.start = start;
  list.last_updated = {};
  over = std::move(list.board);
}

// Calls `body(rule, board)` on the list as it is now, unless it is empty, and tells the entries that it
// gives.
template <typename Body>
Leaderboards::Page Leaderboards::Read(const ListId& id, const Body& body) {
  Page page;
  page.period_start = PeriodStart(id.period, clock_.WallNow());
  Type* const type = FindType(id);
  if (type == nullptr) return page;
  std::vector<Ranked> entries;
  {
    std::unique_ptr<LeaderboardTree> over;  // Declared before the lock, so that it goes after it.
    List& list = type->lists[static_cast<std::size_t>(id.period)];
    const std::lock_guard lock(list.mutex);
    Advance(list, page.period_start, over);
    page.period_start = list.start;
    page.last_updated = list.last_updated;
    if (list.board == nullptr) return page;
    page.total = list.board->size();
    entries = body(type->rule, *list.board);
  }
  for (const auto& [rank, entry] : entries) {
    page.entries.push_back(
        {rank + 1, players_.IdOf(entry.member), Turned(type->rule, entry.value), entry.order});
  }
  return page;
}

std::vector<Leaderboards::Ranked> Leaderboards::From(const LeaderboardTree& board, std::size_t first,
                                                     std::size_t limit) {
  std::vector<Ranked> ranked;
  for (const Entry& entry : board.Page(first, limit)) ranked.push_back({first++, entry});
  return ranked;
}

}  // namespace oofgg::game
