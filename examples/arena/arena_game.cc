#include "arena_game.h"

#include <algorithm>

namespace arena {

std::optional<Move> ParseMove(std::string_view text) {
  if (text == "up") return Move::kUp;
  if (text == "down") return Move::kDown;
  if (text == "left") return Move::kLeft;
  if (text == "right") return Move::kRight;
  return std::nullopt;
}

ArenaGame::ArenaGame(GameRules rules, std::uint64_t seed) : rules_(rules), random_(seed) {
  while (static_cast<int>(coins_.size()) < rules_.coins_on_grid) coins_.insert(FreeCell());
}

void ArenaGame::Join(const std::string& player) {
  if (!players_.contains(player)) players_.emplace(player, Player{.at = FreeCell()});
}

bool ArenaGame::Step(const std::string& player, Move move) {
  const auto found = players_.find(player);
  if (found == players_.end() || winner_.has_value()) return false;
  Cell to = found->second.at;
  switch (move) {
    case Move::kUp:
      --to.y;
      break;
    case Move::kDown:
      ++to.y;
      break;
    case Move::kLeft:
      --to.x;
      break;
    case Move::kRight:
      ++to.x;
      break;
  }
  const bool inside = to.x >= 0 && to.y >= 0 && to.x < rules_.width && to.y < rules_.height;
  const bool blocked = std::any_of(players_.begin(), players_.end(),
                                   [to](const auto& other) { return other.second.at == to; });
  if (!inside || blocked) return false;
  found->second.at = to;
  if (coins_.erase(to) > 0) {
    if (++found->second.coins >= rules_.coins_to_win) winner_ = player;
    coins_.insert(FreeCell());
  }
  return true;
}

bool ArenaGame::IsTaken(Cell cell) const {
  return coins_.contains(cell) || std::any_of(players_.begin(), players_.end(), [cell](const auto& player) {
           return player.second.at == cell;
         });
}

Cell ArenaGame::FreeCell() {
  // A grid is always far larger than what stands on it (see main.cc), so this ends soon.
  while (true) {
    const Cell cell{static_cast<int>(random_.Below(static_cast<std::uint64_t>(rules_.width))),
                    static_cast<int>(random_.Below(static_cast<std::uint64_t>(rules_.height)))};
    if (!IsTaken(cell)) return cell;
  }
}

}  // namespace arena
