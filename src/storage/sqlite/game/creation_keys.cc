#include "storage/sqlite/game/creation_keys.h"

#include "storage/sqlite/connection.h"

namespace oofgg::storage {

StatusOr<std::string> FindMade(Connection& connection, std::string_view kind, const game::CreationKey& key) {
  if (key.key.empty()) return std::string();
  Statement find = connection.Prepare(
      "SELECT made, fingerprint FROM creation_keys WHERE kind = ?1 AND creator = ?2 AND key = ?3");
  find.Bind(1, kind).Bind(2, key.creator).Bind(3, key.key);
  OOFGG_ASSIGN_OR_RETURN(const bool found, find.Step());
  if (!found) return std::string();
  OOFGG_RETURN_IF_ERROR(game::CheckSameRequest(find.Int(1), key));
  return find.Text(0);
}

Status RememberMade(Connection& connection, std::string_view kind, const game::CreationKey& key,
                    std::string_view made) {
  if (key.key.empty()) return {};
  // Replaced if what it made before is gone.
  Statement insert = connection.Prepare(
      "INSERT OR REPLACE INTO creation_keys (kind, creator, key, fingerprint, made) VALUES (?1, ?2, ?3, ?4, "
      "?5)");
  return insert.Bind(1, kind)
      .Bind(2, key.creator)
      .Bind(3, key.key)
      .Bind(4, key.fingerprint)
      .Bind(5, made)
      .Run();
}

StatusOr<bool> PurgeMade(Connection& connection, std::string_view kind, const game::Sweep& sweep) {
  Statement notice = connection.Prepare(
      "UPDATE creation_keys SET noticed_at = ?1 WHERE kind = ?2 AND (creator, key) IN"
      " (SELECT creator, key FROM creation_keys WHERE kind = ?2 AND noticed_at IS NULL LIMIT ?3)");
  OOFGG_RETURN_IF_ERROR(notice.Bind(1, Milliseconds(sweep.now)).Bind(2, kind).Bind(3, sweep.limit).Run());
  const bool more = connection.Changes() >= static_cast<std::int64_t>(sweep.limit);
  Statement forget = connection.Prepare(
      "DELETE FROM creation_keys WHERE kind = ?2 AND (creator, key) IN"
      " (SELECT creator, key FROM creation_keys WHERE kind = ?2 AND noticed_at <= ?1 LIMIT ?3)");
  forget.Bind(1, Milliseconds(sweep.now - sweep.keep)).Bind(2, kind).Bind(3, sweep.limit);
  OOFGG_RETURN_IF_ERROR(forget.Run());
  return more || connection.Changes() >= static_cast<std::int64_t>(sweep.limit);
}

std::int64_t Milliseconds(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace oofgg::storage
