#pragma once

#include <optional>
#include <span>
#include <string>

#include "game/score_store.h"
#include "oofgg/model/score.h"

namespace oofgg::game {

/// What an instance tells the others that hold the same lists: of a score, or that a player is on no list any
/// more.
struct StandingNews {
  CountedScore score{};  ///< If it counts nowhere, only its order is told.
  /// What the game names for the score type, if anything; of it only `order` and `keep` are told.
  std::optional<ScoreRule> rule{};
  std::string erased_player{};  ///< Not empty: this one was erased, and nothing else is told.

  friend bool operator==(const StandingNews&, const StandingNews&) = default;
};

/// Carries news between the instances on one database. It may lose some, bring some twice and in any order.
class StandingChannel {
 public:
  /// Called on one thread of the channel's own.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnNews(std::span<const StandingNews> news) = 0;
    /// News may have been lost until now.
    virtual void OnGap() = 0;
  };

  virtual ~StandingChannel() = default;

  /// Tells all other instances, soon. Never waits. Threads: any.
  virtual void Tell(const StandingNews& news) = 0;

  /// Who hears from now on; null: nobody. Returns once no call of the former listener is under way.
  virtual void Listen(Listener* listener) = 0;
};

}  // namespace oofgg::game
