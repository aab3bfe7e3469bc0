#include "storage/sqlite/auth/sqlite_refresh_store.h"

#include <array>
#include <optional>
#include <string>

#include "storage/sqlite/auth/family_rows.h"
#include "storage/sqlite/auth/revocation_rows.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/with_value.h"

namespace oofgg::storage {
namespace {

using auth::RefreshFamily;
using auth::Rotation;
using auth::RotationOutcome;
using auth::RotationResult;
using auth::StoredRefreshToken;

constexpr std::string_view kFamilies = R"sql(
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
)sql";

// Families from before there was an absolute end get the year 2100 for one.
constexpr std::string_view kEndsAndRevocations = R"sql(
  ALTER TABLE auth_refresh_families ADD COLUMN last_used_at INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE auth_refresh_families ADD COLUMN expires_at INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE auth_refresh_families ADD COLUMN label TEXT NOT NULL DEFAULT '';
  UPDATE auth_refresh_families SET expires_at = 4102444800000, last_used_at = COALESCE(
    (SELECT MAX(used_at) FROM auth_refresh_tokens WHERE family_id = id), created_at);
  CREATE TABLE auth_revocation_log (     -- One row.
    log_id TEXT PRIMARY KEY,
    head INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO auth_revocation_log (log_id, head) VALUES (lower(hex(randomblob(16))), 0);
  CREATE TABLE auth_revocations (
    sequence INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL,
    revoked_at INTEGER NOT NULL,
    until INTEGER NOT NULL
  ) STRICT;
)sql";

// A deletion has an empty session, a session that ended an empty user.
constexpr std::string_view kDeletions = R"sql(
  ALTER TABLE auth_revocations ADD COLUMN user_id TEXT NOT NULL DEFAULT '';
  CREATE INDEX auth_revocations_sessions ON auth_revocations (sequence) WHERE user_id = '';
  CREATE INDEX auth_revocations_deletions ON auth_revocations (until) WHERE user_id <> '';
)sql";

constexpr std::array kRefreshMigrations = {kFamilies, kEndsAndRevocations, kDeletions};

StatusOr<RefreshFamily> FindFamilyIn(Connection& connection, std::string_view id) {
  OOFGG_ASSIGN_OR_RETURN(std::optional<RefreshFamily> family, FamilyRows(connection).Find(id));
  if (!family.has_value()) return auth::NoSuchSession();
  return *std::move(family);
}

StatusOr<bool> Revoke(Connection& connection, std::string_view id, WallTime now, WallTime until) {
  OOFGG_ASSIGN_OR_RETURN(const bool newly, FamilyRows(connection).MarkRevoked(id));
  if (newly) OOFGG_RETURN_IF_ERROR(RevocationRows(connection).Append(id, now, until));
  return newly;
}

StatusOr<RotationResult> RotateIn(Connection& connection, const Rotation& rotation) {
  FamilyRows rows(connection);
  OOFGG_ASSIGN_OR_RETURN(const std::optional<StoredRefreshToken> token, rows.FindToken(rotation.token_hash));
  if (!token.has_value()) return RotationResult{};
  OOFGG_ASSIGN_OR_RETURN(const RefreshFamily family, FindFamilyIn(connection, token->family_id));
  RotationResult result = {.outcome = DecideRotation(*token, family, rotation),
                           .family_id = family.id,
                           .user_id = family.user_id,
                           .grant = token->grant};
  if (result.outcome == RotationOutcome::kReused) {
    OOFGG_RETURN_IF_ERROR(Revoke(connection, family.id, rotation.now, rotation.revoked_until).status());
  } else if (result.outcome == RotationOutcome::kRotated) {
    OOFGG_RETURN_IF_ERROR(rows.MarkUsed(rotation, family.id));
    OOFGG_RETURN_IF_ERROR(rows.InsertToken(rotation.next_hash, family.id, NextExpiry(family, rotation)));
    result.grant = rotation.grant;
  }
  return result;
}

}  // namespace

