#include "storage/sqlite/game/standing_rows.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "storage/millis.h"
#include "storage/sqlite/connection.h"

namespace oofgg::storage {
namespace {

using game::ScorePeriod;
using game::Standing;
using std::chrono::days;
using std::chrono::sys_days;

struct ListRow {
  std::int64_t id = 0;
  std::string game_id;
  std::string score_type;
};

std::int64_t ToNumber(ScorePeriod period) { return static_cast<std::int64_t>(period); }
std::int64_t ToNumber(sys_days day) { return day.time_since_epoch().count(); }

/// A list and what one player has on it. Id 0: there is no such list yet.
struct Place {
  std::int64_t list_id = 0;
  std::optional<Standing> standing;
};

StatusOr<Place> FindPlace(Connection& connection, const Score& score, ScorePeriod period) {
  Statement select = connection.Prepare(
      "SELECT lists.id, list_id, value, place, created_at FROM standing_lists AS lists "
      "LEFT JOIN standings ON list_id = lists.id AND player_id = ?1 "
      "WHERE game_id = ?2 AND score_type = ?3 AND period = ?4 AND period_start = ?5");
  select.Bind(1, score.player_id).Bind(2, score.game_id).Bind(3, score.score_type);
  select.Bind(4, ToNumber(period)).Bind(5, ToNumber(game::PeriodStart(period, score.created_at)));
  OOFGG_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) return Place();
  Place place{select.Int(0), std::nullopt};
  if (!select.IsNull(1)) place.standing = {select.Int(2), select.Int(3), FromMicros(select.Int(4))};
  return place;
}

StatusOr<std::int64_t> MakeList(Connection& connection, const Score& score, ScorePeriod period) {
  Statement insert = connection.Prepare(
      "INSERT INTO standing_lists (game_id, score_type, period, period_start) VALUES (?1, ?2, ?3, ?4)");
  insert.Bind(1, score.game_id).Bind(2, score.score_type).Bind(3, ToNumber(period));
  OOFGG_RETURN_IF_ERROR(insert.Bind(4, ToNumber(game::PeriodStart(period, score.created_at))).Run());
  return connection.LastInsertId();
}

Status WriteStanding(Connection& connection, std::int64_t list_id, std::string_view player_id,
                     const Standing& standing) {
  return connection
      .Prepare(
          "INSERT OR REPLACE INTO standings (list_id, player_id, value, place, created_at) "
          "VALUES (?1, ?2, ?3, ?4, ?5)")
      .Bind(1, list_id)
      .Bind(2, player_id)
      .Bind(3, standing.value)
      .Bind(4, standing.order)
      .Bind(5, ToMicros(standing.created_at))
      .Run();
}

StatusOr<std::vector<ListRow>> ListsOf(Connection& connection, ScorePeriod period, sys_days start) {
  std::vector<ListRow> lists;
  Statement select = connection.Prepare(
      "SELECT id, game_id, score_type FROM standing_lists WHERE period = ?1 AND period_start = ?2");
  select.Bind(1, ToNumber(period)).Bind(2, ToNumber(start));
  for (;;) {
    OOFGG_ASSIGN_OR_RETURN(const bool more, select.Step());
    if (!more) return lists;
    lists.push_back({select.Int(0), select.Text(1), select.Text(2)});
  }
}

Status VisitPeriod(Connection& connection, ScorePeriod period, sys_days start,
                   absl::FunctionRef<Status(const game::StandingRow&)> visit) {
  OOFGG_ASSIGN_OR_RETURN(const std::vector<ListRow> lists, ListsOf(connection, period, start));
  Statement select =
      connection.Prepare("SELECT player_id, value, place, created_at FROM standings WHERE list_id = ?1");
  for (const ListRow& list : lists) {
    select.Bind(1, list.id);
    for (;;) {
      OOFGG_ASSIGN_OR_RETURN(const bool more, select.Step());
      if (!more) break;
      OOFGG_RETURN_IF_ERROR(visit({.game_id = list.game_id,
                                   .score_type = list.score_type,
                                   .period = period,
                                   .period_start = start,
                                   .player_id = select.TextView(0),
                                   .standing = {select.Int(1), select.Int(2), FromMicros(select.Int(3))}}));
    }
  }
  return {};
}

// The first list of a period that began before `start`, or 0.
StatusOr<std::int64_t> FirstListBefore(Connection& connection, ScorePeriod period, sys_days start) {
  Statement select = connection.Prepare(
      "SELECT id FROM standing_lists WHERE period = ?1 AND period_start < ?2 ORDER BY period_start LIMIT 1");
  OOFGG_ASSIGN_OR_RETURN(const bool found, select.Bind(1, ToNumber(period)).Bind(2, ToNumber(start)).Step());
  return found ? select.Int(0) : 0;
}

}  // namespace

