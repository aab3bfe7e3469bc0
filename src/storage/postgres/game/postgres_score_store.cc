#include "storage/postgres/game/postgres_score_store.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "oofgg/parse.h"
#include "storage/json_columns.h"
#include "storage/millis.h"
#include "storage/postgres/all_rows.h"
#include "storage/postgres/database.h"
#include "storage/postgres/game/creation.h"
#include "storage/postgres/game/game_schema.h"

namespace oofgg::storage {
namespace {

using game::ScorePeriod;
using game::ScoreRecord;
using game::Standing;
using game::StoredScore;
using std::chrono::sys_days;
using VisitStanding = absl::FunctionRef<Status(const game::StandingRow&)>;
using DaysByPeriod = std::array<std::int64_t, game::kScorePeriods.size()>;

/// Rows, and lists, that are read at once at a start.
constexpr std::int64_t kStandingPage = 5'000;
constexpr std::int64_t kShortestPage = 100;
constexpr std::int64_t kListPage = 1'000;
/// Seats whose scores are looked for in one statement, so that none takes long.
constexpr std::size_t kSeatsAtOnce = 2'000;

// Grouped, so it waits for nothing but what its first parameter names, the player.
#define OOFGG_INSERT_SCORE(waits)                                                                   \
  "SELECT outcome, made, fingerprint, value, place, created_at, score_place FROM game_insert_score" \
  "($1, $2, $3, $4, " waits ", $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
constexpr PgStatement kInsertScore{OOFGG_INSERT_SCORE("false"), PgKind::kGroupedWrite, /*repeatable=*/true};
constexpr PgStatement kInsertScoreInTurn{OOFGG_INSERT_SCORE("true"), PgKind::kWrite, /*repeatable=*/true};
#undef OOFGG_INSERT_SCORE

constexpr PgStatement kFindStandings{
    "SELECT value, place, created_at FROM game_find_standings($1, $2, $3, $4)", PgKind::kRead};

#define OOFGG_SELECT_SCORE                                                                          \
  "SELECT place, id, player_id, game_id, instance_id, value, score_type, created_at, metadata FROM" \
  " game_scores WHERE "
constexpr PgStatement kFindScores{OOFGG_SELECT_SCORE "place = ANY ($1::bigint[])", PgKind::kRead};
constexpr PgStatement kFindScoreById{OOFGG_SELECT_SCORE "id = $1", PgKind::kRead};
constexpr PgStatement kListScores{
    OOFGG_SELECT_SCORE "player_id = $1 AND place < $2 ORDER BY place DESC LIMIT $3", PgKind::kRead};
constexpr PgStatement kListScoresInGame{
    OOFGG_SELECT_SCORE "player_id = $1 AND place < $2 AND game_id = $4 ORDER BY place DESC LIMIT $3",
    PgKind::kRead};
// From type to type by the index, whatever lies between.
#define OOFGG_LAST_OF_SEAT(behind)                                                    \
  "SELECT s.score_type, s.place FROM game_scores s WHERE s.instance_id = i.instance"  \
  " AND s.instance_id <> '' AND s.player_id = i.player AND s.game_id = i.game" behind \
  " ORDER BY s.score_type DESC, s.place DESC LIMIT 1"
constexpr PgStatement kListInstanceScores{
    OOFGG_SELECT_SCORE
    "place IN (SELECT n.place FROM unnest($1::text[], $2::text[], $3::text[]) AS i (instance, player, game)"
    " CROSS JOIN LATERAL (WITH RECURSIVE newest AS ((" OOFGG_LAST_OF_SEAT("")
    ") UNION ALL SELECT l.score_type, l.place FROM newest CROSS JOIN LATERAL ("
    OOFGG_LAST_OF_SEAT(" AND s.score_type < newest.score_type")
    ") AS l) SELECT newest.place FROM newest LIMIT $4) AS n)",
    PgKind::kRead};
#undef OOFGG_LAST_OF_SEAT
#undef OOFGG_SELECT_SCORE
constexpr PgStatement kCountScores{
    "SELECT count(*) FROM game_scores WHERE player_id = $1 AND ($2::text = '' OR game_id = $2::text)",
    PgKind::kRead};

constexpr PgStatement kHasLists{
    "SELECT 1 FROM game_standing_lists WHERE game_id = $1 AND score_type = $2 LIMIT 1", PgKind::kRead};
constexpr PgStatement kListLists{
    "SELECT id, game_id, score_type FROM game_standing_lists WHERE period = $1 AND period_start = $2"
    " AND id > $3 ORDER BY id LIMIT $4",
    PgKind::kRead};
// From the first of the lists on, in it behind the player $2: list by list, as a join with what depends on
// its other side goes. Many short lists, or a part of a long one, in one answer.
constexpr PgStatement kListStandings{
    "SELECT l.n, s.player_id, s.value, s.place, s.created_at"
    " FROM unnest($1::bigint[]) WITH ORDINALITY AS l (id, n) CROSS JOIN LATERAL ("
    "SELECT player_id, value, place, created_at FROM game_standings WHERE list_id = l.id"
    " AND player_id > CASE WHEN l.n = 1 THEN $2::text ELSE '' END ORDER BY player_id LIMIT $3) s LIMIT $3",
    PgKind::kRead};

// Alone, as it may wait a little.
constexpr PgStatement kFindHorizon{"SELECT reached, settled FROM game_score_horizon()", PgKind::kWrite,
                                   /*repeatable=*/true};
// Score by score, whatever the planner thinks of the range: OFFSET keeps it from a join over all standings.
constexpr PgStatement kListCounted{
    "SELECT s.place, s.player_id, s.game_id, s.score_type, s.created_at, c.period, c.value"
    " FROM (SELECT * FROM game_scores WHERE place > $1 AND place <= $2) s CROSS JOIN LATERAL ("
    "SELECT l.period, t.value FROM game_standing_lists l JOIN game_standings t"
    " ON t.list_id = l.id AND t.player_id = s.player_id AND t.place = s.place"
    " WHERE l.game_id = s.game_id AND l.score_type = s.score_type OFFSET 0) c ORDER BY s.place",
    PgKind::kRead};

constexpr PgStatement kEraseScores{"SELECT game_erase_scores($1, $2)", PgKind::kWrite, /*repeatable=*/true};
constexpr PgStatement kPurgeStandings{"SELECT game_purge_standings($1, $2)", PgKind::kWrite,
                                      /*repeatable=*/true};

std::int64_t DayNumber(sys_days day) { return day.time_since_epoch().count(); }

/// When the periods began that `time` lies in.
DaysByPeriod StartsAt(WallTime time) {
  DaysByPeriod starts{};
  for (const ScorePeriod period : game::kScorePeriods) {
    starts[static_cast<std::size_t>(period)] = DayNumber(game::PeriodStart(period, time));
  }
  return starts;
}

StatusOr<ScoreRecord> ScoreIn(const PgResult& result, int row) {
  ScoreRecord record;
  record.order = result.Int(row, 0);
  record.score.id = result.Text(row, 1);
  record.score.player_id = result.Text(row, 2);
  record.score.game_id = result.Text(row, 3);
  record.score.instance_id = result.Text(row, 4);
  record.score.value = result.Int(row, 5);
  record.score.score_type = result.Text(row, 6);
  record.score.created_at = FromMicros(result.Int(row, 7));
  OOFGG_ASSIGN_OR_RETURN(record.score.metadata, TextsFromJson(result.Text(row, 8)));
  return record;
}

Standing StandingIn(const PgResult& result, int row, int column) {
  return {.value = result.Int(row, column),
          .order = result.Int(row, column + 1),
          .created_at = FromMicros(result.Int(row, column + 2))};
}

/// A row for each period; NULLs where there is nothing.
StoredScore StoredIn(ScoreRecord record, const PgResult& result, int column) {
  StoredScore stored{.record = std::move(record), .standings = {}};
  for (int row = 0; row < result.rows(); ++row) {
    if (result.IsNull(row, column)) continue;
    stored.standings[static_cast<std::size_t>(row)] = StandingIn(result, row, column);
  }
  return stored;
}

/// The lists of one period.
struct Lists {
  ScorePeriod period;
  sys_days start;
  const PgResult& rows;  ///< Id, game, score type.
};

/// Tells the rows of `page`, which counts lists from the one at `first` on. Returns which the last row is of.
StatusOr<std::size_t> VisitPage(const Lists& lists, std::size_t first, const PgResult& page,
                                VisitStanding visit) {
  std::size_t list = first;
  std::string game_id;
  std::string score_type;
  for (int row = 0; row < page.rows(); ++row) {
    const std::size_t now = first + static_cast<std::size_t>(page.Int(row, 0)) - 1;
    if (now < list) return MakeStatus(StatusCode::kInternal, "PostgreSQL mixes up lists of standings");
    if (row == 0 || now != list) {
      list = now;
      game_id = lists.rows.Text(static_cast<int>(list), 1);
      score_type = lists.rows.Text(static_cast<int>(list), 2);
    }
    const std::string player_id = page.Text(row, 1);
    OOFGG_RETURN_IF_ERROR(visit({.game_id = game_id,
                                 .score_type = score_type,
                                 .period = lists.period,
                                 .period_start = lists.start,
                                 .player_id = player_id,
                                 .standing = StandingIn(page, row, 2)}));
  }
  return list;
}

Status VisitLists(PostgresDatabase& database, const Lists& lists, VisitStanding visit) {
  const auto ids = AllRows(lists.rows, [](const PgResult& result, int row) { return result.Int(row, 0); });
  std::string after;
  std::int64_t limit = kStandingPage;
  for (std::size_t first = 0; first < ids.size();) {
    const auto page =
        database.Run(kListStandings, PgParams().Ints(std::span(ids).subspan(first)).Text(after).Int(limit));
    // From a cold disk it may have taken too long; what was read until then is at hand the next time.
    if (page.status().code() == StatusCode::kDeadlineExceeded && limit > kShortestPage) {
      limit /= 2;
      continue;
    }
    OOFGG_RETURN_IF_ERROR(page.status());
    OOFGG_ASSIGN_OR_RETURN(first, VisitPage(lists, first, *page, visit));
    if (page->rows() < limit) return {};
    after = page->Text(page->rows() - 1, 1);
  }
  return {};
}

Status VisitPeriod(PostgresDatabase& database, ScorePeriod period, sys_days start, VisitStanding visit) {
  for (std::int64_t after = 0;;) {
    OOFGG_ASSIGN_OR_RETURN(const PgResult lists,
                           database.Run(kListLists, PgParams()
                                                        .Int(static_cast<std::int64_t>(period))
                                                        .Int(DayNumber(start))
                                                        .Int(after)
                                                        .Int(kListPage)));
    OOFGG_RETURN_IF_ERROR(VisitLists(database, {period, start, lists}, visit));
    if (lists.rows() < kListPage) return {};
    after = lists.Int(lists.rows() - 1, 0);
  }
}

PgParams InsertParams(const Score& score, const ScoreRule& rule, const game::CreationKey& key) {
  PgParams params;
  params.Text(score.player_id)
      .Text(key.creator)
      .Text(key.key)
      .Int(key.fingerprint)
      .Text(score.id)
      .Text(score.game_id)
      .Text(score.instance_id)
      .Int(score.value)
      .Text(score.score_type)
      .Int(ToMicros(score.created_at))
      .Text(ToJson(score.metadata))
      .Bool(rule.order == ScoreOrder::kAscending)
      .Int(static_cast<std::int64_t>(rule.keep))
      .Ints(StartsAt(score.created_at));
  return params;
}

}  // namespace

StatusOr<std::unique_ptr<PostgresScoreStore>> PostgresScoreStore::Make(PostgresDatabase& database) {
  OOFGG_RETURN_IF_ERROR(MigrateGameTables(database));
  return std::unique_ptr<PostgresScoreStore>(new PostgresScoreStore(database));
}

StatusOr<StoredScore> PostgresScoreStore::InsertScore(const Score& score, const ScoreRule& rule,
                                                      const game::CreationKey& key) {
  const PgParams params = InsertParams(score, rule, key);
  auto answer = database_->Run(kInsertScore, params);
  if (answer.ok() && static_cast<GameCreation>(answer->Int(0, 0)) == GameCreation::kBusy) {
    answer = database_->Run(kInsertScoreInTurn, params);
  }
  if (answer.status().code() == StatusCode::kOutOfRange) {
    return MakeStatus(StatusCode::kOutOfRange, "the sum of the player's scores, with " +
                                                   std::to_string(score.value) +
                                                   " more, would leave 64 bits; submit smaller values");
  }
  OOFGG_RETURN_IF_ERROR(answer.status());
  OOFGG_ASSIGN_OR_RETURN(const GameCreationResult created, CreationIn(*answer, key));
  if (created.outcome == GameCreation::kDone) {
    return StoredIn({.score = score, .order = answer->Int(0, 6)}, *answer, 3);
  }
  if (created.outcome == GameCreation::kMadeBefore) {
    OOFGG_ASSIGN_OR_RETURN(const auto place, ParseInteger<std::int64_t>(created.made));
    OOFGG_ASSIGN_OR_RETURN(auto found, FindScores(std::span(&place, 1)));
    if (!found.empty()) return WithStandings(std::move(found.front()));
    return MakeStatus(StatusCode::kNotFound, "the score made under this idempotency key was erased");
  }
  if (created.repeated) {
    // Ids are random: the row that a repetition finds is what the first run stored.
    OOFGG_ASSIGN_OR_RETURN(const PgResult stored, database_->Run(kFindScoreById, PgParams().Text(score.id)));
    OOFGG_ASSIGN_OR_RETURN(auto found, TryAllRows(stored, ScoreIn));
    if (!found.empty()) return WithStandings(std::move(found.front()));
  }
  return MakeStatus(StatusCode::kAlreadyExists, "there is a score " + score.id);
}

StatusOr<StoredScore> PostgresScoreStore::WithStandings(ScoreRecord record) {
  const Score& score = record.score;
  OOFGG_ASSIGN_OR_RETURN(const PgResult found,
                         database_->Run(kFindStandings, PgParams()
                                                            .Text(score.game_id)
                                                            .Text(score.score_type)
                                                            .Text(score.player_id)
                                                            .Ints(StartsAt(score.created_at))));
  return StoredIn(std::move(record), found, 0);
}

StatusOr<std::vector<ScoreRecord>> PostgresScoreStore::ListScores(std::string_view player_id,
                                                                  std::string_view game_id,
                                                                  std::int64_t before, std::size_t limit) {
  PgParams params;
  params.Text(player_id).Int(before).Int(static_cast<std::int64_t>(limit));
  if (!game_id.empty()) params.Text(game_id);
  OOFGG_ASSIGN_OR_RETURN(
      const PgResult found,
      database_->Run(game_id.empty() ? kListScores : kListScoresInGame, std::move(params)));
  return TryAllRows(found, ScoreIn);
}

StatusOr<std::int64_t> PostgresScoreStore::CountScores(std::string_view player_id, std::string_view game_id) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult counted,
                         database_->Run(kCountScores, PgParams().Text(player_id).Text(game_id)));
  return counted.Int(0, 0);
}

