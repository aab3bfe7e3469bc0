#include "storage/sqlite/game/sqlite_score_store.h"

#include "oofgg/parse.h"
#include "storage/json_columns.h"
#include "storage/millis.h"
#include "storage/sqlite/game/creation_keys.h"
#include "storage/sqlite/game/standing_rows.h"
#include "storage/sqlite/with_value.h"

namespace oofgg::storage {
namespace {

using game::ScoreRecord;
using game::StoredScore;

constexpr std::string_view kSelectByPlace =
    "SELECT place, id, player_id, game_id, instance_id, value, score_type, created_at, metadata FROM scores "
    "WHERE place = ?1";
constexpr std::string_view kSelectOfPlayer =
    "SELECT place, id, player_id, game_id, instance_id, value, score_type, created_at, metadata FROM scores "
    "WHERE player_id = ?1 AND place < ?2 ORDER BY place DESC LIMIT ?3";
constexpr std::string_view kSelectOfPlayerInGame =
    "SELECT place, id, player_id, game_id, instance_id, value, score_type, created_at, metadata FROM scores "
    "WHERE player_id = ?1 AND place < ?2 AND game_id = ?4 ORDER BY place DESC LIMIT ?3";
// From type to type by the index, the last part of which is the rowid, which `place` is: two steps a type,
// whatever lies between.
#define OOFGG_OF_SEAT \
  " FROM scores WHERE instance_id = ?1 AND instance_id <> '' AND player_id = ?2 AND game_id = ?3"
constexpr std::string_view kSelectOfSeat =
    "SELECT place, id, player_id, game_id, instance_id, value, score_type, created_at, metadata FROM scores "
    "WHERE place IN (WITH RECURSIVE types (name) AS (SELECT max(score_type)" OOFGG_OF_SEAT
    " UNION ALL SELECT (SELECT max(score_type)" OOFGG_OF_SEAT
    " AND score_type < types.name) FROM types WHERE name IS NOT NULL LIMIT ?4) "
    "SELECT (SELECT max(place)" OOFGG_OF_SEAT
    " AND score_type = types.name) FROM types WHERE name IS NOT NULL)";
#undef OOFGG_OF_SEAT
constexpr std::string_view kCountOfPlayer = "SELECT count(*) FROM scores WHERE player_id = ?1";
constexpr std::string_view kCountOfPlayerInGame =
    "SELECT count(*) FROM scores WHERE player_id = ?1 AND game_id = ?2";

StatusOr<ScoreRecord> ReadScoreRow(const Statement& row) {
  ScoreRecord record;
  record.order = row.Int(0);
  record.score.id = row.Text(1);
  record.score.player_id = row.Text(2);
  record.score.game_id = row.Text(3);
  record.score.instance_id = row.Text(4);
  record.score.value = row.Int(5);
  record.score.score_type = row.Text(6);
  record.score.created_at = FromMicros(row.Int(7));
  OOFGG_ASSIGN_OR_RETURN(record.score.metadata, TextsFromJson(row.Text(8)));
  return record;
}

// Adds every row that the statement still gives.
Status ReadScoreRows(Statement& select, std::vector<ScoreRecord>& records) {
  for (;;) {
    OOFGG_ASSIGN_OR_RETURN(const bool more, select.Step());
    if (!more) return {};
    OOFGG_ASSIGN_OR_RETURN(ScoreRecord record, ReadScoreRow(select));
    records.push_back(std::move(record));
  }
}

Status InsertScoreRow(Connection& connection, const Score& score) {
  Statement insert = connection.Prepare(
      "INSERT INTO scores (id, player_id, game_id, instance_id, value, score_type, created_at, metadata) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  return insert.Bind(1, score.id)
      .Bind(2, score.player_id)
      .Bind(3, score.game_id)
      .Bind(4, score.instance_id)
      .Bind(5, score.value)
      .Bind(6, score.score_type)
      .Bind(7, ToMicros(score.created_at))
      .Bind(8, ToJson(score.metadata))
      .Run();
}

StatusOr<ScoreRecord> ReadMade(Connection& connection, const std::string& made) {
  OOFGG_ASSIGN_OR_RETURN(const auto place, ParseInteger<std::int64_t>(made));
  Statement select = connection.Prepare(kSelectByPlace);
  OOFGG_ASSIGN_OR_RETURN(const bool found, select.Bind(1, place).Step());
  if (!found) {
    return MakeStatus(StatusCode::kNotFound, "the score made under this idempotency key was erased");
  }
  return ReadScoreRow(select);
}

StatusOr<StoredScore> KeepScore(Connection& connection, const Score& score, const ScoreRule& rule,
                                const game::CreationKey& key) {
  StoredScore stored;
  OOFGG_ASSIGN_OR_RETURN(const std::string made, FindMade(connection, "score", key));
  if (!made.empty()) {
    OOFGG_ASSIGN_OR_RETURN(stored.record, ReadMade(connection, made));
    OOFGG_RETURN_IF_ERROR(ReadStandings(connection, stored));
    return stored;
  }
  OOFGG_RETURN_IF_ERROR(InsertScoreRow(connection, score));
  stored.record = {score, connection.LastInsertId()};
  OOFGG_RETURN_IF_ERROR(KeepStandings(connection, rule, stored));
  OOFGG_RETURN_IF_ERROR(RememberMade(connection, "score", key, std::to_string(stored.record.order)));
  return stored;
}

}  // namespace

StatusOr<StoredScore> SqliteScoreStore::InsertScore(const Score& score, const ScoreRule& rule,
                                                    const game::CreationKey& key) {
  return WriteValue(database_,
                    [&](Connection& connection) { return KeepScore(connection, score, rule, key); });
}

std::vector<StatusOr<StoredScore>> SqliteScoreStore::InsertScores(std::span<const game::NewScore> scores) {
  std::vector<StatusOr<StoredScore>> stored(scores.size(), StoredScore());
  std::vector<Status> written(scores.size());
  database_.WriteTogether(
      [&](Connection& connection, std::size_t i) {
        stored[i] = KeepScore(connection, scores[i].score, scores[i].rule, scores[i].key);
        return stored[i].status();
      },
      written);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!written[i].ok()) stored[i] = std::move(written[i]);
  }
  return stored;
}

