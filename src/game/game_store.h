#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "game/creation_key.h"
#include "game/purge.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// Games by id. What returned OK survives the process, where the implementation lasts at all.
/// Threads: safe. Errors beyond those named: kUnavailable, the engine cannot be used now.
class GameStore {
 public:
  virtual ~GameStore() = default;

  /// Stores a new game, or returns the one that the same key made before.
  /// kResourceExhausted: its owner has `quota` games (0: no limit). kAlreadyExists: the id is taken.
  /// kInvalidArgument: the key was used for a different request.
  virtual StatusOr<Game> CreateGame(const Game& game, const CreationKey& key, std::uint32_t quota) = 0;

  /// kNotFound: no such game.
  virtual StatusOr<Game> FindGame(std::string_view id) = 0;

  /// At most `limit` games in ascending order of id, beginning after `after`.
  virtual StatusOr<std::vector<Game>> ListGames(std::string_view after, std::size_t limit) = 0;

  /// Forgets creation keys by age; games stay. True: there is more to do.
  virtual StatusOr<bool> Purge(const Sweep& sweep) = 0;
};

}  // namespace oofgg::game
