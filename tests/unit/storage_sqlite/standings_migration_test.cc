// A file of a server that kept best scores of all time only goes on with lists of all time.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "storage/sqlite/database.h"
#include "storage/sqlite/game/game_schema.h"
#include "storage/sqlite/game/sqlite_score_store.h"

namespace oofgg::storage {
namespace {

constexpr std::size_t kBeforeStandings = 3;

TEST(StandingsMigration, BestScoresBecomeStandingsOfAllTime) {
  const auto database = Database::Open(":memory:").value();
  ASSERT_TRUE(database->Migrate("game", GameMigrations().first(kBeforeStandings)).ok());
  ASSERT_TRUE(
      database
          ->Write([](Connection& connection) {
            return connection.Execute(
                "INSERT INTO best_scores VALUES ('arena', 'default', 'ann', 7, 3, 1000000),"
                " ('arena', 'default', 'bob', -9, 1, 2000000), ('chess', 'default', 'ann', 5, 2, 3);"
                "INSERT INTO scores VALUES (3, 'id', 'ann', 'arena', '', 7, 'default', 1000000, '{}')");
          })
          .ok());
  ASSERT_TRUE(MigrateGameTables(*database).ok());

  SqliteScoreStore store(*database);
  std::map<std::string, game::Standing> standings;
  const auto visit = [&](const game::StandingRow& row) {
    EXPECT_EQ(row.period, game::ScorePeriod::kAllTime);
    EXPECT_EQ(row.score_type, "default");
    standings[std::string(row.game_id) + "/" + std::string(row.player_id)] = row.standing;
    return Status();
  };
  ASSERT_TRUE(store.VisitStandings(WallTime(std::chrono::hours(500'000)), visit).ok());
  EXPECT_EQ(standings, (std::map<std::string, game::Standing>{
                           {"arena/ann", {7, 3, WallTime(std::chrono::seconds(1))}},
                           {"arena/bob", {-9, 1, WallTime(std::chrono::seconds(2))}},
                           {"chess/ann", {5, 2, WallTime(std::chrono::microseconds(3))}}}));

  Score better;
  better.id = "new";
  better.player_id = "bob";
  better.game_id = "arena";
  better.value = 8;
  better.score_type = "default";
  const auto stored = store.InsertScore(better, {}, {});
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(stored->standings[0]->value, 8);
}

}  // namespace
}  // namespace oofgg::storage