StatusOr<std::unique_ptr<SqliteRefreshStore>> SqliteRefreshStore::Make(Database& database) {
  OOFGG_RETURN_IF_ERROR(database.Migrate("auth_refresh", kRefreshMigrations));
  return std::unique_ptr<SqliteRefreshStore>(new SqliteRefreshStore(database));
}

Status SqliteRefreshStore::CreateFamily(const RefreshFamily& family, std::string_view token_hash,
                                        WallTime token_expires_at) {
  return database_->Write([&](Connection& connection) -> Status {
    FamilyRows rows(connection);
    OOFGG_RETURN_IF_ERROR(rows.Insert(family));
    return rows.InsertToken(token_hash, family.id, token_expires_at);
  });
}

StatusOr<RotationResult> SqliteRefreshStore::Rotate(const Rotation& rotation) {
  return WriteValue(*database_, [&](Connection& connection) { return RotateIn(connection, rotation); });
}

StatusOr<RefreshFamily> SqliteRefreshStore::FindFamily(std::string_view id) {
  return ReadValue(*database_, [&](Connection& connection) { return FindFamilyIn(connection, id); });
}

StatusOr<std::vector<RefreshFamily>> SqliteRefreshStore::ListFamilies(std::string_view user_id, WallTime now,
                                                                      std::size_t limit) {
  return ReadValue(*database_, [&](Connection& connection) {
    return FamilyRows(connection).ListOpen(user_id, now, limit);
  });
}

StatusOr<bool> SqliteRefreshStore::RevokeFamily(std::string_view id, WallTime now, WallTime until) {
  return WriteValue(*database_, [&](Connection& connection) -> StatusOr<bool> {
    OOFGG_RETURN_IF_ERROR(FindFamilyIn(connection, id).status());
    return Revoke(connection, id, now, until);
  });
}

StatusOr<std::size_t> SqliteRefreshStore::RevokeFamilies(std::string_view user_id, std::string_view except_id,
                                                         WallTime now, WallTime until) {
  return WriteValue(*database_, [&](Connection& connection) -> StatusOr<std::size_t> {
    OOFGG_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                           FamilyRows(connection).MarkAllRevoked(user_id, except_id));
    RevocationRows revocations(connection);
    for (const std::string& id : ids) OOFGG_RETURN_IF_ERROR(revocations.Append(id, now, until));
    return ids.size();
  });
}

Status SqliteRefreshStore::RevokeSession(std::string_view session_id, WallTime now, WallTime until) {
  return database_->Write(
      [&](Connection& connection) { return RevocationRows(connection).Append(session_id, now, until); });
}

Status SqliteRefreshStore::RecordDeletion(std::string_view user_id, WallTime now, WallTime until) {
  return database_->Write(
      [&](Connection& connection) { return RevocationRows(connection).AppendDeletion(user_id, now, until); });
}

StatusOr<auth::RevocationPage> SqliteRefreshStore::ReadRevocations(std::int64_t sequence, std::size_t limit) {
  return ReadValue(*database_,
                   [&](Connection& connection) { return RevocationRows(connection).Read(sequence, limit); });
}

StatusOr<std::size_t> SqliteRefreshStore::PurgeExpired(WallTime now, std::size_t limit) {
  return WriteValue(*database_, [&](Connection& connection) -> StatusOr<std::size_t> {
    OOFGG_ASSIGN_OR_RETURN(const std::size_t tokens, FamilyRows(connection).EraseExpired(now, limit));
    OOFGG_ASSIGN_OR_RETURN(const std::size_t revocations, RevocationRows(connection).Purge(now, limit));
    return tokens + revocations;
  });
}

Status SqliteRefreshStore::EraseFamilies(std::string_view user_id) {
  return database_->Write([&](Connection& connection) { return FamilyRows(connection).EraseOf(user_id); });
}

}  // namespace oofgg::storage
