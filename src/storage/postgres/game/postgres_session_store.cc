#include "storage/postgres/game/postgres_session_store.h"

#include <string>
#include <utility>

#include "storage/json_columns.h"
#include "storage/millis.h"
#include "storage/postgres/all_rows.h"
#include "storage/postgres/database.h"
#include "storage/postgres/game/after_update.h"
#include "storage/postgres/game/creation.h"
#include "storage/postgres/game/game_schema.h"

namespace oofgg::storage {
namespace {

using game::SessionMember;
using game::SessionRecord;

/// Rows of a long list that are read at once.
constexpr std::int64_t kQueuePage = 1'000;

constexpr PgStatement kCreateSession{
    "SELECT outcome, made, fingerprint FROM game_create_session"
    "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    PgKind::kWrite, /*repeatable=*/true};

// Grouped although it writes members too: whoever writes those of a session holds its row.
#define OOFGG_UPDATE_SESSION \
  "SELECT game_update_session($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
constexpr PgStatement kUpdateSession{OOFGG_UPDATE_SESSION, PgKind::kGroupedWrite, /*repeatable=*/true};
// To kQueued, where it may wait for another session of the same owner.
constexpr PgStatement kQueueSession{OOFGG_UPDATE_SESSION, PgKind::kWrite, /*repeatable=*/true};
#undef OOFGG_UPDATE_SESSION

// States 0, 1, 3, 4 and 6 are kCreated, kWaiting, kFinished, kDeleted and kQueued, and conditions are spelt
// as in the indexes, which are not found otherwise.
static_assert(static_cast<int>(SessionState::kCreated) == 0 && static_cast<int>(SessionState::kWaiting) == 1);
static_assert(static_cast<int>(SessionState::kFinished) == 3 &&
              static_cast<int>(SessionState::kDeleted) == 4 && static_cast<int>(SessionState::kQueued) == 6);
#define OOFGG_SELECT_SESSION                                                                              \
  "SELECT s.id, s.game_id, s.owner_id, s.state, s.attributes, s.region, s.data, s.ticket_id, s.alias_of," \
  " s.member_ids, s.member_teams, s.join_tickets, s.version FROM game_sessions s "
constexpr PgStatement kFindSession{OOFGG_SELECT_SESSION "WHERE s.id = $1", PgKind::kRead};
constexpr PgStatement kFindActive{
    OOFGG_SELECT_SESSION
    "JOIN game_session_members m ON m.session_id = s.id WHERE m.user_id = $1 AND s.game_id = $2"
    " AND s.alias_of = '' AND s.state NOT IN (3, 4) ORDER BY s.state = 6 DESC, s.id DESC LIMIT 1",
    PgKind::kRead};
// Each half by its own index, and no further than the limit.
constexpr PgStatement kListSessions{
    OOFGG_SELECT_SESSION
    "WHERE s.id IN ("
    "(SELECT o.id FROM game_sessions o WHERE o.game_id = $1 AND o.alias_of = '' AND o.owner_id <> ''"
    " AND o.state IN (0, 1) ORDER BY o.id DESC LIMIT $3) UNION "
    "(SELECT j.id FROM game_session_members m JOIN game_sessions j ON j.id = m.session_id"
    " WHERE m.user_id = $2 AND j.game_id = $1 AND j.alias_of = '' AND j.state NOT IN (3, 4)"
    " ORDER BY j.id DESC LIMIT $3)) ORDER BY s.id DESC LIMIT $3",
    PgKind::kRead};
constexpr PgStatement kListRunning{OOFGG_SELECT_SESSION
                                   "WHERE s.id > $1 AND s.alias_of = '' AND s.state NOT IN (3, 4, 6)"
                                   " ORDER BY s.id LIMIT $2",
                                   PgKind::kRead};
constexpr PgStatement kListQueued{
    OOFGG_SELECT_SESSION "WHERE s.state = 6 AND s.id > $1 ORDER BY s.id LIMIT $2", PgKind::kRead};
constexpr PgStatement kListSessionsOf{
    OOFGG_SELECT_SESSION
    "WHERE s.id IN (SELECT session_id FROM game_session_members WHERE user_id = $1"
    " UNION SELECT id FROM game_sessions WHERE owner_id = $1 AND owner_id <> '') ORDER BY s.id LIMIT $2",
    PgKind::kRead};
#undef OOFGG_SELECT_SESSION

constexpr PgStatement kEraseSession{"SELECT game_erase_sessions(ARRAY[$1::text])", PgKind::kWrite,
                                    /*repeatable=*/true};

// Repeated it leaves out a number, which is as good.
constexpr PgStatement kNextStreamRun{
    "UPDATE game_sessions SET stream_runs = stream_runs + 1 WHERE id = $1 RETURNING stream_runs - 1",
    PgKind::kGroupedWrite, /*repeatable=*/true};

// Apart from what erases the old ones, as that waits for rows while it has others.
constexpr PgStatement kNoticeEnded{
    "UPDATE game_sessions SET noticed_at = $1 WHERE id IN (SELECT id FROM game_sessions"
    " WHERE state IN (3, 4) AND noticed_at IS NULL LIMIT $2 FOR UPDATE SKIP LOCKED)",
    PgKind::kWrite, /*repeatable=*/true};
constexpr PgStatement kPurgeSessions{"SELECT game_purge_sessions($1, $2)", PgKind::kWrite,
                                     /*repeatable=*/true};

std::vector<SessionMember> MembersIn(const PgResult& result, int row, int column) {
  std::vector<std::string> users = result.Texts(row, column);
  std::vector<std::string> teams = result.Texts(row, column + 1);
  std::vector<std::string> tickets = result.Texts(row, column + 2);
  teams.resize(users.size());
  tickets.resize(users.size());
  std::vector<SessionMember> members;
  members.reserve(users.size());
  for (std::size_t i = 0; i < users.size(); ++i) {
    members.push_back({std::move(users[i]), std::move(teams[i]), std::move(tickets[i])});
  }
  return members;
}

StatusOr<SessionRecord> SessionIn(const PgResult& result, int row) {
  SessionRecord session;
  session.id = result.Text(row, 0);
  session.game_id = result.Text(row, 1);
  session.owner_id = result.Text(row, 2);
  session.state = static_cast<SessionState>(result.Int(row, 3));
  OOFGG_ASSIGN_OR_RETURN(session.attributes, AttributesFromJson(result.Text(row, 4)));
  session.region = static_cast<std::int32_t>(result.Int(row, 5));
  session.data = result.Text(row, 6);
  session.ticket_id = result.Text(row, 7);
  session.alias_of = result.Text(row, 8);
  session.members = MembersIn(result, row, 9);
  session.version = result.Int(row, 12);
  return session;
}

/// All but id and version, in the order of the table's columns.
void AddRow(PgParams& params, const SessionRecord& session) {
  std::vector<std::string> users;
  std::vector<std::string> teams;
  std::vector<std::string> tickets;
  for (const SessionMember& member : session.members) {
    users.push_back(member.user_id);
    teams.push_back(member.team_id);
    tickets.push_back(member.join_ticket);
  }
  params.Text(session.game_id)
      .Text(session.owner_id)
      .Int(static_cast<std::int64_t>(session.state))
      .Text(ToJson(session.attributes))
      .Int(session.region)
      .Bytes(session.data)
      .Text(session.ticket_id)
      .Text(session.alias_of)
      .Texts(users)
      .Texts(teams)
      .Texts(tickets);
}

std::int64_t RowLimit(std::size_t limit) { return static_cast<std::int64_t>(limit); }

}  // namespace

StatusOr<std::unique_ptr<PostgresSessionStore>> PostgresSessionStore::Make(PostgresDatabase& database) {
  OOFGG_RETURN_IF_ERROR(MigrateGameTables(database));
  return std::unique_ptr<PostgresSessionStore>(new PostgresSessionStore(database));
}

StatusOr<SessionRecord> PostgresSessionStore::CreateSession(const SessionRecord& session,
                                                            const game::CreationKey& key,
                                                            std::uint32_t max_live) {
  PgParams params = ParamsOf(key);
  params.Int(max_live).Text(session.id);
  AddRow(params, session);
  OOFGG_ASSIGN_OR_RETURN(const GameCreationResult created,
                         RunCreation(*database_, kCreateSession, std::move(params), key));
  SessionRecord ours = session;
  ours.version = 1;
  if (created.outcome == GameCreation::kDone) return ours;
  if (created.outcome == GameCreation::kMadeBefore) {
    auto before = FindSession(created.made);
    if (before.status().code() != StatusCode::kNotFound) return before;
    return MakeStatus(StatusCode::kUnavailable, "the session made before has just gone; try again");
  }
  if (created.outcome == GameCreation::kFull) {
    return MakeStatus(StatusCode::kResourceExhausted, "the game has all the sessions it may have");
  }
  const StatusOr<SessionRecord> stored = FindSession(session.id);
  if (created.repeated && stored.ok() && *stored == ours) return ours;
  return MakeStatus(StatusCode::kAlreadyExists, stored.ok()
                                                    ? "there is a session " + session.id
                                                    : "the player is in the queue of this game already");
}

StatusOr<SessionRecord> PostgresSessionStore::FindSession(std::string_view id) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult found, database_->Run(kFindSession, PgParams().Text(id)));
  if (found.rows() == 0) return MakeStatus(StatusCode::kNotFound, "there is no session " + std::string(id));
  return SessionIn(found, 0);
}

