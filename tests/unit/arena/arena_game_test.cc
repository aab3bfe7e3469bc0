#include "arena_game.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace arena {
namespace {

constexpr GameRules kSmall{.width = 6, .height = 6, .coins_on_grid = 3, .coins_to_win = 2};
constexpr Move kMoves[] = {Move::kUp, Move::kDown, Move::kLeft, Move::kRight};

Cell After(Cell cell, Move move) {
  switch (move) {
    case Move::kUp:
      return {cell.x, cell.y - 1};
    case Move::kDown:
      return {cell.x, cell.y + 1};
    case Move::kLeft:
      return {cell.x - 1, cell.y};
    case Move::kRight:
      return {cell.x + 1, cell.y};
  }
  return cell;
}

bool IsInside(const ArenaGame& game, Cell cell) {
  return cell.x >= 0 && cell.y >= 0 && cell.x < game.rules().width && cell.y < game.rules().height;
}

Cell PlaceOf(const ArenaGame& game, const std::string& player) { return game.players().at(player).at; }

/// Walks until the wall, at most as far as the grid is wide.
void WalkToTheWall(ArenaGame& game, const std::string& player, Move move) {
  for (int i = 0; i < 100 && game.Step(player, move); ++i) {
  }
}

/// One step towards a cell, on a grid with nobody in between.
bool StepTowards(ArenaGame& game, const std::string& player, Cell to) {
  const Cell at = PlaceOf(game, player);
  if (at.x != to.x) return game.Step(player, at.x < to.x ? Move::kRight : Move::kLeft);
  return game.Step(player, at.y < to.y ? Move::kDown : Move::kUp);
}

/// Collects the first coin of the set.
void CollectOne(ArenaGame& game, const std::string& player) {
  const int before = game.players().at(player).coins;
  for (int i = 0; i < 100 && game.players().at(player).coins == before; ++i) {
    ASSERT_TRUE(StepTowards(game, player, *game.coins().begin()));
  }
  ASSERT_EQ(game.players().at(player).coins, before + 1);
}

TEST(ArenaMoveTest, FourWordsAreMoves) {
  EXPECT_EQ(ParseMove("up"), Move::kUp);
  EXPECT_EQ(ParseMove("down"), Move::kDown);
  EXPECT_EQ(ParseMove("left"), Move::kLeft);
  EXPECT_EQ(ParseMove("right"), Move::kRight);
  for (const char* other : {"", "Up", "UP", "up ", "sideways", "upp", "u"}) {
    EXPECT_FALSE(ParseMove(other).has_value()) << other;
  }
}

TEST(ArenaGameTest, BeginsWithCoinsInsideAndNobody) {
  const ArenaGame game(kSmall, 1);
  EXPECT_EQ(game.coins().size(), 3U);
  for (const Cell& coin : game.coins()) EXPECT_TRUE(IsInside(game, coin));
  EXPECT_TRUE(game.players().empty());
  EXPECT_FALSE(game.winner().has_value());
}

TEST(ArenaGameTest, EverybodyStandsOnACellOfTheirOwn) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    ArenaGame game({.width = 6, .height = 6, .coins_on_grid = 5, .coins_to_win = 5}, seed);
    std::set<Cell> taken = game.coins();
    for (int i = 0; i < 16; ++i) {
      const std::string player = "p" + std::to_string(i);
      game.Join(player);
      EXPECT_TRUE(IsInside(game, PlaceOf(game, player)));
      EXPECT_TRUE(taken.insert(PlaceOf(game, player)).second) << "seed " << seed;
    }
  }
}

TEST(ArenaGameTest, JoiningAgainChangesNothing) {
  ArenaGame game(kSmall, 2);
  game.Join("ann");
  CollectOne(game, "ann");
  const Cell at = PlaceOf(game, "ann");
  game.Join("ann");
  EXPECT_EQ(PlaceOf(game, "ann"), at);
  EXPECT_EQ(game.players().at("ann").coins, 1);
}

TEST(ArenaGameTest, AStepGoesOneCellItsWay) {
  ArenaGame game({.width = 9, .height = 9, .coins_on_grid = 1, .coins_to_win = 100}, 3);
  game.Join("ann");
  for (int i = 0; i < 200; ++i) {
    const Move move = kMoves[i % 4 == 3 ? i / 4 % 4 : i % 4];
    const Cell wanted = After(PlaceOf(game, "ann"), move);
    EXPECT_EQ(game.Step("ann", move), IsInside(game, wanted));
    if (IsInside(game, wanted)) {
      EXPECT_EQ(PlaceOf(game, "ann"), wanted);
    }
  }
}

