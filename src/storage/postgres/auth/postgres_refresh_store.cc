#include "storage/postgres/auth/postgres_refresh_store.h"

#include <string>

#include "storage/millis.h"
#include "storage/postgres/all_rows.h"
#include "storage/postgres/auth/refresh_schema.h"
#include "storage/postgres/database.h"

namespace oofgg::storage {
namespace {

using auth::RefreshFamily;
using auth::Rotation;
using auth::RotationOutcome;
using auth::RotationResult;
using auth::StoredRefreshToken;

constexpr PgStatement kCreateFamily{
    "WITH family AS ("
    " INSERT INTO auth_refresh_families (id, user_id, created_at, expires_at, label, revoked)"
    " SELECT $1, $2, $3, $4, $5, $6 WHERE NOT EXISTS (SELECT 1 FROM auth_refresh_tokens WHERE hash = $7)"
    " ON CONFLICT DO NOTHING RETURNING id) "
    "INSERT INTO auth_refresh_tokens (hash, family_id, issued_at, expires_at) SELECT $7, id, $8, $9 FROM "
    "family",
    PgKind::kWrite, /*repeatable=*/true};

constexpr PgStatement kFindStart{
    "SELECT 1::bigint FROM auth_refresh_tokens WHERE hash = $2 AND family_id = $1", PgKind::kRead};

// The condition under which `DecideRotation` says kRotated, and `NextExpiry`.
constexpr PgStatement kRotate{
    "WITH used AS ("
    " UPDATE auth_refresh_tokens t SET used_at = $3, nonce_hash = $4, access_id = $5, access_issued_at = $6,"
    " access_expires_at = $7 FROM auth_refresh_families f"
    " WHERE t.hash = $1 AND f.id = t.family_id AND NOT f.revoked AND t.used_at IS NULL"
    " AND LEAST(t.expires_at, f.expires_at) > $3 RETURNING f.id, f.user_id, f.expires_at), "
    "added AS (INSERT INTO auth_refresh_tokens (hash, family_id, issued_at, expires_at)"
    " SELECT $2, id, $3, LEAST(expires_at, $8) FROM used) "
    "SELECT id, user_id FROM used",
    PgKind::kGroupedWrite, /*repeatable=*/true};

constexpr PgStatement kLoad{
    "SELECT f.id, f.user_id, f.expires_at, f.revoked, t.expires_at, t.used_at, t.nonce_hash, t.access_id,"
    " t.access_issued_at, t.access_expires_at"
    " FROM auth_refresh_tokens t JOIN auth_refresh_families f ON f.id = t.family_id WHERE t.hash = $1",
    PgKind::kRead};

#define OOFGG_SELECT_FAMILY                                                         \
  "SELECT id, user_id, created_at, (SELECT max(issued_at) FROM auth_refresh_tokens" \
  " WHERE family_id = f.id), expires_at, label, revoked FROM auth_refresh_families f WHERE "
constexpr PgStatement kFindFamily{OOFGG_SELECT_FAMILY "id = $1", PgKind::kRead};
constexpr PgStatement kListOpen{OOFGG_SELECT_FAMILY
                                "user_id = $1 AND NOT revoked AND expires_at > $2"
                                " ORDER BY created_at DESC, id DESC LIMIT $3",
                                PgKind::kRead};
#undef OOFGG_SELECT_FAMILY

constexpr PgStatement kRevoke{"SELECT auth_revoke_family($1, $2, $3)", PgKind::kWrite, /*repeatable=*/true};
constexpr PgStatement kRevokeAll{"SELECT auth_revoke_families($1, $2, $3, $4)", PgKind::kWrite,
                                 /*repeatable=*/true};
constexpr PgStatement kLogRevocation{"SELECT auth_log_revocations(ARRAY[$1::text], $2, $3)", PgKind::kWrite,
                                     /*repeatable=*/true};
constexpr PgStatement kLogDeletion{"SELECT auth_log_deletion($1, $2, $3)", PgKind::kWrite,
                                   /*repeatable=*/true};
constexpr PgStatement kEraseAll{"SELECT auth_erase_families($1)", PgKind::kWrite, /*repeatable=*/true};
constexpr PgStatement kPurgeFamilies{"SELECT auth_refresh_purge($1, $2)", PgKind::kWrite,
                                     /*repeatable=*/true};

// One row at least, as the log is asked too.
constexpr PgStatement kReadRevocations{
    "SELECT l.log_id, COALESCE((SELECT min(sequence) - 1 FROM auth_revocations WHERE user_id = ''), l.head),"
    " l.head, r.sequence, r.session_id, r.revoked_at, r.until, r.user_id FROM auth_revocation_log l LEFT "
    "JOIN ("
    " SELECT sequence, session_id, revoked_at, until, user_id FROM auth_revocations WHERE sequence > $1"
    " ORDER BY sequence LIMIT $2) r ON true ORDER BY r.sequence",
    PgKind::kRead};

RefreshFamily FamilyIn(const PgResult& result, int row) {
  return {.id = result.Text(row, 0),
          .user_id = result.Text(row, 1),
          .created_at = FromMillis(result.Int(row, 2)),
          .last_used_at = FromMillis(result.Int(row, 3)),
          .expires_at = FromMillis(result.Int(row, 4)),
          .label = result.Text(row, 5),
          .revoked = result.Bool(row, 6)};
}

/// What `kLoad` gave: of the family, what the rule of rotation asks for.
RefreshFamily LoadedFamily(const PgResult& row) {
  return {.id = row.Text(0, 0),
          .user_id = row.Text(0, 1),
          .expires_at = FromMillis(row.Int(0, 2)),
          .revoked = row.Bool(0, 3)};
}

StoredRefreshToken LoadedToken(const PgResult& row) {
  return {.family_id = row.Text(0, 0),
          .expires_at = FromMillis(row.Int(0, 4)),
          .used = !row.IsNull(0, 5),
          .used_at = FromMillis(row.Int(0, 5)),
          .nonce_hash = row.Text(0, 6),
          .grant = {.token_id = row.Text(0, 7),
                    .issued_at = FromMillis(row.Int(0, 8)),
                    .expires_at = FromMillis(row.Int(0, 9))}};
}

/// Behind the three columns of the log.
auth::Revocation RevocationIn(const PgResult& result, int row) {
  return {.sequence = result.Int(row, 3),
          .session_id = result.Text(row, 4),
          .revoked_at = FromMillis(result.Int(row, 5)),
          .until = FromMillis(result.Int(row, 6)),
          .user_id = result.Text(row, 7)};
}

std::int64_t Limit(std::size_t limit) { return static_cast<std::int64_t>(limit); }

}  // namespace

StatusOr<std::unique_ptr<PostgresRefreshStore>> PostgresRefreshStore::Make(PostgresDatabase& database) {
  OOFGG_RETURN_IF_ERROR(database.Migrate("auth_refresh", RefreshMigrations()));
  return std::unique_ptr<PostgresRefreshStore>(new PostgresRefreshStore(database));
}

Status PostgresRefreshStore::CreateFamily(const RefreshFamily& family, std::string_view token_hash,
                                          WallTime token_expires_at) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult created,
                         database_->Run(kCreateFamily, PgParams()
                                                           .Text(family.id)
                                                           .Text(family.user_id)
                                                           .Int(ToMillis(family.created_at))
                                                           .Int(ToMillis(family.expires_at))
                                                           .Text(family.label)
                                                           .Bool(family.revoked)
                                                           .Bytes(token_hash)
                                                           .Int(ToMillis(family.last_used_at))
                                                           .Int(ToMillis(token_expires_at))));
  if (created.affected() == 1) return {};
  if (created.repeated()) {
    OOFGG_ASSIGN_OR_RETURN(const PgResult ours,
                           database_->Run(kFindStart, PgParams().Text(family.id).Bytes(token_hash)));
    if (ours.rows() == 1) return {};
  }
  return MakeStatus(StatusCode::kAlreadyExists, "the session's id or its token is known already");
}

