#include "storage/postgres/game/game_schema.h"

#include <array>
#include <string_view>

#include "storage/postgres/database.h"
#include "storage/postgres/game/match_schema.h"
#include "storage/postgres/game/score_schema.h"
#include "storage/postgres/game/session_schema.h"

namespace oofgg::storage {
namespace {

// What several rows decide is a function: one round trip, each statement of which sees what others committed
// during the one before. Keys and limits are checked behind an advisory lock that is held until the commit,
// so that of creations which could contradict one another each sees the one before. All lock in one order, so
// that none waits in a circle: the key, then what the limit belongs to, then rows.
constexpr std::string_view kKeys = R"sql(
  CREATE TABLE game_creation_keys (
    kind text COLLATE "C" NOT NULL,
    creator text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    fingerprint bigint NOT NULL,
    made text COLLATE "C" NOT NULL,
    noticed_at bigint,                   -- When a sweep first found it; times in milliseconds since 1970.
    PRIMARY KEY (kind, creator, key)
  );
  CREATE INDEX game_creation_keys_age ON game_creation_keys (kind, noticed_at);

  CREATE FUNCTION game_key_lock(what text, who text, word text) RETURNS bigint LANGUAGE sql AS $$
    SELECT hashtextextended('oofgg game key ' || what || ' ' || who || ' ' || word, 0);
  $$;

  -- What the key made before, and by which request; NULL if nothing. Until we end, nobody else uses the key.
  CREATE FUNCTION game_made(what text, who text, word text, OUT made text, OUT fingerprint bigint)
  LANGUAGE plpgsql AS $$
  BEGIN
    IF word = '' THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(game_key_lock(what, who, word));
    SELECT k.made, k.fingerprint INTO game_made.made, game_made.fingerprint FROM game_creation_keys k
      WHERE k.kind = what AND k.creator = who AND k.key = word;
  END $$;

  -- Behind game_made. Replaces what made something that is gone.
  CREATE FUNCTION game_remember(what text, who text, word text, print bigint, id text) RETURNS void
  LANGUAGE plpgsql AS $$
  BEGIN
    IF word = '' THEN RETURN; END IF;
    INSERT INTO game_creation_keys (kind, creator, key, fingerprint, made) VALUES (what, who, word, print, id)
      ON CONFLICT (kind, creator, key)
      DO UPDATE SET fingerprint = excluded.fingerprint, made = excluded.made, noticed_at = NULL;
  END $$;

  -- Whether there is more to do.
  CREATE FUNCTION game_purge_keys(what text, moment bigint, before bigint, batch bigint) RETURNS boolean
  LANGUAGE plpgsql AS $$
  DECLARE
    noticed bigint;
    gone bigint;
  BEGIN
    UPDATE game_creation_keys SET noticed_at = moment WHERE kind = what AND (creator, key) IN (
      SELECT creator, key FROM game_creation_keys WHERE kind = what AND noticed_at IS NULL
      LIMIT batch FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS noticed = ROW_COUNT;
    DELETE FROM game_creation_keys WHERE kind = what AND (creator, key) IN (
      SELECT creator, key FROM game_creation_keys WHERE kind = what AND noticed_at <= before
      LIMIT batch FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN noticed >= batch OR gone >= batch;
  END $$;
)sql";

constexpr std::string_view kPlayersAndGames = R"sql(
  CREATE TABLE game_players (
    id text COLLATE "C" PRIMARY KEY,
    username text NOT NULL,
    email text NOT NULL,
    team text NOT NULL,
    score bigint NOT NULL,
    is_ai boolean NOT NULL,
    is_inactive boolean NOT NULL,
    role text NOT NULL,
    version bigint NOT NULL
  );

  CREATE TABLE game_games (
    id text COLLATE "C" PRIMARY KEY,
    owner_id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    short_description text NOT NULL,
    description text NOT NULL,
    image_url text NOT NULL,
    max_sessions bigint NOT NULL,
    max_players_per_session bigint NOT NULL,
    data bytea NOT NULL,                 -- The game's own, NULs among it.
    score_rules text NOT NULL,           -- JSON, like every map.
    version bigint NOT NULL
  );
  CREATE INDEX game_games_owner ON game_games (owner_id);
  CREATE TABLE game_secrets (
    name text COLLATE "C" PRIMARY KEY,
    secret bytea NOT NULL
  );
  CREATE TABLE game_trends (
    game_id text COLLATE "C" PRIMARY KEY,
    heat double precision NOT NULL
  );
  CREATE INDEX game_trends_heat ON game_trends (heat DESC, game_id);

  -- Outcomes: as in GameCreation.
  CREATE FUNCTION game_create_game(creator text, word text, print bigint, quota bigint, new_id text,
      owner text, title text, short_text text, long_text text, image text, sessions bigint, players bigint,
      payload bytea, rules text, OUT outcome bigint, OUT made text, OUT fingerprint bigint)
  LANGUAGE plpgsql AS $$
  BEGIN
    SELECT * INTO made, fingerprint FROM game_made('game', creator, word);
    IF made IS NOT NULL THEN outcome := 1; RETURN; END IF;
    IF EXISTS (SELECT 1 FROM game_games WHERE id = new_id) THEN outcome := 2; RETURN; END IF;
    IF quota > 0 THEN
      PERFORM pg_advisory_xact_lock(hashtextextended('oofgg games of ' || owner, 0));
      IF (SELECT count(*) FROM game_games WHERE owner_id = owner) >= quota THEN outcome := 3; RETURN; END IF;
    END IF;
    INSERT INTO game_games (id, owner_id, name, short_description, description, image_url, max_sessions,
        max_players_per_session, data, score_rules, version)
      VALUES (new_id, owner, title, short_text, long_text, image, sessions, players, payload, rules, 1)
      ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN outcome := 2; RETURN; END IF;
    PERFORM game_remember('game', creator, word, print, new_id);
    outcome := 0;
  END $$;
)sql";

constexpr std::array kGameMigrations = {
    kKeys,           kPlayersAndGames, kSessionTables,   kSessionFunctions, kEntityFunctions, kScoreTables,
    kScoreFunctions, kScoreHorizon,    kRunningSessions, kMatchTables,      kMatchesTold,     kScoresBySeat};

}  // namespace

std::span<const std::string_view> PostgresGameMigrations() { return kGameMigrations; }

Status MigrateGameTables(PostgresDatabase& database) { return database.Migrate("game", kGameMigrations); }

}  // namespace oofgg::storage
