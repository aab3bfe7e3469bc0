#include "storage/sqlite/auth/sqlite_credential_store.h"

#include <array>
#include <string>

#include "storage/millis.h"
#include "storage/sqlite/all_rows.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/with_value.h"

namespace oofgg::storage {
namespace {

using auth::ServiceCredential;

constexpr std::array<std::string_view, 1> kCredentialMigrations = {R"sql(
  CREATE TABLE auth_credentials (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    game_id TEXT NOT NULL,
    secret_hash BLOB NOT NULL,
    former_hash BLOB NOT NULL,
    former_until INTEGER NOT NULL,       -- All times in milliseconds since 1970.
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked INTEGER NOT NULL,
    version INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
)sql"};

constexpr std::string_view kSelectCredential =
    "SELECT id, name, game_id, secret_hash, former_hash, former_until, created_at, expires_at,"
    " revoked, version FROM auth_credentials WHERE ";

ServiceCredential ReadCredential(const Statement& row) {
  return {.id = row.Text(0),
          .name = row.Text(1),
          .game_id = row.Text(2),
          .secret_hash = row.Text(3),
          .former_hash = row.Text(4),
          .former_until = FromMillis(row.Int(5)),
          .created_at = FromMillis(row.Int(6)),
          .expires_at = FromMillis(row.Int(7)),
          .revoked = row.Int(8) != 0,
          .version = row.Int(9)};
}

/// All but `created_at`, as parameters 1 to 9.
void BindCredential(Statement& statement, const ServiceCredential& credential) {
  statement.Bind(1, credential.id)
      .Bind(2, credential.name)
      .Bind(3, credential.game_id)
      .BindBlob(4, credential.secret_hash)
      .BindBlob(5, credential.former_hash)
      .Bind(6, ToMillis(credential.former_until))
      .Bind(7, ToMillis(credential.expires_at))
      .Bind(8, credential.revoked)
      .Bind(9, credential.version);
}

}  // namespace

StatusOr<std::unique_ptr<SqliteCredentialStore>> SqliteCredentialStore::Make(Database& database) {
  OOFGG_RETURN_IF_ERROR(database.Migrate("auth_credentials", kCredentialMigrations));
  return std::unique_ptr<SqliteCredentialStore>(new SqliteCredentialStore(database));
}

Status SqliteCredentialStore::Create(const ServiceCredential& credential) {
  return database_->Write([&](Connection& connection) {
    Statement insert = connection.Prepare(
        "INSERT INTO auth_credentials (id, name, game_id, secret_hash, former_hash, former_until, expires_at,"
        " revoked, version, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
    BindCredential(insert, credential);
    return insert.Bind(10, ToMillis(credential.created_at)).Run();
  });
}

StatusOr<ServiceCredential> SqliteCredentialStore::Find(std::string_view id) {
  return ReadValue(*database_, [&](Connection& connection) -> StatusOr<ServiceCredential> {
    Statement select = connection.Prepare(std::string(kSelectCredential) + "id = ?");
    OOFGG_ASSIGN_OR_RETURN(const bool found, select.Bind(1, id).Step());
    if (!found) return auth::NoSuchCredential();
    return ReadCredential(select);
  });
}

StatusOr<std::vector<ServiceCredential>> SqliteCredentialStore::List(std::string_view after_id,
                                                                     std::size_t limit) {
  return ReadValue(*database_, [&](Connection& connection) {
    Statement select = connection.Prepare(std::string(kSelectCredential) + "id > ? ORDER BY id LIMIT ?");
    select.Bind(1, after_id).Bind(2, limit);
    return AllRows(select, ReadCredential);
  });
}

Status SqliteCredentialStore::Update(const ServiceCredential& credential) {
  return database_->Write([&](Connection& connection) -> Status {
    Statement update = connection.Prepare(
        "UPDATE auth_credentials SET name = ?2, game_id = ?3, secret_hash = ?4, former_hash = ?5,"
        " former_until = ?6, expires_at = ?7, revoked = ?8, version = ?9 + 1 WHERE id = ?1 AND version = ?9");
    BindCredential(update, credential);
    OOFGG_RETURN_IF_ERROR(update.Run());
    if (connection.Changes() == 1) return {};
    Statement select = connection.Prepare("SELECT 1 FROM auth_credentials WHERE id = ?");
    OOFGG_ASSIGN_OR_RETURN(const bool exists, select.Bind(1, credential.id).Step());
    return exists ? auth::CredentialChanged() : auth::NoSuchCredential();
  });
}

}  // namespace oofgg::storage
