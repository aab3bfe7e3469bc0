#include "storage/sqlite/game/sqlite_match_store.h"

#include <limits>
#include <utility>

#include "storage/millis.h"
#include "storage/sqlite/with_value.h"

namespace oofgg::storage {
namespace {

using game::MatchRecord;
using game::MatchSeat;

// The end of a match stands in its seats as well, and its game, so that a player's list is one index.
constexpr std::string_view kSelectMatch =
    "SELECT id, game_id, region, started_at, finished_at, how_ended, version, told FROM matches WHERE "
    "id = ?1";
constexpr std::string_view kSelectSeats =
    "SELECT player_id, team_id, alias, joined_at, left_at, result, placement FROM match_seats "
    "WHERE match_id = ?1 ORDER BY position";
constexpr std::string_view kSelectByAlias =
    "SELECT match_id FROM match_seats WHERE alias = ?1 AND alias <> '' LIMIT 1";
constexpr std::string_view kSelectMatchesOf =
    "SELECT DISTINCT match_id, finished_at FROM match_seats WHERE player_id = ?1 AND finished_at IS NOT NULL"
    " AND (finished_at, match_id) < (?2, ?3) AND (?4 = '' OR game_id = ?4)"
    " ORDER BY finished_at DESC, match_id DESC LIMIT ?5";
constexpr std::string_view kSelectOpen =
    "SELECT id FROM matches WHERE told = 0 AND id > ?1 ORDER BY id LIMIT ?2";
constexpr std::string_view kInsertMatch =
    "INSERT INTO matches (id, game_id, region, started_at, finished_at, how_ended, version, told) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)";
constexpr std::string_view kUpdateMatch =
    "UPDATE matches SET game_id = ?2, region = ?3, started_at = ?4, finished_at = ?5, how_ended = ?6, "
    "version = version + 1 WHERE id = ?1 AND version = ?7";
constexpr std::string_view kInsertSeat =
    "INSERT INTO match_seats (match_id, position, player_id, team_id, alias, joined_at, left_at, result, "
    "placement, game_id, finished_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

Status NoStoredMatch(std::string_view id) {
  return MakeStatus(StatusCode::kNotFound, "there is no match " + std::string(id));
}

Statement& BindMoment(Statement& statement, int index, const std::optional<WallTime>& moment) {
  return moment.has_value() ? statement.Bind(index, ToMillis(*moment)) : statement.Bind(index, nullptr);
}

std::optional<WallTime> MomentIn(const Statement& row, int column) {
  if (row.IsNull(column)) return std::nullopt;
  return FromMillis(row.Int(column));
}

Status ReadSeats(Connection& connection, MatchRecord& match) {
  Statement select = connection.Prepare(kSelectSeats);
  select.Bind(1, match.id);
  for (;;) {
    OOFGG_ASSIGN_OR_RETURN(const bool more, select.Step());
    if (!more) return {};
    match.seats.push_back({.player_id = select.Text(0),
                           .team_id = select.Text(1),
                           .alias = select.Text(2),
                           .joined_at = FromMillis(select.Int(3)),
                           .left_at = MomentIn(select, 4),
                           .result = static_cast<MatchResult>(select.Int(5)),
                           .placement = static_cast<std::int32_t>(select.Int(6))});
  }
}

StatusOr<MatchRecord> ReadMatch(Connection& connection, std::string_view id) {
  Statement select = connection.Prepare(kSelectMatch);
  OOFGG_ASSIGN_OR_RETURN(const bool found, select.Bind(1, id).Step());
  if (!found) return NoStoredMatch(id);
  MatchRecord match{.id = select.Text(0),
                    .game_id = select.Text(1),
                    .region = static_cast<std::int32_t>(select.Int(2)),
                    .started_at = FromMillis(select.Int(3)),
                    .finished_at = MomentIn(select, 4),
                    .end = static_cast<MatchEnd>(select.Int(5)),
                    .seats = {},
                    .version = select.Int(6),
                    .is_told = select.Int(7) != 0};
  OOFGG_RETURN_IF_ERROR(ReadSeats(connection, match));
  return match;
}

void BindMatch(Statement& statement, const MatchRecord& match) {
  statement.Bind(1, match.id)
      .Bind(2, match.game_id)
      .Bind(3, match.region)
      .Bind(4, ToMillis(match.started_at));
  BindMoment(statement, 5, match.finished_at);
  statement.Bind(6, static_cast<std::int64_t>(match.end)).Bind(7, match.version);
}

Status WriteSeats(Connection& connection, const MatchRecord& match) {
  OOFGG_RETURN_IF_ERROR(
      connection.Prepare("DELETE FROM match_seats WHERE match_id = ?1").Bind(1, match.id).Run());
  Statement insert = connection.Prepare(kInsertSeat);
  std::int64_t position = 0;
  for (const MatchSeat& seat : match.seats) {
    insert.Bind(1, match.id).Bind(2, position++).Bind(3, seat.player_id).Bind(4, seat.team_id);
    insert.Bind(5, seat.alias).Bind(6, ToMillis(seat.joined_at));
    BindMoment(insert, 7, seat.left_at);
    insert.Bind(8, static_cast<std::int64_t>(seat.result)).Bind(9, seat.placement).Bind(10, match.game_id);
    OOFGG_RETURN_IF_ERROR(BindMoment(insert, 11, match.finished_at).Run());
  }
  return {};
}

StatusOr<std::vector<std::string>> ReadMatchIds(Statement& select) {
  std::vector<std::string> ids;
  for (;;) {
    OOFGG_ASSIGN_OR_RETURN(const bool more, select.Step());
    if (!more) return ids;
    ids.push_back(select.Text(0));
  }
}

}  // namespace

StatusOr<MatchRecord> SqliteMatchStore::CreateMatch(const MatchRecord& match) {
  return WriteValue(database_, [&](Connection& connection) -> StatusOr<MatchRecord> {
    MatchRecord stored = match;
    stored.version = 1;
    stored.is_told = false;
    Statement insert = connection.Prepare(kInsertMatch);
    BindMatch(insert, stored);
    OOFGG_RETURN_IF_ERROR(insert.Run());
    OOFGG_RETURN_IF_ERROR(WriteSeats(connection, stored));
    return stored;
  });
}

StatusOr<MatchRecord> SqliteMatchStore::FindMatch(std::string_view id) {
  return ReadValue(database_, [&](Connection& connection) { return ReadMatch(connection, id); });
}

StatusOr<MatchRecord> SqliteMatchStore::FindMatchByAlias(std::string_view alias) {
  return ReadValue(database_, [&](Connection& connection) -> StatusOr<MatchRecord> {
    Statement select = connection.Prepare(kSelectByAlias);
    OOFGG_ASSIGN_OR_RETURN(const bool found, select.Bind(1, alias).Step());
    if (!found) return NoStoredMatch(alias);
    return ReadMatch(connection, select.Text(0));
  });
}

StatusOr<MatchRecord> SqliteMatchStore::UpdateMatch(const MatchRecord& match) {
  return WriteValue(database_, [&](Connection& connection) -> StatusOr<MatchRecord> {
    Statement update = connection.Prepare(kUpdateMatch);
    BindMatch(update, match);
    OOFGG_RETURN_IF_ERROR(update.Run());
    if (connection.Changes() == 0) {
      OOFGG_RETURN_IF_ERROR(ReadMatch(connection, match.id).status());
      return MakeStatus(StatusCode::kAborted, "match " + match.id + " was written at the same time");
    }
    OOFGG_RETURN_IF_ERROR(WriteSeats(connection, match));
    MatchRecord updated = match;
    ++updated.version;
    return updated;
  });
}

StatusOr<std::vector<MatchRecord>> SqliteMatchStore::ListMatches(
    std::string_view player_id, std::string_view game_id, const std::optional<game::MatchPosition>& after,
    std::size_t limit) {
  return ReadValue(database_, [&](Connection& connection) -> StatusOr<std::vector<MatchRecord>> {
    Statement select = connection.Prepare(kSelectMatchesOf);
    select.Bind(1, player_id)
        .Bind(2, after.has_value() ? ToMillis(after->finished_at) : std::numeric_limits<std::int64_t>::max())
        .Bind(3, after.has_value() ? std::string_view(after->id) : std::string_view());
    OOFGG_ASSIGN_OR_RETURN(const auto ids, ReadMatchIds(select.Bind(4, game_id).Bind(5, limit)));
    std::vector<MatchRecord> matches;
    for (const std::string& id : ids) {
      OOFGG_ASSIGN_OR_RETURN(MatchRecord match, ReadMatch(connection, id));
      matches.push_back(std::move(match));
    }
    return matches;
  });
}

Status SqliteMatchStore::MarkTold(std::string_view id) {
  return database_.Write([&](Connection& connection) {
    return connection.Prepare("UPDATE matches SET told = 1 WHERE id = ?1").Bind(1, id).Run();
  });
}

StatusOr<std::vector<std::string>> SqliteMatchStore::ListOpen(std::string_view after, std::size_t limit) {
  return ReadValue(database_, [&](Connection& connection) {
    Statement select = connection.Prepare(kSelectOpen);
    return ReadMatchIds(select.Bind(1, after).Bind(2, limit));
  });
}

StatusOr<bool> SqliteMatchStore::ErasePlayer(std::string_view player_id, std::size_t limit) {
  return WriteValue(database_, [&](Connection& connection) -> StatusOr<bool> {
    Statement select =
        connection.Prepare("SELECT DISTINCT match_id FROM match_seats WHERE player_id = ?1 LIMIT ?2");
    OOFGG_ASSIGN_OR_RETURN(const auto ids, ReadMatchIds(select.Bind(1, player_id).Bind(2, limit)));
    Statement forget = connection.Prepare(
        "UPDATE match_seats SET player_id = '', alias = '' WHERE match_id = ?1 AND player_id = ?2");
    Statement count = connection.Prepare("UPDATE matches SET version = version + 1 WHERE id = ?1");
    for (const std::string& id : ids) {
      OOFGG_RETURN_IF_ERROR(forget.Bind(1, id).Bind(2, player_id).Run());
      OOFGG_RETURN_IF_ERROR(count.Bind(1, id).Run());
    }
    return ids.size() >= limit;
  });
}

StatusOr<bool> SqliteMatchStore::Purge(const game::Sweep& sweep) {
  return WriteValue(database_, [&](Connection& connection) -> StatusOr<bool> {
    Statement select = connection.Prepare(
        "SELECT id FROM matches WHERE finished_at <= ?1 AND told = 1 ORDER BY finished_at LIMIT ?2");
    OOFGG_ASSIGN_OR_RETURN(
        const auto ids, ReadMatchIds(select.Bind(1, ToMillis(sweep.now - sweep.keep)).Bind(2, sweep.limit)));
    Statement seats = connection.Prepare("DELETE FROM match_seats WHERE match_id = ?1");
    Statement match = connection.Prepare("DELETE FROM matches WHERE id = ?1");
    for (const std::string& id : ids) {
      OOFGG_RETURN_IF_ERROR(seats.Bind(1, id).Run());
      OOFGG_RETURN_IF_ERROR(match.Bind(1, id).Run());
    }
    return ids.size() >= sweep.limit;
  });
}

}  // namespace oofgg::storage