StatusOr<std::vector<ScoreRecord>> SqliteScoreStore::ListScores(std::string_view player_id,
                                                                std::string_view game_id, std::int64_t before,
                                                                std::size_t limit) {
  return ReadValue(database_, [&](Connection& connection) -> StatusOr<std::vector<ScoreRecord>> {
    std::vector<ScoreRecord> records;
    Statement select = connection.Prepare(game_id.empty() ? kSelectOfPlayer : kSelectOfPlayerInGame);
    select.Bind(1, player_id).Bind(2, before).Bind(3, limit);
    if (!game_id.empty()) select.Bind(4, game_id);
    OOFGG_RETURN_IF_ERROR(ReadScoreRows(select, records));
    return records;
  });
}

StatusOr<std::int64_t> SqliteScoreStore::CountScores(std::string_view player_id, std::string_view game_id) {
  return ReadValue(database_, [&](Connection& connection) -> StatusOr<std::int64_t> {
    Statement select = connection.Prepare(game_id.empty() ? kCountOfPlayer : kCountOfPlayerInGame);
    select.Bind(1, player_id);
    if (!game_id.empty()) select.Bind(2, game_id);
    OOFGG_RETURN_IF_ERROR(select.Step().status());
    return select.Int(0);
  });
}

StatusOr<std::vector<ScoreRecord>> SqliteScoreStore::ListInstanceScores(
    std::span<const game::InstanceSeat> seats, std::size_t limit) {
  return ReadValue(database_, [&](Connection& connection) -> StatusOr<std::vector<ScoreRecord>> {
    std::vector<ScoreRecord> records;
    Statement select = connection.Prepare(kSelectOfSeat);
    for (const game::InstanceSeat& seat : seats) {
      select.Bind(1, seat.instance_id).Bind(2, seat.player_id).Bind(3, seat.game_id).Bind(4, limit);
      OOFGG_RETURN_IF_ERROR(ReadScoreRows(select, records));
    }
    return records;
  });
}

StatusOr<bool> SqliteScoreStore::HasLists(std::string_view game_id, std::string_view score_type) {
  return ReadValue(database_, [&](Connection& connection) {
    return connection.Prepare("SELECT 1 FROM standing_lists WHERE game_id = ?1 AND score_type = ?2 LIMIT 1")
        .Bind(1, game_id)
        .Bind(2, score_type)
        .Step();
  });
}

StatusOr<std::vector<ScoreRecord>> SqliteScoreStore::FindScores(std::span<const std::int64_t> orders) {
  return ReadValue(database_, [&](Connection& connection) -> StatusOr<std::vector<ScoreRecord>> {
    std::vector<ScoreRecord> records;
    Statement select = connection.Prepare(kSelectByPlace);
    for (const std::int64_t order : orders)
      OOFGG_RETURN_IF_ERROR(ReadScoreRows(select.Bind(1, order), records));
    return records;
  });
}

Status SqliteScoreStore::VisitStandings(WallTime now,
                                        absl::FunctionRef<Status(const game::StandingRow&)> visit) {
  return database_.Read(
      [&](Connection& connection) { return VisitCurrentStandings(connection, now, visit); });
}

// One writer gives out the orders and commits them in turn. The newest scores may have been erased, so the
// rows do not tell the last one.
StatusOr<game::ScoreHorizon> SqliteScoreStore::FindHorizon() {
  return ReadValue(database_, [](Connection& connection) -> StatusOr<game::ScoreHorizon> {
    Statement select = connection.Prepare("SELECT seq FROM sqlite_sequence WHERE name = 'scores'");
    OOFGG_ASSIGN_OR_RETURN(const bool found, select.Step());
    return game::ScoreHorizon{.order = found ? select.Int(0) : 0};
  });
}

StatusOr<std::vector<game::CountedScore>> SqliteScoreStore::ListCounted(std::int64_t after,
                                                                        std::int64_t last) {
  return ReadValue(database_, [&](Connection& connection) { return ReadCounted(connection, after, last); });
}

StatusOr<bool> SqliteScoreStore::EraseScores(std::string_view player_id, std::size_t limit) {
  return WriteValue(database_, [&](Connection& connection) -> StatusOr<bool> {
    OOFGG_RETURN_IF_ERROR(EraseStandings(connection, player_id));
    Statement erase = connection.Prepare(
        "DELETE FROM scores WHERE place IN (SELECT place FROM scores WHERE player_id = ?1 LIMIT ?2)");
    OOFGG_RETURN_IF_ERROR(erase.Bind(1, player_id).Bind(2, limit).Run());
    return connection.Changes() >= static_cast<std::int64_t>(limit);
  });
}

StatusOr<bool> SqliteScoreStore::Purge(const game::Sweep& sweep) {
  return WriteValue(database_, [&](Connection& connection) -> StatusOr<bool> {
    OOFGG_ASSIGN_OR_RETURN(const bool more_keys, PurgeMade(connection, "score", sweep));
    OOFGG_ASSIGN_OR_RETURN(const bool more_standings, PurgeStandings(connection, sweep));
    return more_keys || more_standings;
  });
}

}  // namespace oofgg::storage