StatusOr<RotationResult> PostgresRefreshStore::Rotate(const Rotation& rotation) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult rotated,
                         database_->Run(kRotate, PgParams()
                                                     .Bytes(rotation.token_hash)
                                                     .Bytes(rotation.next_hash)
                                                     .Int(ToMillis(rotation.now))
                                                     .Bytes(rotation.nonce_hash)
                                                     .Text(rotation.grant.token_id)
                                                     .Int(ToMillis(rotation.grant.issued_at))
                                                     .Int(ToMillis(rotation.grant.expires_at))
                                                     .Int(ToMillis(rotation.next_expires_at))));
  if (rotated.rows() == 0) return WhyNotRotated(rotation, rotated.repeated());
  return RotationResult{.outcome = RotationOutcome::kRotated,
                        .family_id = rotated.Text(0, 0),
                        .user_id = rotated.Text(0, 1),
                        .grant = rotation.grant};
}

// Nothing was changed, and what kept it from being changed stays: used and revoked are for ever. Of those who
// find a token used at once, one is told of the reuse, which revoked the family.
StatusOr<RotationResult> PostgresRefreshStore::WhyNotRotated(const Rotation& rotation, bool repeated) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult row, database_->Run(kLoad, PgParams().Bytes(rotation.token_hash)));
  if (row.rows() == 0) return RotationResult{};
  const StoredRefreshToken token = LoadedToken(row);
  const RefreshFamily family = LoadedFamily(row);
  RotationResult result = {.outcome = DecideRotation(token, family, rotation),
                           .family_id = family.id,
                           .user_id = family.user_id,
                           .grant = token.grant};
  if (result.outcome == RotationOutcome::kRotated) {
    return MakeStatus(StatusCode::kUnavailable, "the session was changed meanwhile; try again");
  }
  if (result.outcome == RotationOutcome::kReused) {
    // Access tokens' ids are random: this one was put there by the first run of this very rotation.
    if (repeated && token.grant == rotation.grant) {
      result.outcome = RotationOutcome::kRotated;
    } else {
      const StatusOr<bool> by_us = RevokeFamily(family.id, rotation.now, rotation.revoked_until);
      if (by_us.status().code() == StatusCode::kNotFound) return RotationResult{};  // Just erased.
      OOFGG_RETURN_IF_ERROR(by_us.status());
      if (!*by_us) result.outcome = RotationOutcome::kRevoked;
    }
  }
  return result;
}