TEST(ArenaGameTest, WallsStop) {
  ArenaGame game({.width = 6, .height = 8, .coins_on_grid = 1, .coins_to_win = 100}, 4);
  game.Join("ann");
  WalkToTheWall(game, "ann", Move::kUp);
  WalkToTheWall(game, "ann", Move::kLeft);
  EXPECT_EQ(PlaceOf(game, "ann"), (Cell{0, 0}));
  EXPECT_FALSE(game.Step("ann", Move::kUp));
  EXPECT_FALSE(game.Step("ann", Move::kLeft));
  WalkToTheWall(game, "ann", Move::kRight);
  WalkToTheWall(game, "ann", Move::kDown);
  EXPECT_EQ(PlaceOf(game, "ann"), (Cell{5, 7}));
  EXPECT_FALSE(game.Step("ann", Move::kDown));
}

TEST(ArenaGameTest, PlayersStopEachOther) {
  ArenaGame game({.width = 6, .height = 6, .coins_on_grid = 1, .coins_to_win = 100}, 5);
  game.Join("ann");
  WalkToTheWall(game, "ann", Move::kUp);
  WalkToTheWall(game, "ann", Move::kLeft);
  game.Join("bob");
  WalkToTheWall(game, "bob", Move::kUp);
  WalkToTheWall(game, "bob", Move::kLeft);
  // Bob came along the upper wall, or down the left one, and stands beside ann.
  const Cell bob = PlaceOf(game, "bob");
  ASSERT_EQ(bob.x + bob.y, 1);
  EXPECT_FALSE(game.Step("bob", bob.x == 1 ? Move::kLeft : Move::kUp));
  EXPECT_FALSE(game.Step("ann", bob.x == 1 ? Move::kRight : Move::kDown));
  EXPECT_EQ(PlaceOf(game, "bob"), bob);
}

TEST(ArenaGameTest, ACoinIsCountedOnceAndAnotherAppears) {
  ArenaGame game(kSmall, 6);
  game.Join("ann");
  CollectOne(game, "ann");
  EXPECT_EQ(game.coins().size(), 3U);
  EXPECT_FALSE(game.coins().contains(PlaceOf(game, "ann")));
  EXPECT_FALSE(game.winner().has_value());
}

TEST(ArenaGameTest, TheFirstWithEnoughCoinsWinsAndTheGameIsOver) {
  ArenaGame game(kSmall, 7);
  game.Join("ann");
  CollectOne(game, "ann");
  CollectOne(game, "ann");
  EXPECT_EQ(game.winner(), "ann");
  for (const Move move : kMoves) EXPECT_FALSE(game.Step("ann", move));
  game.Join("bob");
  for (const Move move : kMoves) EXPECT_FALSE(game.Step("bob", move));
  EXPECT_EQ(game.players().at("bob").coins, 0);
}

TEST(ArenaGameTest, WhoLeavesFreesTheCellAndLosesTheCoins) {
  ArenaGame game(kSmall, 8);
  game.Join("ann");
  CollectOne(game, "ann");
  game.Leave("ann");
  EXPECT_TRUE(game.players().empty());
  EXPECT_FALSE(game.Step("ann", Move::kUp)) << "who is not in does not walk";
  game.Leave("ann");
  game.Join("ann");
  EXPECT_EQ(game.players().at("ann").coins, 0);
}

TEST(ArenaGameTest, AWinnerWhoLeavesHasWonAllTheSame) {
  ArenaGame game(kSmall, 9);
  game.Join("ann");
  CollectOne(game, "ann");
  CollectOne(game, "ann");
  game.Leave("ann");
  EXPECT_EQ(game.winner(), "ann");
}

TEST(ArenaGameTest, TheSameSeedAndMovesGiveTheSameGame) {
  const auto play = [](std::uint64_t seed) {
    ArenaGame game({.width = 10, .height = 10, .coins_on_grid = 5, .coins_to_win = 50}, seed);
    game.Join("ann");
    game.Join("bob");
    std::vector<Cell> history;
    for (int i = 0; i < 300; ++i) {
      game.Step(i % 2 == 0 ? "ann" : "bob", kMoves[i * 7 / 3 % 4]);
      history.push_back(PlaceOf(game, i % 2 == 0 ? "ann" : "bob"));
    }
    history.insert(history.end(), game.coins().begin(), game.coins().end());
    return history;
  };
  EXPECT_EQ(play(42), play(42));
  EXPECT_NE(play(42), play(43));
}

}  // namespace
}  // namespace arena
