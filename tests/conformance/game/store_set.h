#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "game/entity_store.h"
#include "game/game_store.h"
#include "game/player_store.h"
#include "game/score_store.h"
#include "game/session_store.h"

namespace oofgg::storage {

/// The five stores on one engine.
class StoreSet {
 public:
  virtual ~StoreSet() = default;
  virtual game::PlayerStore& players() = 0;
  virtual game::GameStore& games() = 0;
  virtual game::SessionStore& sessions() = 0;
  virtual game::EntityStore& entities() = 0;
  virtual game::ScoreStore& scores() = 0;
};

enum class Engine { kMemory, kSqlite, kPostgres };

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
    case Engine::kPostgres:
      break;
  }
  return "Postgres";
}

/// Runs `body(i)` on as many threads at once.
inline void AllAtOnce(std::size_t threads, const std::function<void(std::size_t)>& body) {
  std::latch start(static_cast<std::ptrdiff_t>(threads));
  std::vector<std::thread> running;
  for (std::size_t i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      start.arrive_and_wait();
      body(i);
    });
  }
  for (std::thread& thread : running) thread.join();
}

/// Runs a suite on all engines.
#define OOFGG_ON_ALL_ENGINES(suite) \
  INSTANTIATE_TEST_SUITE_P(         \
      Engines, suite, ::testing::Values(Engine::kMemory, Engine::kSqlite, Engine::kPostgres), EngineName)

}  // namespace oofgg::storage
