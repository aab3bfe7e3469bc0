#include "storage/sqlite/auth/sqlite_code_store.h"

#include <array>
#include <optional>

#include "base/constant_time.h"
#include "storage/millis.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/with_value.h"

namespace oofgg::storage {
namespace {

using auth::CodePurpose;
using auth::OneTimeCode;

constexpr std::array<std::string_view, 1> kCodeMigrations = {R"sql(
  CREATE TABLE auth_codes (
    user_id TEXT NOT NULL,
    purpose INTEGER NOT NULL,            -- As in CodePurpose.
    hash BLOB NOT NULL,
    email TEXT NOT NULL,
    expires_at INTEGER NOT NULL,         -- Milliseconds since 1970.
    guesses_left INTEGER NOT NULL,
    PRIMARY KEY (user_id, purpose)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX auth_codes_expiry ON auth_codes (expires_at);
)sql"};

std::int64_t ToColumn(CodePurpose purpose) { return static_cast<std::int64_t>(purpose); }

StatusOr<std::optional<OneTimeCode>> Find(Connection& connection, std::string_view user_id,
                                          CodePurpose purpose) {
  Statement select = connection.Prepare(
      "SELECT hash, email, expires_at, guesses_left FROM auth_codes WHERE user_id = ? AND purpose = ?");
  OOFGG_ASSIGN_OR_RETURN(const bool found, select.Bind(1, user_id).Bind(2, ToColumn(purpose)).Step());
  if (!found) return std::nullopt;
  return OneTimeCode{.user_id = std::string(user_id),
                     .purpose = purpose,
                     .hash = select.Text(0),
                     .email = select.Text(1),
                     .expires_at = FromMillis(select.Int(2)),
                     .guesses_left = static_cast<int>(select.Int(3))};
}

Status Save(Connection& connection, const OneTimeCode& code) {
  return connection
      .Prepare(
          "INSERT OR REPLACE INTO auth_codes (user_id, purpose, hash, email, expires_at, guesses_left)"
          " VALUES (?, ?, ?, ?, ?, ?)")
      .Bind(1, code.user_id)
      .Bind(2, ToColumn(code.purpose))
      .BindBlob(3, code.hash)
      .Bind(4, code.email)
      .Bind(5, ToMillis(code.expires_at))
      .Bind(6, code.guesses_left)
      .Run();
}

Status Erase(Connection& connection, const OneTimeCode& code) {
  return connection.Prepare("DELETE FROM auth_codes WHERE user_id = ? AND purpose = ?")
      .Bind(1, code.user_id)
      .Bind(2, ToColumn(code.purpose))
      .Run();
}

Status CountWrongGuess(Connection& connection, OneTimeCode code) {
  --code.guesses_left;
  return code.guesses_left > 0 ? Save(connection, code) : Erase(connection, code);
}

/// Nothing for a refusal, which is no error: what it changes must be kept.
StatusOr<std::optional<OneTimeCode>> TakeIn(Connection& connection, std::string_view user_id,
                                            CodePurpose purpose, std::string_view hash, WallTime now) {
  OOFGG_ASSIGN_OR_RETURN(std::optional<OneTimeCode> code, Find(connection, user_id, purpose));
  if (!code.has_value() || now >= code->expires_at) return std::nullopt;
  const bool right = base::ConstantTimeEquals(hash, code->hash);
  OOFGG_RETURN_IF_ERROR(right ? Erase(connection, *code) : CountWrongGuess(connection, *code));
  if (!right) code.reset();
  return code;
}

}  // namespace

StatusOr<std::unique_ptr<SqliteCodeStore>> SqliteCodeStore::Make(Database& database) {
  OOFGG_RETURN_IF_ERROR(database.Migrate("auth_codes", kCodeMigrations));
  return std::unique_ptr<SqliteCodeStore>(new SqliteCodeStore(database));
}

Status SqliteCodeStore::Put(const OneTimeCode& code) {
  return database_->Write([&](Connection& connection) { return Save(connection, code); });
}

StatusOr<OneTimeCode> SqliteCodeStore::Take(std::string_view user_id, CodePurpose purpose,
                                            std::string_view hash, WallTime now) {
  OOFGG_ASSIGN_OR_RETURN(std::optional<OneTimeCode> code, WriteValue(*database_, [&](Connection& connection) {
                           return TakeIn(connection, user_id, purpose, hash, now);
                         }));
  if (!code.has_value()) return auth::NoSuchCode();
  return *std::move(code);
}

Status SqliteCodeStore::EraseCodes(std::string_view user_id) {
  return database_->Write([&](Connection& connection) {
    return connection.Prepare("DELETE FROM auth_codes WHERE user_id = ?").Bind(1, user_id).Run();
  });
}

StatusOr<std::size_t> SqliteCodeStore::PurgeExpired(WallTime now, std::size_t limit) {
  return WriteValue(*database_, [&](Connection& connection) -> StatusOr<std::size_t> {
    Statement remove = connection.Prepare(
        "DELETE FROM auth_codes WHERE (user_id, purpose) IN"
        " (SELECT user_id, purpose FROM auth_codes WHERE expires_at < ? ORDER BY expires_at LIMIT ?)");
    OOFGG_RETURN_IF_ERROR(remove.Bind(1, ToMillis(now)).Bind(2, limit).Run());
    return static_cast<std::size_t>(connection.Changes());
  });
}

}  // namespace oofgg::storage
