#include "storage/sqlite/auth/sqlite_user_store.h"

#include <array>

#include "storage/sqlite/auth/user_rows.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/with_value.h"

namespace oofgg::storage {
namespace {

using auth::Identity;
using auth::User;

// Names are folded by us and not by a collation, so that every store folds alike.
constexpr std::string_view kUsers = R"sql(
  CREATE TABLE auth_users (
    id TEXT PRIMARY KEY,
    username TEXT NOT NULL,
    username_folded TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    email_folded TEXT UNIQUE,            -- NULL without an address.
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at INTEGER NOT NULL,         -- Milliseconds since 1970.
    registration_proof BLOB NOT NULL
  ) STRICT;
)sql";

constexpr std::string_view kIdentitiesAndStates = R"sql(
  ALTER TABLE auth_users ADD COLUMN email_verified INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE auth_users ADD COLUMN guest INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE auth_users ADD COLUMN state INTEGER NOT NULL DEFAULT 0;         -- As in AccountState.
  ALTER TABLE auth_users ADD COLUMN banned_until INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE auth_users ADD COLUMN ban_reason TEXT NOT NULL DEFAULT '';
  ALTER TABLE auth_users ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE auth_users ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX auth_users_deleting ON auth_users (id) WHERE state = 2;
  CREATE TABLE auth_identities (
    provider TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (provider, subject)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX auth_identities_user ON auth_identities (user_id);
)sql";

constexpr std::array kUserMigrations = {kUsers, kIdentitiesAndStates};

StatusOr<User> OrNone(StatusOr<std::optional<User>> user) {
  if (!user.ok()) return user.status();
  if (!user->has_value()) return auth::NoSuchUser();
  return **std::move(user);
}

/// Which name is another's, since a failed constraint does not say so in a form to rely on.
Status CheckNames(UserRows rows, const User& user) {
  OOFGG_ASSIGN_OR_RETURN(const std::optional<User> namesake, rows.FindByUsername(user.username));
  if (namesake.has_value() && namesake->id != user.id) return auth::UsernameTaken();
  if (user.email.empty()) return {};
  OOFGG_ASSIGN_OR_RETURN(const std::optional<User> owner, rows.FindByEmail(user.email));
  return owner.has_value() && owner->id != user.id ? auth::EmailTaken() : Status();
}

Status Attach(UserRows rows, std::string_view user_id, const Identity& identity) {
  Status inserted = rows.InsertIdentity(user_id, identity);
  return inserted.code() == StatusCode::kAlreadyExists ? auth::IdentityTaken() : inserted;
}

}  // namespace

StatusOr<std::unique_ptr<SqliteUserStore>> SqliteUserStore::Make(Database& database) {
  OOFGG_RETURN_IF_ERROR(database.Migrate("auth_users", kUserMigrations));
  return std::unique_ptr<SqliteUserStore>(new SqliteUserStore(database));
}

Status SqliteUserStore::Create(const User& user, const std::optional<Identity>& identity) {
  return database_->Write([&](Connection& connection) -> Status {
    UserRows rows(connection);
    OOFGG_RETURN_IF_ERROR(CheckNames(rows, user));
    OOFGG_RETURN_IF_ERROR(rows.Insert(user));
    return identity.has_value() ? Attach(rows, user.id, *identity) : Status();
  });
}

StatusOr<User> SqliteUserStore::FindById(std::string_view id) {
  return ReadValue(*database_,
                   [&](Connection& connection) { return OrNone(UserRows(connection).FindById(id)); });
}

StatusOr<User> SqliteUserStore::FindByUsername(std::string_view username) {
  return ReadValue(*database_, [&](Connection& connection) {
    return OrNone(UserRows(connection).FindByUsername(username));
  });
}

StatusOr<User> SqliteUserStore::FindByEmail(std::string_view email) {
  return ReadValue(*database_,
                   [&](Connection& connection) { return OrNone(UserRows(connection).FindByEmail(email)); });
}

StatusOr<User> SqliteUserStore::FindByIdentity(std::string_view provider, std::string_view subject) {
  return ReadValue(*database_, [&](Connection& connection) {
    return OrNone(UserRows(connection).FindByIdentity(provider, subject));
  });
}

Status SqliteUserStore::Update(const User& user) {
  return database_->Write([&](Connection& connection) -> Status {
    UserRows rows(connection);
    OOFGG_ASSIGN_OR_RETURN(const User stored, OrNone(rows.FindById(user.id)));
    if (stored.version != user.version) return auth::UserChanged();
    OOFGG_RETURN_IF_ERROR(CheckNames(rows, user));
    User next = user;
    ++next.version;
    return rows.Update(next);
  });
}

Status SqliteUserStore::AddIdentity(std::string_view user_id, const Identity& identity) {
  return database_->Write([&](Connection& connection) -> Status {
    UserRows rows(connection);
    OOFGG_RETURN_IF_ERROR(OrNone(rows.FindById(user_id)).status());
    return Attach(rows, user_id, identity);
  });
}

Status SqliteUserStore::RemoveIdentities(std::string_view user_id, std::string_view provider,
                                         std::string_view subject) {
  return database_->Write([&](Connection& connection) {
    return UserRows(connection).EraseIdentities(user_id, provider, subject);
  });
}

StatusOr<std::vector<Identity>> SqliteUserStore::ListIdentities(std::string_view user_id) {
  return ReadValue(*database_,
                   [&](Connection& connection) { return UserRows(connection).IdentitiesOf(user_id); });
}

Status SqliteUserStore::Erase(std::string_view id) {
  return database_->Write([&](Connection& connection) { return UserRows(connection).Erase(id); });
}

StatusOr<std::vector<std::string>> SqliteUserStore::ListDeleting(std::size_t limit) {
  return ReadValue(*database_,
                   [&](Connection& connection) { return UserRows(connection).IdsOfDeleting(limit); });
}

}  // namespace oofgg::storage
