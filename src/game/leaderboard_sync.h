#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "game/erased_players.h"
#include "game/game_store.h"
#include "game/leaderboards.h"
#include "game/score_store.h"
#include "game/standing_channel.h"
#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// Brings to this process's lists what other instances stored in the same database: by a channel, where there
/// is one, at once; and whatever that lost, or all without one, by reading what is new in the store every
/// `kInterval` (docs/decisions/0037-leaderboards-of-several-instances.md). What comes twice, late or in
/// another order does no harm, as the lists keep what counts.
/// Threads: safe. Lifetime: outlives every call; outlived by its parts.
class LeaderboardSync final : private StandingChannel::Listener {
 public:
  static constexpr std::chrono::seconds kInterval{15};

  struct Parts {
    ScoreStore& scores;
    GameStore& games;
    Leaderboards& boards;
    const ErasedPlayers& erased;
    const Clock& clock;
    StandingChannel* channel = nullptr;  ///< None: nobody tells us, and we tell nobody.
  };

  explicit LeaderboardSync(const Parts& parts) : parts_(parts) {}
  ~LeaderboardSync() override;
  LeaderboardSync(const LeaderboardSync&) = delete;
  LeaderboardSync& operator=(const LeaderboardSync&) = delete;

  /// Before the lists are filled from the store: what is stored from now on is new. Blocks on the store.
  Status Begin();
  /// Once they are filled: hears what others tell.
  void Listen();

  /// Tells the others of a score that is stored and on our own lists, and of whom no list has any more.
  /// `rule`: what the game names for its type.
  void Tell(const StoredScore& stored, const std::optional<ScoreRule>& rule);
  void TellErased(std::string_view player_id);

  /// Reads what is new, if it is time to or news may have been lost; to be called every second or so. Blocks
  /// on the store. What fails is tried again after a while.
  Status CatchUpIfDue();

 private:
  void OnNews(std::span<const StandingNews> news) override;
  void OnGap() override { due_ = true; }

  void Note(std::int64_t order);
  [[nodiscard]] std::vector<std::int64_t> Heard();
  Status CatchUp();
  Status Read(std::int64_t after, std::int64_t last);
  Status TakeOver(const CountedScore& score);
  void Apply(const CountedScore& score);

  const Parts parts_;
  std::atomic<bool> due_ = false;
  std::atomic<bool> followed_ = false;  // Somebody calls `CatchUpIfDue`.
  std::mutex mutex_;                    // Of what follows; held while the store is read.
  std::int64_t known_ = 0;  // All scores up to this order are on the lists, or not stored any more.
  TimePoint next_{};
  std::mutex heard_mutex_;           // Of what follows; no other lock is taken under it.
  std::vector<std::int64_t> heard_;  // Orders of scores that need not be read: our own, and those told.
};

}  // namespace oofgg::game
