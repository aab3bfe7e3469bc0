#include "storage/sqlite/auth/user_rows.h"

#include "auth/text.h"
#include "storage/millis.h"
#include "storage/sqlite/all_rows.h"

namespace oofgg::storage {
namespace {

using auth::FoldCase;
using auth::Identity;
using auth::User;

constexpr std::string_view kSelectUser =
    "SELECT id, username, email, email_verified, password_hash, role, created_at, registration_proof,"
    " guest, state, banned_until, ban_reason, epoch, version FROM auth_users WHERE ";

User ReadUser(const Statement& row) {
  return {.id = row.Text(0),
          .username = row.Text(1),
          .email = row.Text(2),
          .email_verified = row.Int(3) != 0,
          .password_hash = row.Text(4),
          .role = row.Text(5),
          .created_at = FromMillis(row.Int(6)),
          .registration_proof = row.Text(7),
          .guest = row.Int(8) != 0,
          .state = static_cast<auth::AccountState>(row.Int(9)),
          .banned_until = FromMillis(row.Int(10)),
          .ban_reason = row.Text(11),
          .epoch = row.Int(12),
          .version = row.Int(13)};
}

/// All but `created_at`, as parameters 1 to 15.
void BindUser(Statement& statement, const User& user) {
  statement.Bind(1, user.id)
      .Bind(2, user.username)
      .Bind(3, FoldCase(user.username))
      .Bind(4, user.email)
      .Bind(5, FoldCase(user.email))
      .Bind(6, user.email_verified)
      .Bind(7, user.password_hash)
      .Bind(8, user.role)
      .BindBlob(9, user.registration_proof)
      .Bind(10, user.guest)
      .Bind(11, static_cast<std::int64_t>(user.state))
      .Bind(12, ToMillis(user.banned_until))
      .Bind(13, user.ban_reason)
      .Bind(14, user.epoch)
      .Bind(15, user.version);
}

}  // namespace

StatusOr<std::optional<User>> UserRows::FindById(std::string_view id) { return FindWhere("id = ?", {id}); }

StatusOr<std::optional<User>> UserRows::FindByUsername(std::string_view username) {
  return FindWhere("username_folded = ?", {FoldCase(username)});
}

StatusOr<std::optional<User>> UserRows::FindByEmail(std::string_view email) {
  return FindWhere("email_folded = ?", {FoldCase(email)});
}

StatusOr<std::optional<User>> UserRows::FindByIdentity(std::string_view provider, std::string_view subject) {
  return FindWhere("id = (SELECT user_id FROM auth_identities WHERE provider = ? AND subject = ?)",
                   {provider, subject});
}

StatusOr<std::optional<User>> UserRows::FindWhere(std::string_view condition,
                                                  std::initializer_list<std::string_view> values) {
  Statement select = connection_.Prepare(std::string(kSelectUser).append(condition));
  int index = 0;
  for (const std::string_view value : values) select.Bind(++index, value);
  OOFGG_ASSIGN_OR_RETURN(const bool found, select.Step());
  return found ? std::optional(ReadUser(select)) : std::nullopt;
}

StatusOr<std::vector<std::string>> UserRows::IdsOfDeleting(std::size_t limit) {
  static_assert(static_cast<int>(auth::AccountState::kDeleting) == 2);
  Statement select = connection_.Prepare("SELECT id FROM auth_users WHERE state = 2 ORDER BY id LIMIT ?");
  select.Bind(1, limit);
  return AllRows(select, [](const Statement& row) { return row.Text(0); });
}

Status UserRows::Insert(const User& user) {
  Statement insert = connection_.Prepare(
      "INSERT INTO auth_users (id, username, username_folded, email, email_folded, email_verified,"
      " password_hash, role, registration_proof, guest, state, banned_until, ban_reason, epoch, version,"
      " created_at) VALUES (?1, ?2, ?3, ?4, NULLIF(?5, ''), ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, "
      "?16)");
  BindUser(insert, user);
  return insert.Bind(16, ToMillis(user.created_at)).Run();
}

Status UserRows::Update(const User& user) {
  Statement update = connection_.Prepare(
      "UPDATE auth_users SET username = ?2, username_folded = ?3, email = ?4, email_folded = NULLIF(?5, ''),"
      " email_verified = ?6, password_hash = ?7, role = ?8, registration_proof = ?9, guest = ?10, state = "
      "?11,"
      " banned_until = ?12, ban_reason = ?13, epoch = ?14, version = ?15 WHERE id = ?1");
  BindUser(update, user);
  return update.Run();
}

Status UserRows::Erase(std::string_view id) {
  return connection_.Prepare("DELETE FROM auth_users WHERE id = ?").Bind(1, id).Run();
}

Status UserRows::InsertIdentity(std::string_view user_id, const Identity& identity) {
  return connection_
      .Prepare("INSERT INTO auth_identities (provider, subject, user_id, created_at) VALUES (?, ?, ?, ?)")
      .Bind(1, identity.provider)
      .Bind(2, identity.subject)
      .Bind(3, user_id)
      .Bind(4, ToMillis(identity.created_at))
      .Run();
}

Status UserRows::EraseIdentities(std::string_view user_id, std::string_view provider,
                                 std::string_view subject) {
  return connection_
      .Prepare(
          "DELETE FROM auth_identities WHERE user_id = ?1 AND (?2 = '' OR provider = ?2)"
          " AND (?3 = '' OR subject = ?3)")
      .Bind(1, user_id)
      .Bind(2, provider)
      .Bind(3, subject)
      .Run();
}

StatusOr<std::vector<Identity>> UserRows::IdentitiesOf(std::string_view user_id) {
  Statement select = connection_.Prepare(
      "SELECT provider, subject, created_at FROM auth_identities WHERE user_id = ? ORDER BY provider, "
      "subject");
  select.Bind(1, user_id);
  return AllRows(select, [](const Statement& row) {
    return Identity{.provider = row.Text(0), .subject = row.Text(1), .created_at = FromMillis(row.Int(2))};
  });
}

}  // namespace oofgg::storage