StatusOr<std::vector<ScoreRecord>> PostgresScoreStore::ListInstanceScores(
    std::span<const game::InstanceSeat> seats, std::size_t limit) {
  std::vector<ScoreRecord> records;
  for (std::size_t first = 0; first < seats.size(); first += kSeatsAtOnce) {
    std::vector<std::string> instances;
    std::vector<std::string> players;
    std::vector<std::string> games;
    for (const game::InstanceSeat& seat :
         seats.subspan(first, (std::min)(kSeatsAtOnce, seats.size() - first))) {
      instances.push_back(seat.instance_id);
      players.push_back(seat.player_id);
      games.push_back(seat.game_id);
    }
    PgParams params = PgParams().Texts(instances).Texts(players).Texts(games);
    OOFGG_ASSIGN_OR_RETURN(
        const PgResult found,
        database_->Run(kListInstanceScores, std::move(params.Int(static_cast<std::int64_t>(limit)))));
    OOFGG_ASSIGN_OR_RETURN(std::vector<ScoreRecord> some, TryAllRows(found, ScoreIn));
    records.insert(records.end(), std::move_iterator(some.begin()), std::move_iterator(some.end()));
  }
  return records;
}

StatusOr<bool> PostgresScoreStore::HasLists(std::string_view game_id, std::string_view score_type) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult found,
                         database_->Run(kHasLists, PgParams().Text(game_id).Text(score_type)));
  return found.rows() > 0;
}

