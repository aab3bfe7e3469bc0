#pragma once

#include <map>
#include <mutex>
#include <string>

#include "game/session_store.h"
#include "storage/memory/game/creation_keys.h"

namespace oofgg::storage {

/// Sessions that end with the process.
class MemorySessionStore final : public game::SessionStore {
 public:
  StatusOr<game::SessionRecord> CreateSession(const game::SessionRecord& session,
                                              const game::CreationKey& key, std::uint32_t max_live) override;
  StatusOr<game::SessionRecord> FindSession(std::string_view id) override;
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
  [[nodiscard]] bool HasPlaceLocked(const game::SessionRecord& place) const;
  void EraseLocked(const std::string& id);

  std::mutex mutex_;
  std::map<std::string, game::SessionRecord, std::less<>> sessions_;
  std::map<std::string, std::uint64_t, std::less<>> stream_runs_;
  std::map<std::string, WallTime, std::less<>> ended_;  ///< When a sweep first found them so.
  CreationKeys<std::string> keys_;
};

}  // namespace oofgg::storage