StatusOr<SessionRecord> PostgresSessionStore::UpdateSession(const SessionRecord& session) {
  PgParams params;
  params.Text(session.id).Int(session.version);
  AddRow(params, session);
  const bool queues = session.state == SessionState::kQueued;
  OOFGG_ASSIGN_OR_RETURN(const PgResult updated,
                         database_->Run(queues ? kQueueSession : kUpdateSession, std::move(params)));
  return AfterUpdate(session, updated.Bool(0, 0), updated, "session",
                     [&] { return FindSession(session.id); });
}

StatusOr<SessionRecord> PostgresSessionStore::FindActive(std::string_view user_id, std::string_view game_id) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult found,
                         database_->Run(kFindActive, PgParams().Text(user_id).Text(game_id)));
  if (found.rows() > 0) return SessionIn(found, 0);
  return MakeStatus(StatusCode::kNotFound, "the player is in no session of game " + std::string(game_id));
}

StatusOr<std::vector<SessionRecord>> PostgresSessionStore::ListSessions(std::string_view game_id,
                                                                        std::string_view user_id,
                                                                        std::size_t limit) {
  OOFGG_ASSIGN_OR_RETURN(
      const PgResult found,
      database_->Run(kListSessions, PgParams().Text(game_id).Text(user_id).Int(RowLimit(limit))));
  return TryAllRows(found, SessionIn);
}