StatusOr<std::vector<ScoreRecord>> PostgresScoreStore::FindScores(std::span<const std::int64_t> orders) {
  if (orders.empty()) return std::vector<ScoreRecord>();
  OOFGG_ASSIGN_OR_RETURN(const PgResult found, database_->Run(kFindScores, PgParams().Ints(orders)));
  return TryAllRows(found, ScoreIn);
}

Status PostgresScoreStore::VisitStandings(WallTime now, VisitStanding visit) {
  for (const ScorePeriod period : game::kScorePeriods) {
    OOFGG_RETURN_IF_ERROR(VisitPeriod(*database_, period, game::PeriodStart(period, now), visit));
  }
  return {};
}

StatusOr<game::ScoreHorizon> PostgresScoreStore::FindHorizon() {
  OOFGG_ASSIGN_OR_RETURN(const PgResult found, database_->Run(kFindHorizon));
  return game::ScoreHorizon{.order = found.Int(0, 0), .settled = found.Bool(0, 1)};
}

StatusOr<std::vector<game::CountedScore>> PostgresScoreStore::ListCounted(std::int64_t after,
                                                                          std::int64_t last) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult found, database_->Run(kListCounted, PgParams().Int(after).Int(last)));
  std::vector<game::CountedScore> counted;
  for (int row = 0; row < found.rows(); ++row) {
    if (counted.empty() || counted.back().order != found.Int(row, 0)) {
      counted.push_back({.player_id = found.Text(row, 1),
                         .game_id = found.Text(row, 2),
                         .score_type = found.Text(row, 3),
                         .order = found.Int(row, 0),
                         .created_at = FromMicros(found.Int(row, 4)),
                         .values = {}});
    }
    counted.back().values.at(static_cast<std::size_t>(found.Int(row, 5))) = found.Int(row, 6);
  }
  return counted;
}

StatusOr<bool> PostgresScoreStore::EraseScores(std::string_view player_id, std::size_t limit) {
  OOFGG_ASSIGN_OR_RETURN(
      const PgResult erased,
      database_->Run(kEraseScores, PgParams().Text(player_id).Int(static_cast<std::int64_t>(limit))));
  return erased.Bool(0, 0);
}

StatusOr<bool> PostgresScoreStore::Purge(const game::Sweep& sweep) {
  OOFGG_ASSIGN_OR_RETURN(const bool more_keys, PurgeCreationKeys(*database_, "score", sweep));
  DaysByPeriod kept{};  // The period before the current one is.
  for (const ScorePeriod period : game::kScorePeriods) {
    kept[static_cast<std::size_t>(period)] =
        DayNumber(game::PreviousPeriodStart(period, game::PeriodStart(period, sweep.now)));
  }
  OOFGG_ASSIGN_OR_RETURN(
      const PgResult purged,
      database_->Run(kPurgeStandings, PgParams().Ints(kept).Int(static_cast<std::int64_t>(sweep.limit))));
  return more_keys || purged.Bool(0, 0);
}

}  // namespace oofgg::storage
