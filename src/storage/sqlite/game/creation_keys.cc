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
  Statement insert = connection.Prepare(
      "INSERT INTO creation_keys (kind, creator, key, fingerprint, made) VALUES (?1, ?2, ?3, ?4, ?5)");
  return insert.Bind(1, kind)
      .Bind(2, key.creator)
      .Bind(3, key.key)
      .Bind(4, key.fingerprint)
      .Bind(5, made)
      .Run();
}

}  // namespace oofgg::storage
