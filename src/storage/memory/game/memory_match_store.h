#pragma once

#include <map>
#include <mutex>
#include <string>

#include "game/match_store.h"

namespace oofgg::storage {

/// Matches that end with the process.
class MemoryMatchStore final : public game::MatchStore {
 public:
  StatusOr<game::MatchRecord> CreateMatch(const game::MatchRecord& match) override;
  StatusOr<game::MatchRecord> FindMatch(std::string_view id) override;
  StatusOr<game::MatchRecord> FindMatchByAlias(std::string_view alias) override;
  StatusOr<game::MatchRecord> UpdateMatch(const game::MatchRecord& match) override;
  StatusOr<std::vector<game::MatchRecord>> ListMatches(std::string_view player_id, std::string_view game_id,
                                                       const std::optional<game::MatchPosition>& after,
                                                       std::size_t limit) override;
  Status MarkTold(std::string_view id) override;
  StatusOr<std::vector<std::string>> ListOpen(std::string_view after, std::size_t limit) override;
  StatusOr<bool> ErasePlayer(std::string_view player_id, std::size_t limit) override;
  StatusOr<bool> Purge(const game::Sweep& sweep) override;

 private:
  std::mutex mutex_;
  std::map<std::string, game::MatchRecord, std::less<>> matches_;
};

}  // namespace oofgg::storage
