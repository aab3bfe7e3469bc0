#include "storage/sqlite/auth/sqlite_refresh_store.h"

#include <array>
#include <set>
#include <string>

#include "storage/millis.h"
#include "storage/sqlite/database.h"

namespace oofgg::storage {
namespace {

using auth::RefreshFamily;
using auth::Rotation;
using auth::RotationOutcome;
using auth::RotationResult;
using auth::StoredRefreshToken;

constexpr std::array<std::string_view, 1> kMigrations = {R"sql(
  CREATE TABLE auth_refresh_families (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,         -- All times in milliseconds since 1970.
    revoked INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX auth_refresh_families_user ON auth_refresh_families (user_id);
  CREATE TABLE auth_refresh_tokens (
    hash BLOB PRIMARY KEY,
    family_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,                     -- NULL until it is used, as is what follows.
    nonce_hash BLOB,
    access_id TEXT,
    access_issued_at INTEGER,
    access_expires_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX auth_refresh_tokens_family ON auth_refresh_tokens (family_id);
  CREATE INDEX auth_refresh_tokens_expiry ON auth_refresh_tokens (expires_at);
)sql"};

Status NoSuchSession() { return MakeStatus(StatusCode::kNotFound, "there is no such session"); }

struct Row {
  bool found = false;
  StoredRefreshToken token;
  RefreshFamily family;
};

StatusOr<Row> Load(Connection& connection, std::string_view token_hash) {
  Statement select = connection.Prepare(
      "SELECT f.id, f.user_id, f.created_at, f.revoked, t.expires_at, t.used_at, t.nonce_hash, t.access_id,"
      " t.access_issued_at, t.access_expires_at"
      " FROM auth_refresh_tokens t JOIN auth_refresh_families f ON f.id = t.family_id WHERE t.hash = ?");
  select.BindBlob(1, token_hash);
  OOFGG_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) return Row{};
  return Row{.found = true,
             .token = {.family_id = select.Text(0),
                       .expires_at = FromMillis(select.Int(4)),
                       .used = !select.IsNull(5),
                       .used_at = FromMillis(select.Int(5)),
                       .nonce_hash = select.Text(6),
                       .grant = {.token_id = select.Text(7),
                                 .issued_at = FromMillis(select.Int(8)),
                                 .expires_at = FromMillis(select.Int(9))}},
             .family = {.id = select.Text(0),
                        .user_id = select.Text(1),
                        .created_at = FromMillis(select.Int(2)),
                        .revoked = select.Int(3) != 0}};
}

Status InsertToken(Connection& connection, std::string_view hash, std::string_view family_id,
                   WallTime expires_at) {
  Statement insert =
      connection.Prepare("INSERT INTO auth_refresh_tokens (hash, family_id, expires_at) VALUES (?, ?, ?)");
  return insert.BindBlob(1, hash).Bind(2, family_id).Bind(3, ToMillis(expires_at)).Run();
}

Status Use(Connection& connection, const Rotation& rotation, std::string_view family_id) {
  Statement update = connection.Prepare(
      "UPDATE auth_refresh_tokens SET used_at = ?, nonce_hash = ?, access_id = ?, access_issued_at = ?,"
      " access_expires_at = ? WHERE hash = ?");
  OOFGG_RETURN_IF_ERROR(update.Bind(1, ToMillis(rotation.now))
                            .BindBlob(2, rotation.nonce_hash)
                            .Bind(3, std::string_view(rotation.grant.token_id))
                            .Bind(4, ToMillis(rotation.grant.issued_at))
                            .Bind(5, ToMillis(rotation.grant.expires_at))
                            .BindBlob(6, rotation.token_hash)
                            .Run());
  return InsertToken(connection, rotation.next_hash, family_id, rotation.next_expires_at);
}

Status Revoke(Connection& connection, std::string_view family_id) {
  Statement update = connection.Prepare("UPDATE auth_refresh_families SET revoked = 1 WHERE id = ?");
  OOFGG_RETURN_IF_ERROR(update.Bind(1, family_id).Run());
  return connection.Changes() == 1 ? Status() : NoSuchSession();
}

StatusOr<RotationResult> RotateIn(Connection& connection, const Rotation& rotation) {
  OOFGG_ASSIGN_OR_RETURN(const Row row, Load(connection, rotation.token_hash));
  if (!row.found) return RotationResult{};
  RotationResult result = {.outcome = DecideRotation(row.token, row.family, rotation),
                           .family_id = row.family.id,
                           .user_id = row.family.user_id,
                           .grant = row.token.grant};
  if (result.outcome == RotationOutcome::kReused) {
    OOFGG_RETURN_IF_ERROR(Revoke(connection, row.family.id));
  } else if (result.outcome == RotationOutcome::kRotated) {
    OOFGG_RETURN_IF_ERROR(Use(connection, rotation, row.family.id));
    result.grant = rotation.grant;
  }
  return result;
}

/// Deletes tokens and notes the families that they were of.
StatusOr<std::size_t> DeleteExpired(Connection& connection, WallTime now, std::size_t limit,
                                    std::set<std::string>& touched) {
  Statement remove = connection.Prepare(
      "DELETE FROM auth_refresh_tokens WHERE hash IN"
      " (SELECT hash FROM auth_refresh_tokens WHERE expires_at < ? ORDER BY expires_at LIMIT ?)"
      " RETURNING family_id");
  remove.Bind(1, ToMillis(now)).Bind(2, limit);
  std::size_t gone = 0;
  while (true) {
    OOFGG_ASSIGN_OR_RETURN(const bool row, remove.Step());
    if (!row) return gone;
    touched.insert(remove.Text(0));
    ++gone;
  }
}

Status DeleteEmpty(Connection& connection, const std::set<std::string>& families) {
  Statement remove = connection.Prepare(
      "DELETE FROM auth_refresh_families WHERE id = ?1"
      " AND NOT EXISTS (SELECT 1 FROM auth_refresh_tokens WHERE family_id = ?1)");
  for (const std::string& family : families) {
    OOFGG_RETURN_IF_ERROR(remove.Bind(1, std::string_view(family)).Run());
  }
  return {};
}

}  // namespace

StatusOr<std::unique_ptr<SqliteRefreshStore>> SqliteRefreshStore::Make(Database& database) {
  OOFGG_RETURN_IF_ERROR(database.Migrate("auth_refresh", kMigrations));
  return std::unique_ptr<SqliteRefreshStore>(new SqliteRefreshStore(database));
}

Status SqliteRefreshStore::CreateFamily(const RefreshFamily& family, std::string_view token_hash,
                                        WallTime token_expires_at) {
  return database_->Write([&](Connection& connection) -> Status {
    Statement insert = connection.Prepare("INSERT INTO auth_refresh_families VALUES (?, ?, ?, ?)");
    OOFGG_RETURN_IF_ERROR(insert.Bind(1, std::string_view(family.id))
                              .Bind(2, std::string_view(family.user_id))
                              .Bind(3, ToMillis(family.created_at))
                              .Bind(4, family.revoked ? 1 : 0)
                              .Run());
    return InsertToken(connection, token_hash, family.id, token_expires_at);
  });
}

StatusOr<RotationResult> SqliteRefreshStore::Rotate(const Rotation& rotation) {
  RotationResult result;
  OOFGG_RETURN_IF_ERROR(database_->Write([&](Connection& connection) -> Status {
    OOFGG_ASSIGN_OR_RETURN(result, RotateIn(connection, rotation));
    return {};
  }));
  return result;
}

StatusOr<RefreshFamily> SqliteRefreshStore::FindFamily(std::string_view id) {
  RefreshFamily family;
  OOFGG_RETURN_IF_ERROR(database_->Read([&](Connection& connection) -> Status {
    Statement select =
        connection.Prepare("SELECT id, user_id, created_at, revoked FROM auth_refresh_families WHERE id = ?");
    OOFGG_ASSIGN_OR_RETURN(const bool found, select.Bind(1, id).Step());
    if (!found) return NoSuchSession();
    family = {.id = select.Text(0),
              .user_id = select.Text(1),
              .created_at = FromMillis(select.Int(2)),
              .revoked = select.Int(3) != 0};
    return {};
  }));
  return family;
}

Status SqliteRefreshStore::RevokeFamily(std::string_view id) {
  return database_->Write([&](Connection& connection) { return Revoke(connection, id); });
}

StatusOr<std::size_t> SqliteRefreshStore::PurgeExpired(WallTime now, std::size_t limit) {
  std::size_t gone = 0;
  OOFGG_RETURN_IF_ERROR(database_->Write([&](Connection& connection) -> Status {
    std::set<std::string> touched;
    OOFGG_ASSIGN_OR_RETURN(gone, DeleteExpired(connection, now, limit, touched));
    return DeleteEmpty(connection, touched);
  }));
  return gone;
}

}  // namespace oofgg::storage
