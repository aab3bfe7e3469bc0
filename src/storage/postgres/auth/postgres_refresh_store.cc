#include "storage/postgres/auth/postgres_refresh_store.h"

#include <array>
#include <string>

#include "storage/millis.h"
#include "storage/postgres/database.h"

namespace oofgg::storage {
namespace {

using auth::RefreshFamily;
using auth::Rotation;
using auth::RotationOutcome;
using auth::RotationResult;
using auth::StoredRefreshToken;

// A token is written once and updated once: half of each page stays free, so that the update needs no new
// entry in any index. Families are not a foreign key: a rotation would have to lock its family's row. The
// purge is a function, since its second statement must see what others committed during the first. It takes
// no row that somebody rotates now, and locks families in one order.
constexpr std::array<std::string_view, 1> kMigrations = {R"sql(
  CREATE TABLE auth_refresh_families (
    id text PRIMARY KEY,
    user_id text NOT NULL,
    created_at bigint NOT NULL,          -- All times in milliseconds since 1970.
    revoked boolean NOT NULL DEFAULT false
  );
  CREATE INDEX auth_refresh_families_user ON auth_refresh_families (user_id);
  CREATE TABLE auth_refresh_tokens (
    hash bytea PRIMARY KEY,
    family_id text NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint,                      -- NULL until it is used, as is what follows.
    nonce_hash bytea,
    access_id text,
    access_issued_at bigint,
    access_expires_at bigint
  ) WITH (fillfactor = 50);
  CREATE INDEX auth_refresh_tokens_family ON auth_refresh_tokens (family_id);
  CREATE INDEX auth_refresh_tokens_expiry ON auth_refresh_tokens (expires_at);

  CREATE FUNCTION auth_refresh_purge(before bigint, batch bigint) RETURNS bigint LANGUAGE plpgsql AS $$
  DECLARE
    gone bigint;
    touched text[];
  BEGIN
    WITH removed AS (
      DELETE FROM auth_refresh_tokens WHERE hash IN (
        SELECT hash FROM auth_refresh_tokens WHERE expires_at < before
        ORDER BY expires_at LIMIT batch FOR UPDATE SKIP LOCKED)
      RETURNING family_id)
    SELECT count(*), array_agg(DISTINCT family_id) INTO gone, touched FROM removed;
    DELETE FROM auth_refresh_families WHERE id IN (
      SELECT f.id FROM auth_refresh_families f WHERE f.id = ANY (touched)
      AND NOT EXISTS (SELECT 1 FROM auth_refresh_tokens t WHERE t.family_id = f.id)
      ORDER BY f.id FOR UPDATE);
    RETURN gone;
  END $$;
)sql"};

constexpr PgStatement kCreate{
    "WITH family AS ("
    " INSERT INTO auth_refresh_families (id, user_id, created_at, revoked) SELECT $1, $2, $3, $4"
    " WHERE NOT EXISTS (SELECT 1 FROM auth_refresh_tokens WHERE hash = $5) ON CONFLICT DO NOTHING RETURNING "
    "id) "
    "INSERT INTO auth_refresh_tokens (hash, family_id, expires_at) SELECT $5, id, $6 FROM family",
    PgKind::kWrite, /*repeatable=*/true};

constexpr PgStatement kFindStart{
    "SELECT 1::bigint FROM auth_refresh_tokens WHERE hash = $2 AND family_id = $1", PgKind::kRead};

// The condition under which `DecideRotation` says kRotated.
constexpr PgStatement kRotate{
    "WITH used AS ("
    " UPDATE auth_refresh_tokens t SET used_at = $3, nonce_hash = $4, access_id = $5, access_issued_at = $6,"
    " access_expires_at = $7 FROM auth_refresh_families f"
    " WHERE t.hash = $1 AND f.id = t.family_id AND NOT f.revoked AND t.used_at IS NULL AND t.expires_at > $3"
    " RETURNING f.id, f.user_id), "
    "added AS (INSERT INTO auth_refresh_tokens (hash, family_id, expires_at) SELECT $2, id, $8 FROM used) "
    "SELECT id, user_id FROM used",
    PgKind::kGroupedWrite, /*repeatable=*/true};

constexpr PgStatement kLoad{
    "SELECT f.id, f.user_id, f.created_at, f.revoked, t.expires_at, t.used_at, t.nonce_hash, t.access_id,"
    " t.access_issued_at, t.access_expires_at"
    " FROM auth_refresh_tokens t JOIN auth_refresh_families f ON f.id = t.family_id WHERE t.hash = $1",
    PgKind::kRead};

constexpr PgStatement kFindFamily{
    "SELECT id, user_id, created_at, revoked FROM auth_refresh_families WHERE id = $1", PgKind::kRead};

constexpr PgStatement kRevoke{"UPDATE auth_refresh_families SET revoked = true WHERE id = $1", PgKind::kWrite,
                              /*repeatable=*/true};

constexpr PgStatement kRevokeReused{
    "UPDATE auth_refresh_families SET revoked = true WHERE id = $1 AND NOT revoked", PgKind::kWrite,
    /*repeatable=*/true};

constexpr PgStatement kPurge{"SELECT auth_refresh_purge($1, $2)", PgKind::kWrite, /*repeatable=*/true};

Status NoSuchSession() { return MakeStatus(StatusCode::kNotFound, "there is no such session"); }

RefreshFamily FamilyIn(const PgResult& row) {
  return {.id = row.Text(0, 0),
          .user_id = row.Text(0, 1),
          .created_at = FromMillis(row.Int(0, 2)),
          .revoked = row.Bool(0, 3)};
}

/// What `kLoad` gave.
StoredRefreshToken TokenIn(const PgResult& row) {
  return {.family_id = row.Text(0, 0),
          .expires_at = FromMillis(row.Int(0, 4)),
          .used = !row.IsNull(0, 5),
          .used_at = FromMillis(row.Int(0, 5)),
          .nonce_hash = row.Text(0, 6),
          .grant = {.token_id = row.Text(0, 7),
                    .issued_at = FromMillis(row.Int(0, 8)),
                    .expires_at = FromMillis(row.Int(0, 9))}};
}

}  // namespace

StatusOr<std::unique_ptr<PostgresRefreshStore>> PostgresRefreshStore::Make(PostgresDatabase& database) {
  OOFGG_RETURN_IF_ERROR(database.Migrate("auth_refresh", kMigrations));
  return std::unique_ptr<PostgresRefreshStore>(new PostgresRefreshStore(database));
}

Status PostgresRefreshStore::CreateFamily(const RefreshFamily& family, std::string_view token_hash,
                                          WallTime token_expires_at) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult created,
                         database_->Run(kCreate, PgParams()
                                                     .Text(family.id)
                                                     .Text(family.user_id)
                                                     .Int(ToMillis(family.created_at))
                                                     .Bool(family.revoked)
                                                     .Bytes(token_hash)
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

// Nothing was changed, and what kept it from being changed stays: used and revoked are for ever.
StatusOr<RotationResult> PostgresRefreshStore::WhyNotRotated(const Rotation& rotation, bool repeated) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult row, database_->Run(kLoad, PgParams().Bytes(rotation.token_hash)));
  if (row.rows() == 0) return RotationResult{};
  const StoredRefreshToken token = TokenIn(row);
  const RefreshFamily family = FamilyIn(row);
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
      OOFGG_ASSIGN_OR_RETURN(result.outcome, RevokeReused(family.id));
    }
  }
  return result;
}

