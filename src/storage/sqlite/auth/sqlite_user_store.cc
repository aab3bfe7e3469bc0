#include "storage/sqlite/auth/sqlite_user_store.h"

#include <array>
#include <string>

#include "auth/text.h"
#include "storage/millis.h"
#include "storage/sqlite/database.h"

namespace oofgg::storage {
namespace {

using auth::FoldCase;
using auth::User;

// Names are folded here and not by a collation, so that every store folds alike.
constexpr std::array<std::string_view, 1> kMigrations = {R"sql(
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
)sql"};

Status NoSuchUser() { return MakeStatus(StatusCode::kNotFound, "there is no such user"); }

StatusOr<bool> Exists(Connection& connection, std::string_view sql, std::string_view value) {
  Statement select = connection.Prepare(sql);
  select.Bind(1, value);
  return select.Step();
}

/// Which name is taken, since a failed constraint does not say so in a form to rely on.
Status CheckFree(Connection& connection, const User& user) {
  OOFGG_ASSIGN_OR_RETURN(
      const bool username_taken,
      Exists(connection, "SELECT 1 FROM auth_users WHERE username_folded = ?", FoldCase(user.username)));
  if (username_taken) return auth::UsernameTaken();
  if (user.email.empty()) return {};
  OOFGG_ASSIGN_OR_RETURN(
      const bool email_taken,
      Exists(connection, "SELECT 1 FROM auth_users WHERE email_folded = ?", FoldCase(user.email)));
  return email_taken ? auth::EmailTaken() : Status();
}

Status Insert(Connection& connection, const User& user) {
  const std::string username_folded = FoldCase(user.username);
  const std::string email_folded = FoldCase(user.email);
  Statement insert = connection.Prepare("INSERT INTO auth_users VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.Bind(1, std::string_view(user.id))
      .Bind(2, std::string_view(user.username))
      .Bind(3, std::string_view(username_folded))
      .Bind(4, std::string_view(user.email))
      .Bind(6, std::string_view(user.password_hash))
      .Bind(7, std::string_view(user.role))
      .Bind(8, ToMillis(user.created_at))
      .BindBlob(9, user.registration_proof);
  if (user.email.empty()) {
    insert.Bind(5, nullptr);
  } else {
    insert.Bind(5, std::string_view(email_folded));
  }
  return insert.Run();
}

User ReadUser(const Statement& row) {
  return {.id = row.Text(0),
          .username = row.Text(1),
          .email = row.Text(2),
          .password_hash = row.Text(3),
          .role = row.Text(4),
          .created_at = FromMillis(row.Int(5)),
          .registration_proof = row.Text(6)};
}

}  // namespace

StatusOr<std::unique_ptr<SqliteUserStore>> SqliteUserStore::Make(Database& database) {
  OOFGG_RETURN_IF_ERROR(database.Migrate("auth_users", kMigrations));
  return std::unique_ptr<SqliteUserStore>(new SqliteUserStore(database));
}

Status SqliteUserStore::Create(const User& user) {
  return database_->Write([&](Connection& connection) -> Status {
    OOFGG_RETURN_IF_ERROR(CheckFree(connection, user));
    return Insert(connection, user);
  });
}

StatusOr<User> SqliteUserStore::FindById(std::string_view id) { return FindWhere("id = ?", id); }

StatusOr<User> SqliteUserStore::FindByUsername(std::string_view username) {
  return FindWhere("username_folded = ?", FoldCase(username));
}

StatusOr<User> SqliteUserStore::FindByEmail(std::string_view email) {
  return FindWhere("email_folded = ?", FoldCase(email));
}

StatusOr<User> SqliteUserStore::FindWhere(std::string_view condition, std::string_view value) {
  const std::string sql =
      "SELECT id, username, email, password_hash, role, created_at, registration_proof FROM auth_users "
      "WHERE " +
      std::string(condition);
  User user;
  OOFGG_RETURN_IF_ERROR(database_->Read([&](Connection& connection) -> Status {
    Statement select = connection.Prepare(sql);
    select.Bind(1, value);
    OOFGG_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return NoSuchUser();
    user = ReadUser(select);
    return {};
  }));
  return user;
}

Status SqliteUserStore::ReplacePasswordHash(std::string_view id, std::string_view expected,
                                            std::string_view hash) {
  return database_->Write([&](Connection& connection) -> Status {
    Statement update =
        connection.Prepare("UPDATE auth_users SET password_hash = ? WHERE id = ? AND password_hash = ?");
    OOFGG_RETURN_IF_ERROR(update.Bind(1, hash).Bind(2, id).Bind(3, expected).Run());
    if (connection.Changes() == 1) return {};
    OOFGG_ASSIGN_OR_RETURN(const bool exists,
                           Exists(connection, "SELECT 1 FROM auth_users WHERE id = ?", id));
    return exists ? MakeStatus(StatusCode::kAborted, "the password was changed meanwhile") : NoSuchUser();
  });
}

}  // namespace oofgg::storage
