#include "storage/postgres/auth/postgres_credential_store.h"

#include <array>
#include <string>

#include "storage/millis.h"
#include "storage/postgres/all_rows.h"
#include "storage/postgres/database.h"

namespace oofgg::storage {
namespace {

using auth::ServiceCredential;

constexpr std::array<std::string_view, 1> kCredentialMigrations = {R"sql(
  CREATE TABLE auth_credentials (
    id text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    game_id text NOT NULL,
    secret_hash bytea NOT NULL,
    former_hash bytea NOT NULL,
    former_until bigint NOT NULL,        -- All times in milliseconds since 1970.
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    revoked boolean NOT NULL,
    version bigint NOT NULL
  );
)sql"};

constexpr PgStatement kInsertCredential{
    "INSERT INTO auth_credentials (id, name, game_id, secret_hash, former_hash, former_until, expires_at,"
    " revoked, version, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
    PgKind::kWrite, /*repeatable=*/true};

constexpr PgStatement kUpdateCredential{
    "UPDATE auth_credentials SET name = $2, game_id = $3, secret_hash = $4, former_hash = $5,"
    " former_until = $6, expires_at = $7, revoked = $8, version = $9 + 1 WHERE id = $1 AND version = $9",
    PgKind::kWrite, /*repeatable=*/true};

#define OOFGG_SELECT_CREDENTIAL                                                                        \
  "SELECT id, name, game_id, secret_hash, former_hash, former_until, created_at, expires_at, revoked," \
  " version FROM auth_credentials WHERE "
constexpr PgStatement kFindCredential{OOFGG_SELECT_CREDENTIAL "id = $1", PgKind::kRead};
constexpr PgStatement kListCredentials{OOFGG_SELECT_CREDENTIAL "id > $1 ORDER BY id LIMIT $2", PgKind::kRead};
#undef OOFGG_SELECT_CREDENTIAL

ServiceCredential CredentialIn(const PgResult& result, int row) {
  return {.id = result.Text(row, 0),
          .name = result.Text(row, 1),
          .game_id = result.Text(row, 2),
          .secret_hash = result.Text(row, 3),
          .former_hash = result.Text(row, 4),
          .former_until = FromMillis(result.Int(row, 5)),
          .created_at = FromMillis(result.Int(row, 6)),
          .expires_at = FromMillis(result.Int(row, 7)),
          .revoked = result.Bool(row, 8),
          .version = result.Int(row, 9)};
}

/// All but `created_at`, as parameters 1 to 9.
PgParams RowOf(const ServiceCredential& credential) {
  PgParams params;
  params.Text(credential.id)
      .Text(credential.name)
      .Text(credential.game_id)
      .Bytes(credential.secret_hash)
      .Bytes(credential.former_hash)
      .Int(ToMillis(credential.former_until))
      .Int(ToMillis(credential.expires_at))
      .Bool(credential.revoked)
      .Int(credential.version);
  return params;
}

}  // namespace

StatusOr<std::unique_ptr<PostgresCredentialStore>> PostgresCredentialStore::Make(PostgresDatabase& database) {
  OOFGG_RETURN_IF_ERROR(database.Migrate("auth_credentials", kCredentialMigrations));
  return std::unique_ptr<PostgresCredentialStore>(new PostgresCredentialStore(database));
}

Status PostgresCredentialStore::Create(const ServiceCredential& credential) {
  OOFGG_ASSIGN_OR_RETURN(
      const PgResult inserted,
      database_->Run(kInsertCredential, RowOf(credential).Int(ToMillis(credential.created_at))));
  // Ids are random: the row that a repetition finds is what the first run stored.
  if (inserted.affected() == 1 || inserted.repeated()) return {};
  return MakeStatus(StatusCode::kAlreadyExists, "there is a service credential with this id");
}

StatusOr<ServiceCredential> PostgresCredentialStore::Find(std::string_view id) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult found, database_->Run(kFindCredential, PgParams().Text(id)));
  if (found.rows() == 0) return auth::NoSuchCredential();
  return CredentialIn(found, 0);
}

StatusOr<std::vector<ServiceCredential>> PostgresCredentialStore::List(std::string_view after_id,
                                                                       std::size_t limit) {
  OOFGG_ASSIGN_OR_RETURN(
      const PgResult found,
      database_->Run(kListCredentials, PgParams().Text(after_id).Int(static_cast<std::int64_t>(limit))));
  return AllRows(found, CredentialIn);
}

Status PostgresCredentialStore::Update(const ServiceCredential& credential) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult updated, database_->Run(kUpdateCredential, RowOf(credential)));
  if (updated.affected() == 1) return {};
  OOFGG_ASSIGN_OR_RETURN(const ServiceCredential stored, Find(credential.id));
  ServiceCredential ours = credential;
  ours.created_at = stored.created_at;
  ++ours.version;
  return updated.repeated() && stored == ours ? Status() : auth::CredentialChanged();
}

}  // namespace oofgg::storage
