#include "storage/postgres/auth/postgres_code_store.h"

#include <array>
#include <string>

#include "storage/millis.h"
#include "storage/postgres/database.h"

namespace oofgg::storage {
namespace {

using auth::CodePurpose;
using auth::OneTimeCode;

constexpr std::array<std::string_view, 1> kCodeMigrations = {R"sql(
  CREATE TABLE auth_codes (
    user_id text COLLATE "C" NOT NULL,
    purpose bigint NOT NULL,             -- As in CodePurpose.
    hash bytea NOT NULL,
    email text NOT NULL,
    expires_at bigint NOT NULL,          -- Milliseconds since 1970.
    guesses_left bigint NOT NULL,        -- 0: spent, as good as gone.
    PRIMARY KEY (user_id, purpose)
  );
  CREATE INDEX auth_codes_expiry ON auth_codes (expires_at);
)sql"};

constexpr PgStatement kPut{
    "INSERT INTO auth_codes (user_id, purpose, hash, email, expires_at, guesses_left)"
    " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (user_id, purpose) DO UPDATE SET hash = excluded.hash,"
    " email = excluded.email, expires_at = excluded.expires_at, guesses_left = excluded.guesses_left",
    PgKind::kWrite, /*repeatable=*/true};

// Takes it out, or else counts the guess; of many at once each waits for the row and sees what the one before
// has left of it. How long the comparison takes tells nothing: hashes are keyed. Not repeated, as a code that
// the first run took would be gone.
constexpr PgStatement kTake{
    "WITH taken AS ("
    " DELETE FROM auth_codes WHERE user_id = $1 AND purpose = $2 AND hash = $3 AND expires_at > $4"
    " AND guesses_left > 0 RETURNING hash, email, expires_at, guesses_left), "
    "missed AS ("
    " UPDATE auth_codes SET guesses_left = guesses_left - 1 WHERE user_id = $1 AND purpose = $2"
    " AND hash <> $3 AND expires_at > $4 AND guesses_left > 0) "
    "SELECT hash, email, expires_at, guesses_left FROM taken",
    PgKind::kWrite};

constexpr PgStatement kEraseCodes{"DELETE FROM auth_codes WHERE user_id = $1", PgKind::kWrite,
                                  /*repeatable=*/true};

constexpr PgStatement kPurgeCodes{
    "DELETE FROM auth_codes WHERE (user_id, purpose) IN (SELECT user_id, purpose FROM auth_codes"
    " WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
    PgKind::kWrite, /*repeatable=*/true};

std::int64_t ToColumn(CodePurpose purpose) { return static_cast<std::int64_t>(purpose); }

}  // namespace

StatusOr<std::unique_ptr<PostgresCodeStore>> PostgresCodeStore::Make(PostgresDatabase& database) {
  OOFGG_RETURN_IF_ERROR(database.Migrate("auth_codes", kCodeMigrations));
  return std::unique_ptr<PostgresCodeStore>(new PostgresCodeStore(database));
}

Status PostgresCodeStore::Put(const OneTimeCode& code) {
  return database_
      ->Run(kPut, PgParams()
                      .Text(code.user_id)
                      .Int(ToColumn(code.purpose))
                      .Bytes(code.hash)
                      .Text(code.email)
                      .Int(ToMillis(code.expires_at))
                      .Int(code.guesses_left))
      .status();
}

StatusOr<OneTimeCode> PostgresCodeStore::Take(std::string_view user_id, CodePurpose purpose,
                                              std::string_view hash, WallTime now) {
  OOFGG_ASSIGN_OR_RETURN(
      const PgResult taken,
      database_->Run(kTake, PgParams().Text(user_id).Int(ToColumn(purpose)).Bytes(hash).Int(ToMillis(now))));
  if (taken.rows() == 0) return auth::NoSuchCode();
  return OneTimeCode{.user_id = std::string(user_id),
                     .purpose = purpose,
                     .hash = taken.Text(0, 0),
                     .email = taken.Text(0, 1),
                     .expires_at = FromMillis(taken.Int(0, 2)),
                     .guesses_left = static_cast<int>(taken.Int(0, 3))};
}

Status PostgresCodeStore::EraseCodes(std::string_view user_id) {
  return database_->Run(kEraseCodes, PgParams().Text(user_id)).status();
}

StatusOr<std::size_t> PostgresCodeStore::PurgeExpired(WallTime now, std::size_t limit) {
  OOFGG_ASSIGN_OR_RETURN(
      const PgResult purged,
      database_->Run(kPurgeCodes, PgParams().Int(ToMillis(now)).Int(static_cast<std::int64_t>(limit))));
  return static_cast<std::size_t>(purged.affected());
}

}  // namespace oofgg::storage
