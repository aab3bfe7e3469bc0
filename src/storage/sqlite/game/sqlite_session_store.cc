#include "storage/sqlite/game/sqlite_session_store.h"

#include "storage/json_columns.h"
#include "storage/sqlite/game/creation_keys.h"
#include "storage/sqlite/with_value.h"

namespace oofgg::storage {
namespace {

using game::SessionRecord;

#define OOFGG_SESSION_COLUMNS \
  "s.id, s.game_id, s.owner_id, s.state, s.attributes, s.region, s.data, s.ticket_id, s.alias_of, s.version"
// Spelt as in the index sessions_live, or SQLite does not see that it may use it.
#define OOFGG_SESSION_LIVE "s.alias_of = '' AND s.state NOT IN (3, 4)"

constexpr std::string_view kSelectSession =
    "SELECT " OOFGG_SESSION_COLUMNS " FROM sessions s WHERE s.id = ?1";
// As in the index sessions_running.
constexpr std::string_view kSelectRunning =
    "SELECT " OOFGG_SESSION_COLUMNS
    " FROM sessions s WHERE s.id > ?1 AND s.alias_of = '' AND s.state NOT IN (3, 4, 6)"
    " ORDER BY s.id LIMIT ?2";
constexpr std::string_view kSelectQueued =
    "SELECT " OOFGG_SESSION_COLUMNS " FROM sessions s WHERE s.state = 6 ORDER BY s.id";
constexpr std::string_view kSelectActive =
    "SELECT " OOFGG_SESSION_COLUMNS " FROM sessions s WHERE s.game_id = ?2 AND " OOFGG_SESSION_LIVE
    " AND s.id IN (SELECT session_id FROM session_members WHERE user_id = ?1)"
    " ORDER BY s.state = 6 DESC, s.id DESC LIMIT 1";
// States 0 and 1 are kCreated and kWaiting.
constexpr std::string_view kSelectListed =
    "SELECT " OOFGG_SESSION_COLUMNS " FROM sessions s WHERE s.game_id = ?1 AND " OOFGG_SESSION_LIVE
    " AND ((s.owner_id <> '' AND s.state IN (0, 1)) OR"
    " s.id IN (SELECT session_id FROM session_members WHERE user_id = ?2))"
    " ORDER BY s.id DESC LIMIT ?3";
// The empty owner as in the index sessions_by_owner.
constexpr std::string_view kSelectOf =
    "SELECT " OOFGG_SESSION_COLUMNS
    " FROM sessions s WHERE s.id IN (SELECT session_id FROM session_members WHERE user_id = ?1"
    " UNION SELECT id FROM sessions WHERE owner_id = ?1 AND owner_id <> '') ORDER BY s.id LIMIT ?2";
constexpr std::string_view kCountLive =
    "SELECT count(*) FROM sessions s WHERE s.game_id = ?1 AND s.state <> 6 AND " OOFGG_SESSION_LIVE;
constexpr std::string_view kInsertSession =
    "INSERT INTO sessions (id, game_id, owner_id, state, attributes, region, data, ticket_id, alias_of, "
    "version) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
constexpr std::string_view kUpdateSession =
    "UPDATE sessions SET game_id = ?2, owner_id = ?3, state = ?4, attributes = ?5, region = ?6, data = ?7, "
    "ticket_id = ?8, alias_of = ?9, version = version + 1 WHERE id = ?1 AND version = ?10";
// States 3 and 4 are kFinished and kDeleted.
constexpr std::string_view kNoticeEnded =
    "UPDATE sessions SET noticed_at = ?1 WHERE id IN"
    " (SELECT id FROM sessions WHERE state IN (3, 4) AND noticed_at IS NULL LIMIT ?2)";
constexpr std::string_view kSelectPurged =
    "SELECT id FROM sessions WHERE state IN (3, 4) AND noticed_at <= ?1 ORDER BY noticed_at, rowid LIMIT ?2";
// The empty alias as in the index sessions_aliases.
constexpr std::string_view kSelectAliases = "SELECT id FROM sessions WHERE alias_of = ?1 AND alias_of <> ''";
constexpr std::string_view kTakeStreamRun =
    "UPDATE sessions SET stream_runs = stream_runs + 1 WHERE id = ?1 RETURNING stream_runs - 1";

Status NoSession(std::string_view id) {
  return MakeStatus(StatusCode::kNotFound, "there is no session " + std::string(id));
}

Status ReadMembers(Connection& connection, SessionRecord& session) {
  Statement select = connection.Prepare(
      "SELECT user_id, team_id, join_ticket FROM session_members WHERE session_id = ?1 ORDER BY position");
  select.Bind(1, session.id);
  for (;;) {
    OOFGG_ASSIGN_OR_RETURN(const bool more, select.Step());
    if (!more) return {};
    session.members.push_back({select.Text(0), select.Text(1), select.Text(2)});
  }
}

StatusOr<std::vector<SessionRecord>> ReadAll(Connection& connection, Statement& select) {
  std::vector<SessionRecord> sessions;
  for (;;) {
    OOFGG_ASSIGN_OR_RETURN(const bool more, select.Step());
    if (!more) break;
    SessionRecord session;
    session.id = select.Text(0);
    session.game_id = select.Text(1);
    session.owner_id = select.Text(2);
    session.state = static_cast<SessionState>(select.Int(3));
    OOFGG_ASSIGN_OR_RETURN(session.attributes, AttributesFromJson(select.Text(4)));
    session.region = static_cast<std::int32_t>(select.Int(5));
    session.data = select.Text(6);
    session.ticket_id = select.Text(7);
    session.alias_of = select.Text(8);
    session.version = select.Int(9);
    sessions.push_back(std::move(session));
  }
  for (SessionRecord& session : sessions) OOFGG_RETURN_IF_ERROR(ReadMembers(connection, session));
  return sessions;
}

// The one session that the statement finds; `missing` if it finds none.
StatusOr<SessionRecord> ReadOne(Connection& connection, Statement& select, const Status& missing) {
  OOFGG_ASSIGN_OR_RETURN(std::vector<SessionRecord> found, ReadAll(connection, select));
  if (found.empty()) return missing;
  return std::move(found.front());
}

StatusOr<SessionRecord> ReadSession(Connection& connection, std::string_view id) {
  Statement select = connection.Prepare(kSelectSession);
  return ReadOne(connection, select.Bind(1, id), NoSession(id));
}

Status WriteMembers(Connection& connection, const SessionRecord& session) {
  OOFGG_RETURN_IF_ERROR(
      connection.Prepare("DELETE FROM session_members WHERE session_id = ?1").Bind(1, session.id).Run());
  Statement insert = connection.Prepare(
      "INSERT INTO session_members (session_id, position, user_id, team_id, join_ticket) "
      "VALUES (?1, ?2, ?3, ?4, ?5)");
  std::int64_t position = 0;
  for (const game::SessionMember& member : session.members) {
    insert.Bind(1, session.id).Bind(2, position++).Bind(3, member.user_id);
    OOFGG_RETURN_IF_ERROR(insert.Bind(4, member.team_id).Bind(5, member.join_ticket).Run());
  }
  return {};
}

void BindSession(Statement& statement, const SessionRecord& session) {
  statement.Bind(1, session.id)
      .Bind(2, session.game_id)
      .Bind(3, session.owner_id)
      .Bind(4, static_cast<std::int64_t>(session.state))
      .Bind(5, ToJson(session.attributes))
      .Bind(6, session.region)
      .Bind(7, session.data)
      .Bind(8, session.ticket_id)
      .Bind(9, session.alias_of)
      .Bind(10, session.version);
}

Status CheckLimit(Connection& connection, std::string_view game_id, std::uint32_t max_live) {
  if (max_live == 0) return {};
  Statement count = connection.Prepare(kCountLive);
  OOFGG_RETURN_IF_ERROR(count.Bind(1, game_id).Step().status());
  if (count.Int(0) < static_cast<std::int64_t>(max_live)) return {};
  return MakeStatus(StatusCode::kResourceExhausted, "the game has all the sessions it may have");
}

StatusOr<std::vector<std::string>> ReadIds(Statement& select) {
  std::vector<std::string> ids;
  for (;;) {
    OOFGG_ASSIGN_OR_RETURN(const bool more, select.Step());
    if (!more) return ids;
    ids.push_back(select.Text(0));
  }
}

Status EraseRow(Connection& connection, std::string_view id) {
  OOFGG_RETURN_IF_ERROR(
      connection.Prepare("DELETE FROM session_members WHERE session_id = ?1").Bind(1, id).Run());
  OOFGG_RETURN_IF_ERROR(connection.Prepare("DELETE FROM entities WHERE session_id = ?1").Bind(1, id).Run());
  return connection.Prepare("DELETE FROM sessions WHERE id = ?1").Bind(1, id).Run();
}

/// The session and its aliases, which stand for nothing else.
Status EraseRows(Connection& connection, std::string_view id) {
  Statement select = connection.Prepare(kSelectAliases);
  OOFGG_ASSIGN_OR_RETURN(const auto aliases, ReadIds(select.Bind(1, id)));
  for (const std::string& alias : aliases) OOFGG_RETURN_IF_ERROR(EraseRow(connection, alias));
  return EraseRow(connection, id);
}

/// Ended sessions and their aliases. True: there is more to do.
StatusOr<bool> PurgeSessions(Connection& connection, const game::Sweep& sweep) {
  const auto limit = static_cast<std::int64_t>(sweep.limit);
  Statement notice = connection.Prepare(kNoticeEnded);
  OOFGG_RETURN_IF_ERROR(notice.Bind(1, Milliseconds(sweep.now)).Bind(2, sweep.limit).Run());
  const bool more = connection.Changes() >= limit;
  Statement select = connection.Prepare(kSelectPurged);
  OOFGG_ASSIGN_OR_RETURN(const auto ids,
                         ReadIds(select.Bind(1, Milliseconds(sweep.now - sweep.keep)).Bind(2, sweep.limit)));
  for (const std::string& id : ids) OOFGG_RETURN_IF_ERROR(EraseRows(connection, id));
  return more || static_cast<std::int64_t>(ids.size()) >= limit;
}

}  // namespace

StatusOr<SessionRecord> SqliteSessionStore::CreateSession(const SessionRecord& session,
                                                          const game::CreationKey& key,
                                                          std::uint32_t max_live) {
  return WriteValue(database_, [&](Connection& connection) -> StatusOr<SessionRecord> {
    OOFGG_ASSIGN_OR_RETURN(const std::string made, FindMade(connection, "session", key));
    if (!made.empty()) {
      auto before = ReadSession(connection, made);
      if (before.ok() || before.status().code() != StatusCode::kNotFound) return before;
    }
    OOFGG_RETURN_IF_ERROR(CheckLimit(connection, session.game_id, max_live));
    SessionRecord stored = session;
    stored.version = 1;
    Statement insert = connection.Prepare(kInsertSession);
    BindSession(insert, stored);
    OOFGG_RETURN_IF_ERROR(insert.Run());
    OOFGG_RETURN_IF_ERROR(WriteMembers(connection, stored));
    OOFGG_RETURN_IF_ERROR(RememberMade(connection, "session", key, stored.id));
    return stored;
  });
}

StatusOr<SessionRecord> SqliteSessionStore::FindSession(std::string_view id) {
  return ReadValue(database_, [&](Connection& connection) { return ReadSession(connection, id); });
}

StatusOr<SessionRecord> SqliteSessionStore::UpdateSession(const SessionRecord& session) {
  return WriteValue(database_, [&](Connection& connection) -> StatusOr<SessionRecord> {
    Statement update = connection.Prepare(kUpdateSession);
    BindSession(update, session);
    OOFGG_RETURN_IF_ERROR(update.Run());
    if (connection.Changes() == 0) {
      OOFGG_RETURN_IF_ERROR(ReadSession(connection, session.id).status());
      return MakeStatus(StatusCode::kAborted, "session " + session.id + " was written at the same time");
    }
    OOFGG_RETURN_IF_ERROR(WriteMembers(connection, session));
    SessionRecord updated = session;
    ++updated.version;
    return updated;
  });
}

StatusOr<SessionRecord> SqliteSessionStore::FindActive(std::string_view user_id, std::string_view game_id) {
  return ReadValue(database_, [&](Connection& connection) {
    Statement select = connection.Prepare(kSelectActive);
    return ReadOne(
        connection, select.Bind(1, user_id).Bind(2, game_id),
        MakeStatus(StatusCode::kNotFound, "the player is in no session of game " + std::string(game_id)));
  });
}

StatusOr<std::vector<SessionRecord>> SqliteSessionStore::ListSessions(std::string_view game_id,
                                                                      std::string_view user_id,
                                                                      std::size_t limit) {
  return ReadValue(database_, [&](Connection& connection) {
    Statement select = connection.Prepare(kSelectListed);
    return ReadAll(connection, select.Bind(1, game_id).Bind(2, user_id).Bind(3, limit));
  });
}

StatusOr<std::vector<SessionRecord>> SqliteSessionStore::ListRunning(std::string_view after,
                                                                     std::size_t limit) {
  return ReadValue(database_, [&](Connection& connection) {
    Statement select = connection.Prepare(kSelectRunning);
    return ReadAll(connection, select.Bind(1, after).Bind(2, limit));
  });
}

StatusOr<std::vector<SessionRecord>> SqliteSessionStore::ListQueued() {
  return ReadValue(database_, [](Connection& connection) {
    Statement select = connection.Prepare(kSelectQueued);
    return ReadAll(connection, select);
  });
}

StatusOr<std::vector<SessionRecord>> SqliteSessionStore::ListSessionsOf(std::string_view user_id,
                                                                        std::size_t limit) {
  return ReadValue(database_, [&](Connection& connection) {
    Statement select = connection.Prepare(kSelectOf);
    return ReadAll(connection, select.Bind(1, user_id).Bind(2, limit));
  });
}

Status SqliteSessionStore::EraseSession(std::string_view id) {
  return database_.Write([&](Connection& connection) { return EraseRows(connection, id); });
}

StatusOr<std::uint64_t> SqliteSessionStore::NextStreamRun(std::string_view session_id) {
  return WriteValue(database_, [&](Connection& connection) -> StatusOr<std::uint64_t> {
    Statement take = connection.Prepare(kTakeStreamRun);
    OOFGG_ASSIGN_OR_RETURN(const bool found, take.Bind(1, session_id).Step());
    if (!found) return NoSession(session_id);
    const auto run = static_cast<std::uint64_t>(take.Int(0));
    OOFGG_RETURN_IF_ERROR(take.Run());  // To the end, without which SQLite does not count it as done.
    return run;
  });
}

StatusOr<bool> SqliteSessionStore::Purge(const game::Sweep& sweep) {
  return WriteValue(database_, [&](Connection& connection) -> StatusOr<bool> {
    OOFGG_ASSIGN_OR_RETURN(const bool more_keys, PurgeMade(connection, "session", sweep));
    OOFGG_ASSIGN_OR_RETURN(const bool more_sessions, PurgeSessions(connection, sweep));
    return more_keys || more_sessions;
  });
}

}  // namespace oofgg::storage