StatusOr<std::vector<SessionRecord>> PostgresSessionStore::ListRunning(std::string_view after,
                                                                       std::size_t limit) {
  OOFGG_ASSIGN_OR_RETURN(
      const PgResult found,
      database_->Run(kListRunning, PgParams().Text(after).Int(static_cast<std::int64_t>(limit))));
  return TryAllRows(found, SessionIn);
}

StatusOr<std::vector<SessionRecord>> PostgresSessionStore::ListQueued() {
  std::vector<SessionRecord> queued;
  for (std::string after;;) {
    OOFGG_ASSIGN_OR_RETURN(const PgResult found,
                           database_->Run(kListQueued, PgParams().Text(after).Int(kQueuePage)));
    OOFGG_ASSIGN_OR_RETURN(std::vector<SessionRecord> page, TryAllRows(found, SessionIn));
    std::move(page.begin(), page.end(), std::back_inserter(queued));
    if (found.rows() < kQueuePage) return queued;
    after = queued.back().id;
  }
}

StatusOr<std::vector<SessionRecord>> PostgresSessionStore::ListSessionsOf(std::string_view user_id,
                                                                          std::size_t limit) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult found,
                         database_->Run(kListSessionsOf, PgParams().Text(user_id).Int(RowLimit(limit))));
  return TryAllRows(found, SessionIn);
}

Status PostgresSessionStore::EraseSession(std::string_view id) {
  return database_->Run(kEraseSession, PgParams().Text(id)).status();
}

StatusOr<std::uint64_t> PostgresSessionStore::NextStreamRun(std::string_view session_id) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult taken, database_->Run(kNextStreamRun, PgParams().Text(session_id)));
  if (taken.rows() > 0) return static_cast<std::uint64_t>(taken.Int(0, 0));
  return MakeStatus(StatusCode::kNotFound, "there is no session " + std::string(session_id));
}

StatusOr<bool> PostgresSessionStore::Purge(const game::Sweep& sweep) {
  OOFGG_ASSIGN_OR_RETURN(const bool more_keys, PurgeCreationKeys(*database_, "session", sweep));
  const std::int64_t limit = RowLimit(sweep.limit);
  OOFGG_ASSIGN_OR_RETURN(const PgResult noticed,
                         database_->Run(kNoticeEnded, PgParams().Int(ToMillis(sweep.now)).Int(limit)));
  OOFGG_ASSIGN_OR_RETURN(
      const PgResult purged,
      database_->Run(kPurgeSessions, PgParams().Int(ToMillis(sweep.now - sweep.keep)).Int(limit)));
  return more_keys || noticed.affected() >= limit || purged.Bool(0, 0);
}

}  // namespace oofgg::storage
