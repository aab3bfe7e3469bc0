#include "storage/sqlite/game/game_schema.h"

#include <array>
#include <string_view>

#include "storage/sqlite/database.h"

namespace oofgg::storage {
namespace {

constexpr std::string_view kFirst = R"sql(
CREATE TABLE creation_keys (
  kind TEXT NOT NULL,
  creator TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint INTEGER NOT NULL,
  made TEXT NOT NULL,
  PRIMARY KEY (kind, creator, key)
) WITHOUT ROWID;

CREATE TABLE players (
  id TEXT PRIMARY KEY,
  username TEXT NOT NULL,
  email TEXT NOT NULL,
  team TEXT NOT NULL,
  score INTEGER NOT NULL,
  is_ai INTEGER NOT NULL,
  is_inactive INTEGER NOT NULL,
  role TEXT NOT NULL,
  version INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE games (
  id TEXT PRIMARY KEY,
  owner_id TEXT NOT NULL,
  name TEXT NOT NULL,
  short_description TEXT NOT NULL,
  description TEXT NOT NULL,
  image_url TEXT NOT NULL,
  max_sessions INTEGER NOT NULL,
  max_players_per_session INTEGER NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX games_by_owner ON games (owner_id);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  game_id TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  attributes TEXT NOT NULL,
  region INTEGER NOT NULL,
  data TEXT NOT NULL,
  ticket_id TEXT NOT NULL,
  alias_of TEXT NOT NULL,
  version INTEGER NOT NULL,
  stream_runs INTEGER NOT NULL DEFAULT 0
);
-- State 6 is kQueued: one place in the queue of a game for each player.
CREATE UNIQUE INDEX sessions_queued ON sessions (game_id, owner_id) WHERE state = 6;
-- Live ones only, 3 and 4 being kFinished and kDeleted: what has ended must not slow down listing.
CREATE INDEX sessions_live ON sessions (game_id, id) WHERE alias_of = '' AND state NOT IN (3, 4);

CREATE TABLE session_members (
  session_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  team_id TEXT NOT NULL,
  join_ticket TEXT NOT NULL,
  PRIMARY KEY (session_id, position)
) WITHOUT ROWID;
CREATE INDEX session_members_by_user ON session_members (user_id, session_id);

CREATE TABLE scores (
  place INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  player_id TEXT NOT NULL,
  game_id TEXT NOT NULL,
  instance_id TEXT NOT NULL,
  value INTEGER NOT NULL,
  score_type TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  metadata TEXT NOT NULL
);
CREATE INDEX scores_by_player ON scores (player_id);
CREATE INDEX scores_by_player_and_game ON scores (player_id, game_id);

-- Follows from scores; kept so that a start reads one row a player instead of one a submission.
CREATE TABLE best_scores (
  game_id TEXT NOT NULL,
  score_type TEXT NOT NULL,
  player_id TEXT NOT NULL,
  value INTEGER NOT NULL,
  place INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (game_id, score_type, player_id)
) WITHOUT ROWID;
)sql";

/// For purging: when a sweep first found the row, or found it ended, in milliseconds of Unix time.
constexpr std::string_view kSecond = R"sql(
ALTER TABLE creation_keys ADD COLUMN noticed_at INTEGER;
CREATE INDEX creation_keys_by_age ON creation_keys (kind, noticed_at);
ALTER TABLE sessions ADD COLUMN noticed_at INTEGER;
CREATE INDEX sessions_ended ON sessions (noticed_at) WHERE state IN (3, 4);
CREATE INDEX sessions_aliases ON sessions (alias_of) WHERE alias_of <> '';
)sql";

/// For erasing a player: what they own, member or not. Matches have no owner.
constexpr std::string_view kThird = R"sql(
CREATE INDEX sessions_by_owner ON sessions (owner_id) WHERE owner_id <> '';
)sql";

/// Games that change, what is joined of late, and things in sessions.
constexpr std::string_view kFourth = R"sql(
ALTER TABLE games ADD COLUMN score_rules TEXT NOT NULL DEFAULT '{}';
ALTER TABLE games ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

