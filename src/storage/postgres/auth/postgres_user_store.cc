#include "storage/postgres/auth/postgres_user_store.h"

#include <array>
#include <utility>

#include "auth/text.h"
#include "storage/millis.h"
#include "storage/postgres/all_rows.h"
#include "storage/postgres/database.h"

namespace oofgg::storage {
namespace {

using auth::FoldCase;
using auth::Identity;
using auth::User;

// Names are folded by us and not by a collation, so that every store folds alike.
constexpr std::array<std::string_view, 1> kUserMigrations = {R"sql(
  CREATE TABLE auth_users (
    id text COLLATE "C" PRIMARY KEY,
    username text NOT NULL,
    username_folded text COLLATE "C" NOT NULL UNIQUE,
    email text NOT NULL,
    email_folded text COLLATE "C" UNIQUE,  -- NULL without an address.
    email_verified boolean NOT NULL,
    password_hash text NOT NULL,
    role text NOT NULL,
    created_at bigint NOT NULL,            -- All times in milliseconds since 1970.
    registration_proof bytea NOT NULL,
    guest boolean NOT NULL,
    state bigint NOT NULL,                 -- As in AccountState.
    banned_until bigint NOT NULL,
    ban_reason text NOT NULL,
    epoch bigint NOT NULL,
    version bigint NOT NULL
  );
  CREATE INDEX auth_users_deleting ON auth_users (id) WHERE state = 2;
  CREATE TABLE auth_identities (
    provider text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
    created_at bigint NOT NULL,
    PRIMARY KEY (provider, subject)
  );
  CREATE INDEX auth_identities_user ON auth_identities (user_id);
)sql"};

#define OOFGG_SELECT_USER                                                                            \
  "SELECT id, username, email, email_verified, password_hash, role, created_at, registration_proof," \
  " guest, state, banned_until, ban_reason, epoch, version FROM auth_users WHERE "
constexpr PgStatement kFindById{OOFGG_SELECT_USER "id = $1", PgKind::kRead};
constexpr PgStatement kFindByUsername{OOFGG_SELECT_USER "username_folded = $1", PgKind::kRead};
constexpr PgStatement kFindByEmail{OOFGG_SELECT_USER "email_folded = $1", PgKind::kRead};
constexpr PgStatement kFindByIdentity{
    OOFGG_SELECT_USER "id = (SELECT user_id FROM auth_identities WHERE provider = $1 AND subject = $2)",
    PgKind::kRead};
#undef OOFGG_SELECT_USER

// Names that are taken leave it without a row; an identity that is taken fails it whole.
constexpr PgStatement kCreateUser{
    "WITH created AS ("
    " INSERT INTO auth_users (id, username, username_folded, email, email_folded, email_verified,"
    " password_hash, role, registration_proof, guest, state, banned_until, ban_reason, epoch, version,"
    " created_at) VALUES ($1, $2, $3, $4, NULLIF($5, ''), $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
    " ON CONFLICT DO NOTHING RETURNING id), "
    "attached AS ("
    " INSERT INTO auth_identities (provider, subject, user_id, created_at)"
    " SELECT $17::text, $18::text, id, $19::bigint FROM created WHERE $17::text IS NOT NULL) "
    "SELECT id FROM created",
    PgKind::kWrite, /*repeatable=*/true};

constexpr PgStatement kUpdateUser{
    "UPDATE auth_users SET username = $2, username_folded = $3, email = $4, email_folded = NULLIF($5, ''),"
    " email_verified = $6, password_hash = $7, role = $8, registration_proof = $9, guest = $10, state = $11,"
    " banned_until = $12, ban_reason = $13, epoch = $14, version = $15 + 1 WHERE id = $1 AND version = $15",
    PgKind::kWrite, /*repeatable=*/true};

constexpr PgStatement kFindObstacles{
    "SELECT EXISTS (SELECT 1 FROM auth_users WHERE id = $1),"
    " EXISTS (SELECT 1 FROM auth_users WHERE username_folded = $2 AND id <> $1),"
    " EXISTS (SELECT 1 FROM auth_users WHERE email_folded = $3 AND id <> $1),"
    " EXISTS (SELECT 1 FROM auth_identities WHERE provider = $4 AND subject = $5)",
    PgKind::kRead};

// Holds on to the user, so that nobody erases it meanwhile.
constexpr PgStatement kAddIdentity{
    "INSERT INTO auth_identities (provider, subject, user_id, created_at)"
    " SELECT $2, $3, id, $4 FROM auth_users WHERE id = $1 FOR KEY SHARE ON CONFLICT DO NOTHING",
    PgKind::kWrite, /*repeatable=*/true};

constexpr PgStatement kRemoveIdentities{
    "DELETE FROM auth_identities WHERE user_id = $1 AND ($2::text = '' OR provider = $2::text)"
    " AND ($3::text = '' OR subject = $3::text)",
    PgKind::kWrite, /*repeatable=*/true};

constexpr PgStatement kListIdentities{
    "SELECT provider, subject, created_at FROM auth_identities WHERE user_id = $1 ORDER BY provider, subject",
    PgKind::kRead};

constexpr PgStatement kEraseUser{"DELETE FROM auth_users WHERE id = $1", PgKind::kWrite, /*repeatable=*/true};

static_assert(static_cast<int>(auth::AccountState::kDeleting) == 2);
constexpr PgStatement kListDeleting{"SELECT id FROM auth_users WHERE state = 2 ORDER BY id LIMIT $1",
                                    PgKind::kRead};

User UserIn(const PgResult& row) {
  return {.id = row.Text(0, 0),
          .username = row.Text(0, 1),
          .email = row.Text(0, 2),
          .email_verified = row.Bool(0, 3),
          .password_hash = row.Text(0, 4),
          .role = row.Text(0, 5),
          .created_at = FromMillis(row.Int(0, 6)),
          .registration_proof = row.Text(0, 7),
          .guest = row.Bool(0, 8),
          .state = static_cast<auth::AccountState>(row.Int(0, 9)),
          .banned_until = FromMillis(row.Int(0, 10)),
          .ban_reason = row.Text(0, 11),
          .epoch = row.Int(0, 12),
          .version = row.Int(0, 13)};
}

Identity IdentityIn(const PgResult& result, int row) {
  return {.provider = result.Text(row, 0),
          .subject = result.Text(row, 1),
          .created_at = FromMillis(result.Int(row, 2))};
}

/// All but `created_at`, as parameters 1 to 15.
PgParams RowOf(const User& user) {
  PgParams params;
  params.Text(user.id)
      .Text(user.username)
      .Text(FoldCase(user.username))
      .Text(user.email)
      .Text(FoldCase(user.email))
      .Bool(user.email_verified)
      .Text(user.password_hash)
      .Text(user.role)
      .Bytes(user.registration_proof)
      .Bool(user.guest)
      .Int(static_cast<std::int64_t>(user.state))
      .Int(ToMillis(user.banned_until))
      .Text(user.ban_reason)
      .Int(user.epoch)
      .Int(user.version);
  return params;
}

void AddNames(PgParams& params, const std::optional<Identity>& identity) {
  if (identity.has_value()) {
    params.Text(identity->provider).Text(identity->subject);
  } else {
    params.Null().Null();
  }
}

Status ObstacleGone() {
  return MakeStatus(StatusCode::kUnavailable, "the account that stood in the way has just gone; try again");
}

}  // namespace

StatusOr<std::unique_ptr<PostgresUserStore>> PostgresUserStore::Make(PostgresDatabase& database) {
  OOFGG_RETURN_IF_ERROR(database.Migrate("auth_users", kUserMigrations));
  return std::unique_ptr<PostgresUserStore>(new PostgresUserStore(database));
}

Status PostgresUserStore::Create(const User& user, const std::optional<Identity>& identity) {
  PgParams params = RowOf(user);
  params.Int(ToMillis(user.created_at));
  AddNames(params, identity);
  params.Int(identity.has_value() ? ToMillis(identity->created_at) : 0);
  const StatusOr<PgResult> created = database_->Run(kCreateUser, std::move(params));
  if (created.status().code() == StatusCode::kAlreadyExists) return WhyNotCreated(user, identity, false);
  OOFGG_RETURN_IF_ERROR(created.status());
  return created->rows() == 1 ? Status() : WhyNotCreated(user, identity, created->repeated());
}

StatusOr<PostgresUserStore::Obstacles> PostgresUserStore::FindObstacles(
    const User& user, const std::optional<Identity>& identity) {
  PgParams params;
  params.Text(user.id).Text(FoldCase(user.username)).Text(FoldCase(user.email));
  AddNames(params, identity);
  OOFGG_ASSIGN_OR_RETURN(const PgResult found, database_->Run(kFindObstacles, std::move(params)));
  Obstacles obstacles = {.id = found.Bool(0, 0), .name = {}, .identity = found.Bool(0, 3)};
  if (found.Bool(0, 2)) obstacles.name = auth::EmailTaken();
  if (found.Bool(0, 1)) obstacles.name = auth::UsernameTaken();
  return obstacles;
}

Status PostgresUserStore::WhyNotCreated(const User& user, const std::optional<Identity>& identity,
                                        bool repeated) {
  OOFGG_ASSIGN_OR_RETURN(const Obstacles obstacles, FindObstacles(user, identity));
  // Ids are random: the row that a repetition finds under its own is what the first run stored.
  if (obstacles.id && repeated) return {};
  OOFGG_RETURN_IF_ERROR(obstacles.name);
  if (obstacles.id) return MakeStatus(StatusCode::kAlreadyExists, "there is a user with this id");
  return obstacles.identity ? auth::IdentityTaken() : ObstacleGone();
}

StatusOr<User> PostgresUserStore::FindById(std::string_view id) {
  return Find(kFindById, PgParams().Text(id));
}

StatusOr<User> PostgresUserStore::FindByUsername(std::string_view username) {
  return Find(kFindByUsername, PgParams().Text(FoldCase(username)));
}

StatusOr<User> PostgresUserStore::FindByEmail(std::string_view email) {
  return Find(kFindByEmail, PgParams().Text(FoldCase(email)));
}

StatusOr<User> PostgresUserStore::FindByIdentity(std::string_view provider, std::string_view subject) {
  return Find(kFindByIdentity, PgParams().Text(provider).Text(subject));
}

StatusOr<User> PostgresUserStore::Find(const PgStatement& statement, const PgParams& key) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult found, database_->Run(statement, key));
  if (found.rows() == 0) return auth::NoSuchUser();
  return UserIn(found);
}

