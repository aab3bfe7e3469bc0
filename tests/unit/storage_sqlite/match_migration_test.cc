// A file of a server that told matches before it stored their ends.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "storage/sqlite/database.h"
#include "storage/sqlite/game/game_schema.h"
#include "storage/sqlite/game/sqlite_match_store.h"

namespace oofgg::storage {
namespace {

constexpr std::size_t kWithMatches = 7;

TEST(MatchMigration, WhatWasOverCountsAsToldAndWhatIsPlayedDoesNot) {
  const auto database = Database::Open(":memory:").value();
  ASSERT_TRUE(database->Migrate("game", GameMigrations().first(kWithMatches)).ok());
  ASSERT_TRUE(database
                  ->Write([](Connection& connection) {
                    return connection.Execute(
                        "INSERT INTO matches VALUES ('over', 'arena', 0, 1000, 2000, 1, 2),"
                        " ('played', 'arena', 0, 1000, NULL, 0, 1)");
                  })
                  .ok());
  ASSERT_TRUE(MigrateGameTables(*database).ok());

  SqliteMatchStore store(*database);
  EXPECT_TRUE(store.FindMatch("over")->is_told);
  EXPECT_FALSE(store.FindMatch("played")->is_told);
  EXPECT_EQ(store.ListOpen("", 10).value(), std::vector<std::string>{"played"});
  ASSERT_TRUE(store.CreateMatch({.id = "new", .game_id = "arena"}).ok());
  EXPECT_FALSE(store.FindMatch("new")->is_told);
}

}  // namespace
}  // namespace oofgg::storage