Status ReadStandings(Connection& connection, game::StoredScore& stored) {
  for (const ScorePeriod period : game::kScorePeriods) {
    OOFGG_ASSIGN_OR_RETURN(const Place place, FindPlace(connection, stored.record.score, period));
    stored.standings[static_cast<std::size_t>(period)] = place.standing;
  }
  return {};
}

Status KeepStandings(Connection& connection, const ScoreRule& rule, game::StoredScore& stored) {
  const Score& score = stored.record.score;
  const Standing own{score.value, stored.record.order, score.created_at};
  for (const ScorePeriod period : game::kScorePeriods) {
    OOFGG_ASSIGN_OR_RETURN(Place place, FindPlace(connection, score, period));
    OOFGG_ASSIGN_OR_RETURN(const Standing now, game::AfterScore(place.standing, own, rule));
    stored.standings[static_cast<std::size_t>(period)] = now;
    if (place.standing == now) continue;
    if (place.list_id == 0) {
      OOFGG_ASSIGN_OR_RETURN(place.list_id, MakeList(connection, score, period));
    }
    OOFGG_RETURN_IF_ERROR(WriteStanding(connection, place.list_id, score.player_id, now));
  }
  return {};
}

Status VisitCurrentStandings(Connection& connection, WallTime now,
                             absl::FunctionRef<Status(const game::StandingRow&)> visit) {
  for (const ScorePeriod period : game::kScorePeriods) {
    OOFGG_RETURN_IF_ERROR(VisitPeriod(connection, period, game::PeriodStart(period, now), visit));
  }
  return {};
}

// The order of the tables is the one to read them in.
StatusOr<std::vector<game::CountedScore>> ReadCounted(Connection& connection, std::int64_t after,
                                                      std::int64_t last) {
  std::vector<game::CountedScore> counted;
  Statement select = connection.Prepare(
      "SELECT s.place, s.player_id, s.game_id, s.score_type, s.created_at, l.period, t.value FROM scores AS s"
      " CROSS JOIN standing_lists AS l ON l.game_id = s.game_id AND l.score_type = s.score_type"
      " CROSS JOIN standings AS t ON t.list_id = l.id AND t.player_id = s.player_id AND t.place = s.place"
      " WHERE s.place > ?1 AND s.place <= ?2 ORDER BY s.place");
  select.Bind(1, after).Bind(2, last);
  for (;;) {
    OOFGG_ASSIGN_OR_RETURN(const bool more, select.Step());
    if (!more) return counted;
    if (counted.empty() || counted.back().order != select.Int(0)) {
      counted.push_back({.player_id = select.Text(1),
                         .game_id = select.Text(2),
                         .score_type = select.Text(3),
                         .order = select.Int(0),
                         .created_at = FromMicros(select.Int(4)),
                         .values = {}});
    }
    counted.back().values.at(static_cast<std::size_t>(select.Int(5))) = select.Int(6);
  }
}

// By the lists, since no index leads from a player to their standings.
Status EraseStandings(Connection& connection, std::string_view player_id) {
  return connection
      .Prepare(
          "DELETE FROM standings WHERE player_id = ?1 AND list_id IN"
          " (SELECT id FROM standing_lists WHERE (game_id, score_type) IN"
          " (SELECT DISTINCT game_id, score_type FROM scores WHERE player_id = ?1))")
      .Bind(1, player_id)
      .Run();
}

StatusOr<bool> PurgeStandings(Connection& connection, const game::Sweep& sweep) {
  const auto limit = static_cast<std::int64_t>(sweep.limit);
  std::int64_t gone = 0;
  for (const ScorePeriod period : game::kScorePeriods) {
    const sys_days current = game::PeriodStart(period, sweep.now);
    const sys_days kept = game::PreviousPeriodStart(period, current);
    while (gone < limit) {
      OOFGG_ASSIGN_OR_RETURN(const std::int64_t list, FirstListBefore(connection, period, kept));
      if (list == 0) break;
      Statement forget = connection.Prepare(
          "DELETE FROM standings WHERE list_id = ?1 AND player_id IN"
          " (SELECT player_id FROM standings WHERE list_id = ?1 LIMIT ?2)");
      OOFGG_RETURN_IF_ERROR(forget.Bind(1, list).Bind(2, limit - gone).Run());
      gone += connection.Changes();
      if (gone >= limit) break;  // More of this list may be left.
      OOFGG_RETURN_IF_ERROR(
          connection.Prepare("DELETE FROM standing_lists WHERE id = ?1").Bind(1, list).Run());
      ++gone;
    }
  }
  return gone >= limit;
}

}  // namespace oofgg::storage
