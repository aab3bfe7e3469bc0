#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/model/game.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// Profiles by player id; `Player::version` is the store's own. What returned OK survives the process, where
/// the implementation lasts at all. Threads: safe. Errors beyond those named: kUnavailable, the engine cannot
/// be used now.
class PlayerStore {
 public:
  virtual ~PlayerStore() = default;

  /// Stores a new profile as version 1. kAlreadyExists: the id is taken, nothing changed.
  virtual Status InsertPlayer(const Player& player) = 0;

  /// kNotFound: no such profile. Where several servers write to one database, profiles may be told as they
  /// were a moment ago (docs/storage.md says how long), but for what this process has written.
  virtual StatusOr<Player> FindPlayer(std::string_view id) = 0;

  /// What `FindPlayer` would tell, if that is known without waiting for anything; else null.
  virtual std::shared_ptr<const Player> PlayerAtHand(std::string_view /*id*/) { return nullptr; }

  /// As `FindPlayer`, and always as it is now.
  virtual StatusOr<Player> FindPlayerToChange(std::string_view id) { return FindPlayer(id); }

  /// The profiles among `ids` that exist, in no order; each as `FindPlayer` tells it.
  virtual StatusOr<std::vector<Player>> FindPlayers(std::span<const std::string> ids) = 0;

  /// Replaces the profile and adds 1 to its version; returns it as it now is. kAborted: `player.version` is
  /// not the stored one, so somebody else wrote in between; read again. kNotFound: no such profile.
  virtual StatusOr<Player> UpdatePlayer(const Player& player) = 0;

  /// Forgets the profile. False: there was none.
  virtual StatusOr<bool> ErasePlayer(std::string_view id) = 0;
};

}  // namespace oofgg::game