StatusOr<RefreshFamily> PostgresRefreshStore::FindFamily(std::string_view id) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult found, database_->Run(kFindFamily, PgParams().Text(id)));
  if (found.rows() == 0) return auth::NoSuchSession();
  return FamilyIn(found, 0);
}

StatusOr<std::vector<RefreshFamily>> PostgresRefreshStore::ListFamilies(std::string_view user_id,
                                                                        WallTime now, std::size_t limit) {
  OOFGG_ASSIGN_OR_RETURN(
      const PgResult found,
      database_->Run(kListOpen, PgParams().Text(user_id).Int(ToMillis(now)).Int(Limit(limit))));
  return AllRows(found, FamilyIn);
}

StatusOr<bool> PostgresRefreshStore::RevokeFamily(std::string_view id, WallTime now, WallTime until) {
  OOFGG_ASSIGN_OR_RETURN(
      const PgResult revoked,
      database_->Run(kRevoke, PgParams().Text(id).Int(ToMillis(now)).Int(ToMillis(until))));
  if (revoked.IsNull(0, 0)) return auth::NoSuchSession();
  return revoked.Int(0, 0) == 1 || revoked.repeated();
}

StatusOr<std::size_t> PostgresRefreshStore::RevokeFamilies(std::string_view user_id,
                                                           std::string_view except_id, WallTime now,
                                                           WallTime until) {
  OOFGG_ASSIGN_OR_RETURN(
      const PgResult revoked,
      database_->Run(kRevokeAll,
                     PgParams().Text(user_id).Text(except_id).Int(ToMillis(now)).Int(ToMillis(until))));
  return static_cast<std::size_t>(revoked.Int(0, 0));
}

Status PostgresRefreshStore::RevokeSession(std::string_view session_id, WallTime now, WallTime until) {
  return database_->Run(kLogRevocation, PgParams().Text(session_id).Int(ToMillis(now)).Int(ToMillis(until)))
      .status();
}

Status PostgresRefreshStore::RecordDeletion(std::string_view user_id, WallTime now, WallTime until) {
  return database_->Run(kLogDeletion, PgParams().Text(user_id).Int(ToMillis(now)).Int(ToMillis(until)))
      .status();
}

StatusOr<auth::RevocationPage> PostgresRefreshStore::ReadRevocations(std::int64_t sequence,
                                                                     std::size_t limit) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult found,
                         database_->Run(kReadRevocations, PgParams().Int(sequence).Int(Limit(limit))));
  if (found.rows() == 0) return MakeStatus(StatusCode::kDataLoss, "auth_revocation_log has lost its row");
  auth::RevocationPage page = {
      .log_id = found.Text(0, 0), .floor = found.Int(0, 1), .head = found.Int(0, 2), .entries = {}};
  if (!found.IsNull(0, 3)) page.entries = AllRows(found, RevocationIn);
  return page;
}

StatusOr<std::size_t> PostgresRefreshStore::PurgeExpired(WallTime now, std::size_t limit) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult purged,
                         database_->Run(kPurgeFamilies, PgParams().Int(ToMillis(now)).Int(Limit(limit))));
  return static_cast<std::size_t>(purged.Int(0, 0));
}

Status PostgresRefreshStore::EraseFamilies(std::string_view user_id) {
  return database_->Run(kEraseAll, PgParams().Text(user_id)).status();
}

}  // namespace oofgg::storage
