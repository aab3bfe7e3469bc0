#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "game/session_store.h"
#include "storage/redis/row_link.h"

namespace oofgg::storage {

/// Sessions in Redis, for all instances. Each call is one round trip, but for lists of more than 200 rows and
/// for purges. Threads: safe; not inside callbacks of `client`, which must outlive the store.
///
/// A write whose answer is lost is sent again within the call's time and finds what it did; what then is
/// still unknown ends with kUnavailable, and may have been done. Whether anything outlives Redis' own process
/// is its matter (storage/redis/durability.h). Where Redis fails over, or comes back, without what it wrote
/// last, rows are as they were a moment before; numbers of stream runs leave out some then and so are not
/// given twice, unless the session itself was forgotten.
class RedisSessionStore final : public game::SessionStore {
 public:
  explicit RedisSessionStore(RedisClient& client, RowOptions options = {})
      : link_(client, options, "sessions") {}

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
  StatusOr<RedisReply> Run(const RedisScript& script, std::vector<std::string> arguments) const;
  StatusOr<std::vector<game::SessionRecord>> ListById(std::string_view what, std::string after,
                                                      std::size_t limit) const;

  const RowLink link_;
};

}  // namespace oofgg::storage