/// Of those who find a token used at once, one is told of the reuse, which revoked the family.
StatusOr<RotationOutcome> PostgresRefreshStore::RevokeReused(std::string_view family_id) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult revoked, database_->Run(kRevokeReused, PgParams().Text(family_id)));
  const bool by_us = revoked.affected() == 1 || revoked.repeated();
  return by_us ? RotationOutcome::kReused : RotationOutcome::kRevoked;
}

StatusOr<RefreshFamily> PostgresRefreshStore::FindFamily(std::string_view id) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult found, database_->Run(kFindFamily, PgParams().Text(id)));
  if (found.rows() == 0) return NoSuchSession();
  return FamilyIn(found);
}

Status PostgresRefreshStore::RevokeFamily(std::string_view id) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult revoked, database_->Run(kRevoke, PgParams().Text(id)));
  return revoked.affected() == 1 ? Status() : NoSuchSession();
}

StatusOr<std::size_t> PostgresRefreshStore::PurgeExpired(WallTime now, std::size_t limit) {
  OOFGG_ASSIGN_OR_RETURN(
      const PgResult purged,
      database_->Run(kPurge, PgParams().Int(ToMillis(now)).Int(static_cast<std::int64_t>(limit))));
  return static_cast<std::size_t>(purged.Int(0, 0));
}

}  // namespace oofgg::storage
