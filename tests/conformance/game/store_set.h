#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "game/entity_store.h"
#include "game/game_store.h"
#include "game/match_store.h"
#include "game/player_store.h"
#include "game/score_store.h"
#include "game/session_store.h"
#include "tests/support/all_at_once.h"

namespace oofgg::storage {

/// The six stores on one engine.
class StoreSet {
 public:
  virtual ~StoreSet() = default;
  virtual game::PlayerStore& players() = 0;
  virtual game::GameStore& games() = 0;
  virtual game::SessionStore& sessions() = 0;
  virtual game::EntityStore& entities() = 0;
  virtual game::ScoreStore& scores() = 0;
  virtual game::MatchStore& matches() = 0;
};

/// The cached ones with storage/cached before them; those of Redis keep sessions and entities, and the rest
/// of them is in memory.
enum class Engine { kMemory, kSqlite, kPostgres, kCachedSqlite, kCachedPostgres, kRedis, kRedisCluster };

std::unique_ptr<StoreSet> MakeStores(Engine engine);

/// Base of the suites: fresh, empty stores for each test.
class StoreConformance : public ::testing::TestWithParam<Engine> {
 protected:
  std::unique_ptr<StoreSet> stores_ = MakeStores(GetParam());
};

inline std::string EngineName(const ::testing::TestParamInfo<Engine>& engine) {
  switch (engine.param) {
    case Engine::kMemory:
      return "Memory";
    case Engine::kSqlite:
      return "Sqlite";
    case Engine::kRedis:
      return "Redis";
    case Engine::kRedisCluster:
      return "RedisCluster";
    case Engine::kPostgres:
      return "Postgres";
    case Engine::kCachedSqlite:
      return "CachedSqlite";
    case Engine::kCachedPostgres:
      break;
  }
  return "CachedPostgres";
}

using oofgg::testing::AllAtOnce;

/// Runs a suite on all engines.
#define OOFGG_ON_ALL_ENGINES(suite)                                                               \
  INSTANTIATE_TEST_SUITE_P(Engines, suite,                                                        \
                           ::testing::Values(Engine::kMemory, Engine::kSqlite, Engine::kPostgres, \
                                             Engine::kCachedSqlite, Engine::kCachedPostgres),     \
                           EngineName)

/// Likewise, and on those that keep only sessions and entities.
#define OOFGG_ON_ALL_ROW_ENGINES(suite)                                                             \
  INSTANTIATE_TEST_SUITE_P(                                                                         \
      Engines, suite,                                                                               \
      ::testing::Values(Engine::kMemory, Engine::kSqlite, Engine::kPostgres, Engine::kCachedSqlite, \
                        Engine::kCachedPostgres, Engine::kRedis, Engine::kRedisCluster),            \
      EngineName)

}  // namespace oofgg::storage
