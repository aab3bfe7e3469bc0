#pragma once

#include <memory>

#include "game/session_store.h"
#include "storage/cached/game/row_cache.h"

namespace oofgg::storage {

/// Sessions of another store, the live ones kept in memory as well. For a store that nobody else writes to:
/// what it tells is what is stored. Threads: safe.
class CachedSessionStore final : public game::SessionStore {
 public:
  /// `clock` outlives it.
  CachedSessionStore(std::unique_ptr<game::SessionStore> inner, const Clock& clock,
                     std::size_t max_bytes = RowCacheOptions().max_bytes)
      : inner_(std::move(inner)), sessions_(clock, {.max_bytes = max_bytes}) {}

  StatusOr<game::SessionRecord> CreateSession(const game::SessionRecord& session,
                                              const game::CreationKey& key, std::uint32_t max_live) override;
  StatusOr<game::SessionRecord> FindSession(std::string_view id) override;
  std::shared_ptr<const game::SessionRecord> SessionAtHand(std::string_view id) override;
  StatusOr<game::SessionRecord> UpdateSession(const game::SessionRecord& session) override;
  StatusOr<game::SessionRecord> FindActive(std::string_view user_id, std::string_view game_id) override;
  StatusOr<std::vector<game::SessionRecord>> ListSessions(std::string_view game_id, std::string_view user_id,
                                                          std::size_t limit) override;
  StatusOr<std::vector<game::SessionRecord>> ListRunning(std::string_view after, std::size_t limit) override;
  StatusOr<std::vector<game::SessionRecord>> ListQueued() override;
  StatusOr<std::vector<game::SessionRecord>> ListSessionsOf(std::string_view user_id,
                                                            std::size_t limit) override;
  Status EraseSession(std::string_view id) override;
  StatusOr<std::uint64_t> NextStreamRun(std::string_view session_id) override;
  StatusOr<bool> Purge(const game::Sweep& sweep) override;

 private:
  const std::unique_ptr<game::SessionStore> inner_;
  RowCache<game::SessionRecord> sessions_;
};

}  // namespace oofgg::storage