Status PostgresUserStore::Update(const User& user) {
  const StatusOr<PgResult> updated = database_->Run(kUpdateUser, RowOf(user));
  if (updated.status().code() == StatusCode::kAlreadyExists) {
    OOFGG_ASSIGN_OR_RETURN(const Obstacles obstacles, FindObstacles(user, std::nullopt));
    return obstacles.name.ok() ? ObstacleGone() : obstacles.name;
  }
  OOFGG_RETURN_IF_ERROR(updated.status());
  return updated->affected() == 1 ? Status() : WhyNotUpdated(user, updated->repeated());
}

Status PostgresUserStore::WhyNotUpdated(const User& user, bool repeated) {
  OOFGG_ASSIGN_OR_RETURN(const User stored, FindById(user.id));
  User ours = user;
  ours.created_at = stored.created_at;
  ++ours.version;
  return repeated && stored == ours ? Status() : auth::UserChanged();
}

Status PostgresUserStore::AddIdentity(std::string_view user_id, const Identity& identity) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult added,
                         database_->Run(kAddIdentity, PgParams()
                                                          .Text(user_id)
                                                          .Text(identity.provider)
                                                          .Text(identity.subject)
                                                          .Int(ToMillis(identity.created_at))));
  return added.affected() == 1 ? Status() : WhyNotAdded(user_id, identity, added.repeated());
}