CREATE TABLE game_trends (
  game_id TEXT PRIMARY KEY,
  heat REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX game_trends_by_heat ON game_trends (heat DESC, game_id);

CREATE INDEX sessions_hosted ON sessions (id)
  WHERE owner_id <> '' AND alias_of = '' AND state NOT IN (3, 4, 6);

CREATE TABLE game_secrets (
  name TEXT PRIMARY KEY,
  secret BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE entities (
  session_id TEXT NOT NULL,
  id TEXT NOT NULL,
  game_id TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  attributes TEXT NOT NULL,
  controller INTEGER NOT NULL,
  player_id TEXT NOT NULL,
  data TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (session_id, id)
) WITHOUT ROWID;
)sql";

/// What each player has on each list: of a game and score type, by period (0 all time, 1 day, 2 week, 3
/// month) and the day since 1970-01-01 on which it began. Follows from scores; kept so that a start reads one
/// row a player instead of one a submission. Lists that existed go on as those of all time.
constexpr std::string_view kStandings = R"sql(
CREATE TABLE standing_lists (
  id INTEGER PRIMARY KEY,
  game_id TEXT NOT NULL,
  score_type TEXT NOT NULL,
  period INTEGER NOT NULL,
  period_start INTEGER NOT NULL,
  UNIQUE (game_id, score_type, period, period_start)
);
CREATE INDEX standing_lists_by_period ON standing_lists (period, period_start);

CREATE TABLE standings (
  list_id INTEGER NOT NULL,
  player_id TEXT NOT NULL,
  value INTEGER NOT NULL,
  place INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (list_id, player_id)
) WITHOUT ROWID;

INSERT INTO standing_lists (game_id, score_type, period, period_start)
  SELECT DISTINCT game_id, score_type, 0, 0 FROM best_scores ORDER BY game_id, score_type;
INSERT INTO standings (list_id, player_id, value, place, created_at)
  SELECT lists.id, best.player_id, best.value, best.place, best.created_at
  FROM best_scores AS best JOIN standing_lists AS lists USING (game_id, score_type);
DROP TABLE best_scores;
)sql";

/// Matches that nobody attends end as well as what players made.
constexpr std::string_view kRunning = R"sql(
DROP INDEX sessions_hosted;
CREATE INDEX sessions_running ON sessions (id) WHERE alias_of = '' AND state NOT IN (3, 4, 6);
)sql";

/// Matches that are played and that were played. Moments in milliseconds of Unix time; those of an end are
/// NULL while it is played.
constexpr std::string_view kMatches = R"sql(
CREATE TABLE matches (
  id TEXT PRIMARY KEY,
  game_id TEXT NOT NULL,
  region INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  how_ended INTEGER NOT NULL,
  version INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX matches_open ON matches (id) WHERE finished_at IS NULL;
CREATE INDEX matches_by_age ON matches (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE match_seats (
  match_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  player_id TEXT NOT NULL,
  team_id TEXT NOT NULL,
  alias TEXT NOT NULL,
  joined_at INTEGER NOT NULL,
  left_at INTEGER,
  result INTEGER NOT NULL,
  placement INTEGER NOT NULL,
  game_id TEXT NOT NULL,
  finished_at INTEGER,
  PRIMARY KEY (match_id, position)
) WITHOUT ROWID;
CREATE INDEX match_seats_by_player ON match_seats (player_id, finished_at, match_id, game_id);
CREATE INDEX match_seats_by_alias ON match_seats (alias) WHERE alias <> '';

CREATE INDEX scores_by_instance ON scores (instance_id) WHERE instance_id <> '';
)sql";

/// Whether the event log is known to have a match's end: all those that older programs closed count so.
constexpr std::string_view kMatchesTold = R"sql(
ALTER TABLE matches ADD COLUMN told INTEGER NOT NULL DEFAULT 1;
UPDATE matches SET told = 0 WHERE finished_at IS NULL;
DROP INDEX matches_open;
CREATE INDEX matches_open ON matches (id) WHERE told = 0;
)sql";

/// For what each player of a match submitted with its id, beside whatever others did.
constexpr std::string_view kScoresBySeat = R"sql(
DROP INDEX scores_by_instance;
CREATE INDEX scores_by_seat ON scores (instance_id, player_id, game_id, score_type) WHERE instance_id <> '';
)sql";

constexpr std::array kMigrations = {kFirst,   kSecond,  kThird,       kFourth,      kStandings,
                                    kRunning, kMatches, kMatchesTold, kScoresBySeat};

}  // namespace

std::span<const std::string_view> GameMigrations() { return kMigrations; }

Status MigrateGameTables(Database& database) { return database.Migrate("game", kMigrations); }

}  // namespace oofgg::storage
