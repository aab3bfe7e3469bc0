#include "storage/memory/game/memory_match_store.h"

#include <algorithm>
#include <tuple>

namespace oofgg::storage {
namespace {

using game::MatchRecord;
using game::MatchSeat;

Status NoMatch(std::string_view id) {
  return MakeStatus(StatusCode::kNotFound, "there is no match " + std::string(id));
}

bool HasSeatOf(const MatchRecord& match, std::string_view player_id) {
  return std::any_of(match.seats.begin(), match.seats.end(),
                     [player_id](const MatchSeat& seat) { return seat.player_id == player_id; });
}

bool IsBehind(const MatchRecord& match, const game::MatchPosition& after) {
  return std::tie(*match.finished_at, match.id) < std::tie(after.finished_at, after.id);
}

}  // namespace

StatusOr<MatchRecord> MemoryMatchStore::CreateMatch(const MatchRecord& match) {
  const std::lock_guard lock(mutex_);
  const auto [at, inserted] = matches_.try_emplace(match.id, match);
  if (!inserted) return MakeStatus(StatusCode::kAlreadyExists, "there is a match " + match.id);
  at->second.version = 1;
  at->second.is_told = false;
  return at->second;
}

StatusOr<MatchRecord> MemoryMatchStore::FindMatch(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = matches_.find(id);
  if (found == matches_.end()) return NoMatch(id);
  return found->second;
}

StatusOr<MatchRecord> MemoryMatchStore::FindMatchByAlias(std::string_view alias) {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, match] : matches_) {
    const bool has_alias = std::any_of(match.seats.begin(), match.seats.end(),
                                       [alias](const MatchSeat& seat) { return seat.alias == alias; });
    if (has_alias && !alias.empty()) return match;
  }
  return NoMatch(alias);
}

StatusOr<MatchRecord> MemoryMatchStore::UpdateMatch(const MatchRecord& match) {
  const std::lock_guard lock(mutex_);
  const auto found = matches_.find(match.id);
  if (found == matches_.end()) return NoMatch(match.id);
  if (found->second.version != match.version) {
    return MakeStatus(StatusCode::kAborted, "match " + match.id + " was written at the same time");
  }
  const bool is_told = found->second.is_told;
  found->second = match;
  ++found->second.version;
  found->second.is_told = is_told;
  return found->second;
}

StatusOr<std::vector<MatchRecord>> MemoryMatchStore::ListMatches(
    std::string_view player_id, std::string_view game_id, const std::optional<game::MatchPosition>& after,
    std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<MatchRecord> listed;
  for (const auto& [id, match] : matches_) {
    if (!match.finished_at.has_value() || !HasSeatOf(match, player_id)) continue;
    if (!game_id.empty() && match.game_id != game_id) continue;
    if (!after.has_value() || IsBehind(match, *after)) listed.push_back(match);
  }
  std::sort(listed.begin(), listed.end(), [](const MatchRecord& a, const MatchRecord& b) {
    return std::tie(*b.finished_at, b.id) < std::tie(*a.finished_at, a.id);
  });
  if (listed.size() > limit) listed.resize(limit);
  return listed;
}

Status MemoryMatchStore::MarkTold(std::string_view id) {
  const std::lock_guard lock(mutex_);
  if (const auto found = matches_.find(id); found != matches_.end()) found->second.is_told = true;
  return {};
}

StatusOr<std::vector<std::string>> MemoryMatchStore::ListOpen(std::string_view after, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> open;
  for (auto it = matches_.upper_bound(after); it != matches_.end() && open.size() < limit; ++it) {
    if (!it->second.is_told) open.push_back(it->first);
  }
  return open;
}

StatusOr<bool> MemoryMatchStore::ErasePlayer(std::string_view player_id, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  for (auto& [id, match] : matches_) {
    if (!HasSeatOf(match, player_id)) continue;
    if (limit-- == 0) return true;
    for (MatchSeat& seat : match.seats) {
      if (seat.player_id != player_id) continue;
      seat.player_id.clear();
      seat.alias.clear();
    }
    ++match.version;
  }
  return false;
}

StatusOr<bool> MemoryMatchStore::Purge(const game::Sweep& sweep) {
  const std::lock_guard lock(mutex_);
  std::erase_if(matches_, [&](const auto& entry) {
    const MatchRecord& match = entry.second;
    return match.is_told && match.finished_at.has_value() && *match.finished_at <= sweep.now - sweep.keep;
  });
  return false;
}

}  // namespace oofgg::storage