Status PostgresUserStore::WhyNotAdded(std::string_view user_id, const Identity& identity, bool repeated) {
  OOFGG_RETURN_IF_ERROR(FindById(user_id).status());
  const StatusOr<User> owner = FindByIdentity(identity.provider, identity.subject);
  if (owner.status().code() == StatusCode::kNotFound) return ObstacleGone();
  OOFGG_RETURN_IF_ERROR(owner.status());
  return repeated && owner->id == user_id ? Status() : auth::IdentityTaken();
}

Status PostgresUserStore::RemoveIdentities(std::string_view user_id, std::string_view provider,
                                           std::string_view subject) {
  return database_->Run(kRemoveIdentities, PgParams().Text(user_id).Text(provider).Text(subject)).status();
}

StatusOr<std::vector<Identity>> PostgresUserStore::ListIdentities(std::string_view user_id) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult found, database_->Run(kListIdentities, PgParams().Text(user_id)));
  return AllRows(found, IdentityIn);
}

Status PostgresUserStore::Erase(std::string_view id) {
  return database_->Run(kEraseUser, PgParams().Text(id)).status();
}

StatusOr<std::vector<std::string>> PostgresUserStore::ListDeleting(std::size_t limit) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult found,
                         database_->Run(kListDeleting, PgParams().Int(static_cast<std::int64_t>(limit))));
  return AllRows(found, [](const PgResult& result, int row) { return result.Text(row, 0); });
}

}  // namespace oofgg::storage
