#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "oofgg/random.h"

namespace arena {

struct Cell {
  int x = 0;
  int y = 0;
  friend auto operator<=>(const Cell&, const Cell&) = default;
};

enum class Move { kUp, kDown, kLeft, kRight };

/// "up", "down", "left" or "right".
std::optional<Move> ParseMove(std::string_view text);

struct GameRules {
  int width = 10;
  int height = 10;
  int coins_on_grid = 5;
  int coins_to_win = 5;
};

/// The whole game, and no sockets: players walk on a grid, step on coins, and whoever has enough of them
/// first has won. The server decides everything. The same seed and moves give the same game. Threads: one
/// owner.
class ArenaGame {
 public:
  struct Player {
    Cell at;
    int coins = 0;
  };

  ArenaGame(GameRules rules, std::uint64_t seed);

  /// Puts a player on a free cell. Somebody who is in already stays where they are.
  void Join(const std::string& player);
  void Leave(const std::string& player) { players_.erase(player); }

  /// One step. False, and nothing changes, if there is a wall or another player, the game is over, or the
  /// player is not in.
  bool Step(const std::string& player, Move move);

  /// Who has won, once somebody has.
  [[nodiscard]] const std::optional<std::string>& winner() const { return winner_; }
  [[nodiscard]] const std::map<std::string, Player>& players() const { return players_; }
  [[nodiscard]] const std::set<Cell>& coins() const { return coins_; }
  [[nodiscard]] const GameRules& rules() const { return rules_; }

 private:
  [[nodiscard]] bool IsTaken(Cell cell) const;
  Cell FreeCell();

  GameRules rules_;
  oofgg::SeededRandom random_;
  std::map<std::string, Player> players_;
  std::set<Cell> coins_;
  std::optional<std::string> winner_;
};

}  // namespace arena
