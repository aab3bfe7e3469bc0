#include "storage/sqlite/auth/family_rows.h"

#include <set>

#include "storage/millis.h"
#include "storage/sqlite/all_rows.h"

namespace oofgg::storage {
namespace {

using auth::RefreshFamily;
using auth::Rotation;
using auth::StoredRefreshToken;

/// Reads `id, user_id, created_at, last_used_at, expires_at, label, revoked`.
RefreshFamily ReadFamily(const Statement& row) {
  return {.id = row.Text(0),
          .user_id = row.Text(1),
          .created_at = FromMillis(row.Int(2)),
          .last_used_at = FromMillis(row.Int(3)),
          .expires_at = FromMillis(row.Int(4)),
          .label = row.Text(5),
          .revoked = row.Int(6) != 0};
}

std::string ReadId(const Statement& row) { return row.Text(0); }

}  // namespace

StatusOr<std::optional<RefreshFamily>> FamilyRows::Find(std::string_view id) {
  Statement select = connection_.Prepare(
      "SELECT id, user_id, created_at, last_used_at, expires_at, label, revoked FROM auth_refresh_families"
      " WHERE id = ?");
  OOFGG_ASSIGN_OR_RETURN(const bool found, select.Bind(1, id).Step());
  return found ? std::optional(ReadFamily(select)) : std::nullopt;
}

StatusOr<std::vector<RefreshFamily>> FamilyRows::ListOpen(std::string_view user_id, WallTime now,
                                                          std::size_t limit) {
  Statement select = connection_.Prepare(
      "SELECT id, user_id, created_at, last_used_at, expires_at, label, revoked FROM auth_refresh_families"
      " WHERE user_id = ? AND revoked = 0 AND expires_at > ? ORDER BY created_at DESC, id DESC LIMIT ?");
  select.Bind(1, user_id).Bind(2, ToMillis(now)).Bind(3, limit);
  return AllRows(select, ReadFamily);
}

Status FamilyRows::Insert(const RefreshFamily& family) {
  return connection_
      .Prepare(
          "INSERT INTO auth_refresh_families"
          " (id, user_id, created_at, last_used_at, expires_at, label, revoked)"
          " VALUES (?, ?, ?, ?, ?, ?, ?)")
      .Bind(1, family.id)
      .Bind(2, family.user_id)
      .Bind(3, ToMillis(family.created_at))
      .Bind(4, ToMillis(family.last_used_at))
      .Bind(5, ToMillis(family.expires_at))
      .Bind(6, family.label)
      .Bind(7, family.revoked)
      .Run();
}

StatusOr<bool> FamilyRows::MarkRevoked(std::string_view id) {
  Statement update =
      connection_.Prepare("UPDATE auth_refresh_families SET revoked = 1 WHERE id = ? AND revoked = 0");
  OOFGG_RETURN_IF_ERROR(update.Bind(1, id).Run());
  return connection_.Changes() == 1;
}

StatusOr<std::vector<std::string>> FamilyRows::MarkAllRevoked(std::string_view user_id,
                                                              std::string_view except_id) {
  Statement update = connection_.Prepare(
      "UPDATE auth_refresh_families SET revoked = 1 WHERE user_id = ? AND id <> ? AND revoked = 0"
      " RETURNING id");
  update.Bind(1, user_id).Bind(2, except_id);
  return AllRows(update, ReadId);
}

Status FamilyRows::EraseOf(std::string_view user_id) {
  OOFGG_RETURN_IF_ERROR(connection_
                            .Prepare("DELETE FROM auth_refresh_tokens WHERE family_id IN"
                                     " (SELECT id FROM auth_refresh_families WHERE user_id = ?)")
                            .Bind(1, user_id)
                            .Run());
  return connection_.Prepare("DELETE FROM auth_refresh_families WHERE user_id = ?").Bind(1, user_id).Run();
}

StatusOr<std::optional<StoredRefreshToken>> FamilyRows::FindToken(std::string_view hash) {
  Statement select = connection_.Prepare(
      "SELECT family_id, expires_at, used_at, nonce_hash, access_id, access_issued_at, access_expires_at"
      " FROM auth_refresh_tokens WHERE hash = ?");
  OOFGG_ASSIGN_OR_RETURN(const bool found, select.BindBlob(1, hash).Step());
  if (!found) return std::nullopt;
  return StoredRefreshToken{.family_id = select.Text(0),
                            .expires_at = FromMillis(select.Int(1)),
                            .used = !select.IsNull(2),
                            .used_at = FromMillis(select.Int(2)),
                            .nonce_hash = select.Text(3),
                            .grant = {.token_id = select.Text(4),
                                      .issued_at = FromMillis(select.Int(5)),
                                      .expires_at = FromMillis(select.Int(6))}};
}

Status FamilyRows::InsertToken(std::string_view hash, std::string_view family_id, WallTime expires_at) {
  return connection_.Prepare("INSERT INTO auth_refresh_tokens (hash, family_id, expires_at) VALUES (?, ?, ?)")
      .BindBlob(1, hash)
      .Bind(2, family_id)
      .Bind(3, ToMillis(expires_at))
      .Run();
}

Status FamilyRows::MarkUsed(const Rotation& rotation, std::string_view family_id) {
  OOFGG_RETURN_IF_ERROR(
      connection_
          .Prepare("UPDATE auth_refresh_tokens SET used_at = ?, nonce_hash = ?, access_id = ?,"
                   " access_issued_at = ?, access_expires_at = ? WHERE hash = ?")
          .Bind(1, ToMillis(rotation.now))
          .BindBlob(2, rotation.nonce_hash)
          .Bind(3, rotation.grant.token_id)
          .Bind(4, ToMillis(rotation.grant.issued_at))
          .Bind(5, ToMillis(rotation.grant.expires_at))
          .BindBlob(6, rotation.token_hash)
          .Run());
  return connection_.Prepare("UPDATE auth_refresh_families SET last_used_at = ? WHERE id = ?")
      .Bind(1, ToMillis(rotation.now))
      .Bind(2, family_id)
      .Run();
}

StatusOr<std::size_t> FamilyRows::EraseExpired(WallTime now, std::size_t limit) {
  Statement tokens = connection_.Prepare(
      "DELETE FROM auth_refresh_tokens WHERE hash IN"
      " (SELECT hash FROM auth_refresh_tokens WHERE expires_at < ? ORDER BY expires_at LIMIT ?)"
      " RETURNING family_id");
  tokens.Bind(1, ToMillis(now)).Bind(2, limit);
  OOFGG_ASSIGN_OR_RETURN(const std::vector<std::string> gone, AllRows(tokens, ReadId));

  Statement families = connection_.Prepare(
      "DELETE FROM auth_refresh_families WHERE id = ?1"
      " AND NOT EXISTS (SELECT 1 FROM auth_refresh_tokens WHERE family_id = ?1)");
  for (const std::string& id : std::set<std::string>(gone.begin(), gone.end())) {
    OOFGG_RETURN_IF_ERROR(families.Bind(1, id).Run());
  }
  return gone.size();
}

}  // namespace oofgg::storage
