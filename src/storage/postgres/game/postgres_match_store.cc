#include "storage/postgres/game/postgres_match_store.h"

#include <limits>
#include <string>
#include <utility>

#include "oofgg/parse.h"
#include "storage/millis.h"
#include "storage/postgres/all_rows.h"
#include "storage/postgres/database.h"
#include "storage/postgres/game/after_update.h"
#include "storage/postgres/game/game_schema.h"

namespace oofgg::storage {
namespace {

using game::MatchRecord;
using game::MatchSeat;

constexpr std::int64_t kStillThere = -1;

constexpr PgStatement kCreateMatch{
    "SELECT game_create_match($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)", PgKind::kWrite,
    /*repeatable=*/true};
constexpr PgStatement kUpdateMatch{
    "SELECT game_update_match($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)", PgKind::kWrite,
    /*repeatable=*/true};

#define OOFGG_SELECT_MATCH                                                                                 \
  "SELECT m.id, m.game_id, m.region, m.started_at, m.finished_at, m.how_ended, m.version, s.players,"      \
  " s.teams, s.aliases, s.joined, s.gone, s.results, s.places, m.told FROM game_matches m CROSS JOIN "     \
  "LATERAL"                                                                                                \
  " (SELECT array_agg(player_id ORDER BY position) AS players, array_agg(team_id ORDER BY position)"       \
  " AS teams, array_agg(alias ORDER BY position) AS aliases, array_agg(joined_at::text ORDER BY position)" \
  " AS joined, array_agg(coalesce(left_at, -1)::text ORDER BY position) AS gone,"                          \
  " array_agg(result::text ORDER BY position) AS results, array_agg(placement::text ORDER BY position)"    \
  " AS places FROM game_match_seats WHERE match_id = m.id) s "
constexpr PgStatement kFindMatch{OOFGG_SELECT_MATCH "WHERE m.id = $1", PgKind::kRead};
constexpr PgStatement kFindMatchByAlias{
    OOFGG_SELECT_MATCH
    "WHERE m.id = (SELECT match_id FROM game_match_seats WHERE alias = $1 AND alias <> '' LIMIT 1)",
    PgKind::kRead};
constexpr PgStatement kListMatches{
    OOFGG_SELECT_MATCH
    "WHERE m.id IN (SELECT match_id FROM (SELECT DISTINCT finished_at, match_id FROM game_match_seats"
    " WHERE player_id = $1 AND finished_at IS NOT NULL AND (finished_at, match_id) < ($3::bigint, $4::text)"
    " AND ($2::text = '' OR game_id = $2::text) ORDER BY finished_at DESC, match_id DESC LIMIT $5) AS page)"
    " ORDER BY m.finished_at DESC, m.id DESC",
    PgKind::kRead};
#undef OOFGG_SELECT_MATCH
constexpr PgStatement kListOpen{"SELECT id FROM game_matches WHERE NOT told AND id > $1 ORDER BY id LIMIT $2",
                                PgKind::kRead};
constexpr PgStatement kMarkTold{"UPDATE game_matches SET told = true WHERE id = $1", PgKind::kWrite,
                                /*repeatable=*/true};

// What is erased twice is gone, and a version that grew twice has grown.
constexpr PgStatement kEraseFromMatches{"SELECT game_erase_from_matches($1, $2)", PgKind::kWrite,
                                        /*repeatable=*/true};
constexpr PgStatement kPurgeMatches{"SELECT game_purge_matches($1, $2)", PgKind::kWrite,
                                    /*repeatable=*/true};

/// All but id and version.
void AddMatch(PgParams& params, const MatchRecord& match) {
  std::vector<std::string> players;
  std::vector<std::string> teams;
  std::vector<std::string> aliases;
  std::vector<std::int64_t> joined;
  std::vector<std::int64_t> gone;
  std::vector<std::int64_t> results;
  std::vector<std::int64_t> places;
  for (const MatchSeat& seat : match.seats) {
    players.push_back(seat.player_id);
    teams.push_back(seat.team_id);
    aliases.push_back(seat.alias);
    joined.push_back(ToMillis(seat.joined_at));
    gone.push_back(seat.left_at.has_value() ? ToMillis(*seat.left_at) : kStillThere);
    results.push_back(static_cast<std::int64_t>(seat.result));
    places.push_back(seat.placement);
  }
  params.Text(match.game_id).Int(match.region).Int(ToMillis(match.started_at));
  if (match.finished_at.has_value()) {
    params.Int(ToMillis(*match.finished_at));
  } else {
    params.Null();
  }
  params.Int(static_cast<std::int64_t>(match.end)).Texts(players).Texts(teams).Texts(aliases);
  params.Ints(joined).Ints(gone).Ints(results).Ints(places);
}

StatusOr<std::vector<std::int64_t>> NumbersIn(const PgResult& result, int row, int column,
                                              std::size_t count) {
  std::vector<std::int64_t> numbers;
  for (const std::string& text : result.Texts(row, column)) {
    OOFGG_ASSIGN_OR_RETURN(const auto number, ParseInteger<std::int64_t>(text));
    numbers.push_back(number);
  }
  numbers.resize(count);
  return numbers;
}

Status ReadSeats(const PgResult& result, int row, MatchRecord& match) {
  const std::vector<std::string> players = result.Texts(row, 7);
  std::vector<std::string> teams = result.Texts(row, 8);
  std::vector<std::string> aliases = result.Texts(row, 9);
  teams.resize(players.size());
  aliases.resize(players.size());
  OOFGG_ASSIGN_OR_RETURN(const auto joined, NumbersIn(result, row, 10, players.size()));
  OOFGG_ASSIGN_OR_RETURN(const auto gone, NumbersIn(result, row, 11, players.size()));
  OOFGG_ASSIGN_OR_RETURN(const auto results, NumbersIn(result, row, 12, players.size()));
  OOFGG_ASSIGN_OR_RETURN(const auto places, NumbersIn(result, row, 13, players.size()));
  for (std::size_t i = 0; i < players.size(); ++i) {
    MatchSeat seat{.player_id = players[i],
                   .team_id = std::move(teams[i]),
                   .alias = std::move(aliases[i]),
                   .joined_at = FromMillis(joined[i]),
                   .left_at = {},
                   .result = static_cast<MatchResult>(results[i]),
                   .placement = static_cast<std::int32_t>(places[i])};
    if (gone[i] != kStillThere) seat.left_at = FromMillis(gone[i]);
    match.seats.push_back(std::move(seat));
  }
  return {};
}

StatusOr<MatchRecord> MatchIn(const PgResult& result, int row) {
  MatchRecord match;
  match.id = result.Text(row, 0);
  match.game_id = result.Text(row, 1);
  match.region = static_cast<std::int32_t>(result.Int(row, 2));
  match.started_at = FromMillis(result.Int(row, 3));
  if (!result.IsNull(row, 4)) match.finished_at = FromMillis(result.Int(row, 4));
  match.end = static_cast<MatchEnd>(result.Int(row, 5));
  match.version = result.Int(row, 6);
  match.is_told = result.Bool(row, 14);
  OOFGG_RETURN_IF_ERROR(ReadSeats(result, row, match));
  return match;
}

StatusOr<MatchRecord> FirstMatch(const StatusOr<PgResult>& found, std::string_view id) {
  OOFGG_RETURN_IF_ERROR(found.status());
  if (found->rows() == 0) return MakeStatus(StatusCode::kNotFound, "there is no match " + std::string(id));
  return MatchIn(*found, 0);
}

}  // namespace

StatusOr<std::unique_ptr<PostgresMatchStore>> PostgresMatchStore::Make(PostgresDatabase& database) {
  OOFGG_RETURN_IF_ERROR(MigrateGameTables(database));
  return std::unique_ptr<PostgresMatchStore>(new PostgresMatchStore(database));
}

StatusOr<MatchRecord> PostgresMatchStore::CreateMatch(const MatchRecord& match) {
  PgParams params = PgParams().Text(match.id);
  AddMatch(params, match);
  OOFGG_ASSIGN_OR_RETURN(const PgResult created, database_->Run(kCreateMatch, std::move(params)));
  MatchRecord ours = match;
  ours.version = 1;
  ours.is_told = false;
  if (created.Bool(0, 0)) return ours;
  if (created.repeated()) {
    const auto stored = FindMatch(match.id);
    if (stored.ok() && *stored == ours) return ours;
  }
  return MakeStatus(StatusCode::kAlreadyExists, "there is a match " + match.id);
}

StatusOr<MatchRecord> PostgresMatchStore::FindMatch(std::string_view id) {
  return FirstMatch(database_->Run(kFindMatch, PgParams().Text(id)), id);
}

StatusOr<MatchRecord> PostgresMatchStore::FindMatchByAlias(std::string_view alias) {
  return FirstMatch(database_->Run(kFindMatchByAlias, PgParams().Text(alias)), alias);
}

StatusOr<MatchRecord> PostgresMatchStore::UpdateMatch(const MatchRecord& match) {
  PgParams params = PgParams().Text(match.id).Int(match.version);
  AddMatch(params, match);
  OOFGG_ASSIGN_OR_RETURN(const PgResult updated, database_->Run(kUpdateMatch, std::move(params)));
  return AfterUpdate(match, updated.Bool(0, 0), updated, "match", [&] { return FindMatch(match.id); });
}

StatusOr<std::vector<MatchRecord>> PostgresMatchStore::ListMatches(
    std::string_view player_id, std::string_view game_id, const std::optional<game::MatchPosition>& after,
    std::size_t limit) {
  PgParams params = PgParams().Text(player_id).Text(game_id);
  if (after.has_value()) {
    params.Int(ToMillis(after->finished_at)).Text(after->id);
  } else {
    params.Int(std::numeric_limits<std::int64_t>::max()).Text("");
  }
  OOFGG_ASSIGN_OR_RETURN(
      const PgResult found,
      database_->Run(kListMatches, std::move(params.Int(static_cast<std::int64_t>(limit)))));
  return TryAllRows(found, MatchIn);
}

Status PostgresMatchStore::MarkTold(std::string_view id) {
  return database_->Run(kMarkTold, PgParams().Text(id)).status();
}

StatusOr<std::vector<std::string>> PostgresMatchStore::ListOpen(std::string_view after, std::size_t limit) {
  OOFGG_ASSIGN_OR_RETURN(
      const PgResult found,
      database_->Run(kListOpen, PgParams().Text(after).Int(static_cast<std::int64_t>(limit))));
  return AllRows(found, [](const PgResult& result, int row) { return result.Text(row, 0); });
}

StatusOr<bool> PostgresMatchStore::ErasePlayer(std::string_view player_id, std::size_t limit) {
  OOFGG_ASSIGN_OR_RETURN(
      const PgResult erased,
      database_->Run(kEraseFromMatches, PgParams().Text(player_id).Int(static_cast<std::int64_t>(limit))));
  return erased.Bool(0, 0);
}

StatusOr<bool> PostgresMatchStore::Purge(const game::Sweep& sweep) {
  OOFGG_ASSIGN_OR_RETURN(
      const PgResult purged,
      database_->Run(
          kPurgeMatches,
          PgParams().Int(ToMillis(sweep.now - sweep.keep)).Int(static_cast<std::int64_t>(sweep.limit))));
  return purged.Bool(0, 0);
}

}  // namespace oofgg::storage
