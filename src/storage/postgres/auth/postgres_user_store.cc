#include "storage/postgres/auth/postgres_user_store.h"

#include <array>
#include <string>

#include "auth/text.h"
#include "storage/millis.h"
#include "storage/postgres/database.h"

namespace oofgg::storage {
namespace {

using auth::FoldCase;
using auth::User;

// Names are folded here and not by a collation, so that every store folds alike.
constexpr std::array<std::string_view, 1> kMigrations = {R"sql(
  CREATE TABLE auth_users (
    id text PRIMARY KEY,
    username text NOT NULL,
    username_folded text NOT NULL UNIQUE,
    email text NOT NULL,
    email_folded text UNIQUE,            -- NULL without an address.
    password_hash text NOT NULL,
    role text NOT NULL,
    created_at bigint NOT NULL,          -- Milliseconds since 1970.
    registration_proof bytea NOT NULL
  );
)sql"};

#define OOFGG_SELECT_USER \
  "SELECT id, username, email, password_hash, role, created_at, registration_proof FROM auth_users "
constexpr PgStatement kFindById{OOFGG_SELECT_USER "WHERE id = $1", PgKind::kRead};
constexpr PgStatement kFindByUsername{OOFGG_SELECT_USER "WHERE username_folded = $1", PgKind::kRead};
constexpr PgStatement kFindByEmail{OOFGG_SELECT_USER "WHERE email_folded = $1", PgKind::kRead};
#undef OOFGG_SELECT_USER

constexpr PgStatement kInsert{
    "INSERT INTO auth_users (id, username, username_folded, email, email_folded, password_hash, role, "
    "created_at,"
    " registration_proof) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
    PgKind::kWrite, /*repeatable=*/true};

constexpr PgStatement kFindConflict{
    "SELECT bool_or(id = $1), bool_or(username_folded = $2), bool_or(email_folded = $3) FROM auth_users"
    " WHERE id = $1 OR username_folded = $2 OR email_folded = $3",
    PgKind::kRead};

constexpr PgStatement kReplaceHash{
    "UPDATE auth_users SET password_hash = $3 WHERE id = $1 AND password_hash = $2", PgKind::kWrite,
    /*repeatable=*/true};

Status NoSuchUser() { return MakeStatus(StatusCode::kNotFound, "there is no such user"); }

void AddFoldedEmail(PgParams& params, const std::string& email) {
  if (email.empty()) {
    params.Null();
  } else {
    params.Text(FoldCase(email));
  }
}

PgParams RowOf(const User& user) {
  PgParams params;
  params.Text(user.id).Text(user.username).Text(FoldCase(user.username)).Text(user.email);
  AddFoldedEmail(params, user.email);
  params.Text(user.password_hash)
      .Text(user.role)
      .Int(ToMillis(user.created_at))
      .Bytes(user.registration_proof);
  return params;
}

}  // namespace

StatusOr<std::unique_ptr<PostgresUserStore>> PostgresUserStore::Make(PostgresDatabase& database) {
  OOFGG_RETURN_IF_ERROR(database.Migrate("auth_users", kMigrations));
  return std::unique_ptr<PostgresUserStore>(new PostgresUserStore(database));
}

Status PostgresUserStore::Create(const User& user) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult inserted, database_->Run(kInsert, RowOf(user)));
  if (inserted.affected() == 1) return {};
  return WhyNotCreated(user, inserted.repeated());
}

Status PostgresUserStore::WhyNotCreated(const User& user, bool repeated) {
  PgParams params;
  params.Text(user.id).Text(FoldCase(user.username));
  AddFoldedEmail(params, user.email);
  OOFGG_ASSIGN_OR_RETURN(const PgResult taken, database_->Run(kFindConflict, std::move(params)));
  // Ids are random: the row that a repetition finds under its own is what the first run stored.
  const bool id_taken = taken.Bool(0, 0);
  if (id_taken && repeated) return {};
  if (taken.Bool(0, 1)) return auth::UsernameTaken();
  if (taken.Bool(0, 2)) return auth::EmailTaken();
  if (id_taken) return MakeStatus(StatusCode::kAlreadyExists, "there is a user with this id");
  return MakeStatus(StatusCode::kUnavailable, "the account that stood in the way has just gone; try again");
}

StatusOr<User> PostgresUserStore::FindById(std::string_view id) { return Find(kFindById, id); }

StatusOr<User> PostgresUserStore::FindByUsername(std::string_view username) {
  return Find(kFindByUsername, FoldCase(username));
}

StatusOr<User> PostgresUserStore::FindByEmail(std::string_view email) {
  return Find(kFindByEmail, FoldCase(email));
}

StatusOr<User> PostgresUserStore::Find(const PgStatement& statement, std::string_view key) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult found, database_->Run(statement, PgParams().Text(key)));
  if (found.rows() == 0) return NoSuchUser();
  return User{.id = found.Text(0, 0),
              .username = found.Text(0, 1),
              .email = found.Text(0, 2),
              .password_hash = found.Text(0, 3),
              .role = found.Text(0, 4),
              .created_at = FromMillis(found.Int(0, 5)),
              .registration_proof = found.Text(0, 6)};
}

Status PostgresUserStore::ReplacePasswordHash(std::string_view id, std::string_view expected,
                                              std::string_view hash) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult replaced,
                         database_->Run(kReplaceHash, PgParams().Text(id).Text(expected).Text(hash)));
  if (replaced.affected() == 1) return {};
  OOFGG_ASSIGN_OR_RETURN(const User user, FindById(id));
  if (replaced.repeated() && user.password_hash == hash) return {};
  return MakeStatus(StatusCode::kAborted, "the password was changed meanwhile");
}

}  // namespace oofgg::storage
