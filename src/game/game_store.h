#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "game/creation_key.h"
#include "game/purge.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// How much a game is joined of late: ln of the sum over its joins of exp(t · ln 2 / half-life), t being when
/// each happened. So it never has to be made smaller as time passes, and two of them compare the same at any
/// moment ("forward decay", Cormode et al., ICDE 2009).
struct GameTrend {
  std::string game_id;
  double heat = 0;
};
/// The heat of what `a` and `b` each count.
[[nodiscard]] double AddHeat(double a, double b);

struct TrendingGame {
  Game game;
  double heat = 0;
};

/// Games by id; `Game::version` is the store's own. What returned OK survives the process, where the
/// implementation lasts at all. Threads: safe. Errors beyond those named: kUnavailable, the engine cannot be
/// used now.
class GameStore {
 public:
  virtual ~GameStore() = default;

  /// Stores a new game as version 1, or returns the one that the same key made before.
  /// kResourceExhausted: its owner has `quota` games (0: no limit). kAlreadyExists: the id is taken.
  /// kInvalidArgument: the key was used for a different request.
  virtual StatusOr<Game> CreateGame(const Game& game, const CreationKey& key, std::uint32_t quota) = 0;

  /// kNotFound: no such game. Where several servers write to one database, games may be told as they were a
  /// moment ago (docs/storage.md says how long), but for what this process has written.
  virtual StatusOr<Game> FindGame(std::string_view id) = 0;

  /// What `FindGame` would tell, if that is known without waiting for anything; else null.
  virtual std::shared_ptr<const Game> GameAtHand(std::string_view /*id*/) { return nullptr; }

  /// As `FindGame`, and always as it is now.
  virtual StatusOr<Game> FindGameToChange(std::string_view id) { return FindGame(id); }

  /// At most `limit` games in ascending order of id, beginning after `after`.
  virtual StatusOr<std::vector<Game>> ListGames(std::string_view after, std::size_t limit) = 0;

  /// Replaces the game and adds 1 to its version; returns it as it now is. kAborted: `game.version` is not
  /// the stored one, so somebody else wrote in between. kNotFound: no such game.
  virtual StatusOr<Game> UpdateGame(const Game& game) = 0;

  /// Adds to the games' heat. Games that are not there are passed over.
  virtual Status AddTrends(std::span<const GameTrend> trends) = 0;

  /// At most `limit` games, the hottest first and of equal ones by id, beginning behind `after`. Games that
  /// nobody ever joined are not among them.
  virtual StatusOr<std::vector<TrendingGame>> ListTrending(const std::optional<GameTrend>& after,
                                                           std::size_t limit) = 0;

  /// A secret that all servers on this store share: keeps `fresh` under `name` unless there is one already,
  /// and returns the one there is.
  virtual StatusOr<std::string> KeepSecret(std::string_view name, std::string_view fresh) = 0;

  /// Forgets creation keys by age; games stay. True: there is more to do.
  virtual StatusOr<bool> Purge(const Sweep& sweep) = 0;
};

}  // namespace oofgg::game
