#pragma once

#include <string_view>

namespace oofgg::storage {

// Migrations of the scores, by their place in the list of game_schema.cc.

// What each player has on each list follows from the scores; it is kept so that a start reads one row a
// player instead of one a submission.
inline constexpr std::string_view kScoreTables = R"sql(
  CREATE TABLE game_scores (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    player_id text COLLATE "C" NOT NULL,
    game_id text COLLATE "C" NOT NULL,
    instance_id text NOT NULL,
    value bigint NOT NULL,
    score_type text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,          -- Microseconds since 1970, as of scores everywhere.
    metadata text NOT NULL
  );
  CREATE INDEX game_scores_player ON game_scores (player_id, place);
  CREATE INDEX game_scores_player_game ON game_scores (player_id, game_id, place);

  CREATE TABLE game_standing_lists (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    game_id text COLLATE "C" NOT NULL,
    score_type text COLLATE "C" NOT NULL,
    period bigint NOT NULL,              -- As in ScorePeriod.
    period_start bigint NOT NULL,        -- Days since 1970.
    UNIQUE (game_id, score_type, period, period_start)
  );
  CREATE INDEX game_standing_lists_period ON game_standing_lists (period, period_start);
  CREATE TABLE game_standings (
    list_id bigint NOT NULL,
    player_id text COLLATE "C" NOT NULL,
    value bigint NOT NULL,
    place bigint NOT NULL,               -- Of the score that gave it, as created_at.
    created_at bigint NOT NULL,
    PRIMARY KEY (list_id, player_id)
  ) WITH (fillfactor = 90);
)sql";

inline constexpr std::string_view kScoreFunctions = R"sql(
  -- The scores of a player are written by one at a time, until the commit. So a later place is a later commit,
  -- and what a player has only ever goes forward.
  CREATE FUNCTION game_lock_scores(player text) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('oofgg scores of ' || player, 0));
  $$;

  -- What the player has in the periods that begin at `starts`, by ScorePeriod; NULL: nothing.
  CREATE FUNCTION game_find_standings(game text, kind text, player text, starts bigint[])
  RETURNS TABLE (value bigint, place bigint, created_at bigint) LANGUAGE sql STABLE AS $$
    SELECT s.value, s.place, s.created_at FROM unnest(starts) WITH ORDINALITY AS p (start, n)
      LEFT JOIN game_standing_lists l ON l.game_id = game AND l.score_type = kind AND l.period = p.n - 1
        AND l.period_start = p.start
      LEFT JOIN game_standings s ON s.list_id = l.id AND s.player_id = player
      ORDER BY p.n;
  $$;

  -- Outcomes: as in GameCreation. Once it is done, a row for each period. What counts is decided as by
  -- game::AfterScore: `keeps` as in ScoreKeep. A sum that leaves 64 bits fails with 22003, and all is undone.
  -- Unless `waits` is set, nothing is waited for but other writers of the player's scores, and outcome 5 says
  -- that it would have to be: somebody else uses the key now, or a list has to be made.
  CREATE FUNCTION game_insert_score(player text, creator text, word text, print bigint, waits boolean,
      new_id text, game text, instance text, score bigint, kind text, moment bigint, meta text,
      ascends boolean, keeps bigint, starts bigint[])
  RETURNS TABLE (outcome bigint, made text, fingerprint bigint, value bigint, place bigint,
      created_at bigint, score_place bigint)
  LANGUAGE plpgsql AS $$
  #variable_conflict use_column
  DECLARE
    own bigint;
    before text;
    before_print bigint;
  BEGIN
    IF word <> '' AND NOT waits AND NOT pg_try_advisory_xact_lock(game_key_lock('score', creator, word)) THEN
      RETURN QUERY SELECT 5::bigint, NULL::text, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint;
      RETURN;
    END IF;
    SELECT m.made, m.fingerprint INTO before, before_print FROM game_made('score', creator, word) m;
    IF before IS NOT NULL THEN
      RETURN QUERY SELECT 1::bigint, before, before_print, 0::bigint, 0::bigint, 0::bigint, 0::bigint;
      RETURN;
    END IF;
    PERFORM game_lock_scores(player);
    IF (SELECT count(*) FROM unnest(starts) WITH ORDINALITY AS p (start, n)
        JOIN game_standing_lists l ON l.game_id = game AND l.score_type = kind AND l.period = p.n - 1
          AND l.period_start = p.start) < cardinality(starts) THEN
      IF NOT waits THEN
        RETURN QUERY SELECT 5::bigint, NULL::text, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint;
        RETURN;
      END IF;
      INSERT INTO game_standing_lists (game_id, score_type, period, period_start)
        SELECT game, kind, p.n - 1, p.start FROM unnest(starts) WITH ORDINALITY AS p (start, n) ORDER BY p.n
        ON CONFLICT DO NOTHING;
    END IF;
    INSERT INTO game_scores (id, player_id, game_id, instance_id, value, score_type, created_at, metadata)
      VALUES (new_id, player, game, instance, score, kind, moment, meta)
      ON CONFLICT (id) DO NOTHING RETURNING game_scores.place INTO own;
    IF own IS NULL THEN
      RETURN QUERY SELECT 2::bigint, NULL::text, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint;
      RETURN;
    END IF;
    INSERT INTO game_standings AS s (list_id, player_id, value, place, created_at)
      SELECT l.id, player, score, own, moment FROM unnest(starts) WITH ORDINALITY AS p (start, n)
        JOIN game_standing_lists l ON l.game_id = game AND l.score_type = kind AND l.period = p.n - 1
          AND l.period_start = p.start
      ON CONFLICT (list_id, player_id) DO UPDATE SET
        value = CASE WHEN keeps = 2 THEN s.value + excluded.value ELSE excluded.value END,
        place = excluded.place, created_at = excluded.created_at
      WHERE keeps <> 0 OR CASE WHEN ascends THEN excluded.value < s.value ELSE excluded.value > s.value END;
    PERFORM game_remember('score', creator, word, print, own::text);
    RETURN QUERY SELECT 0::bigint, NULL::text, 0::bigint, f.value, f.place, f.created_at, own
      FROM game_find_standings(game, kind, player, starts) f;
  END $$;

  -- Whether there is more to do.
  CREATE FUNCTION game_erase_scores(player text, batch bigint) RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE
    gone bigint;
  BEGIN
    PERFORM game_lock_scores(player);
    DELETE FROM game_standings WHERE player_id = player AND list_id IN (
      SELECT l.id FROM (SELECT DISTINCT game_id, score_type FROM game_scores WHERE player_id = player) t
        JOIN game_standing_lists l ON l.game_id = t.game_id AND l.score_type = t.score_type);
    DELETE FROM game_scores WHERE place IN (
      SELECT place FROM game_scores WHERE player_id = player ORDER BY place LIMIT batch);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone >= batch;
  END $$;

  -- Of periods that began before `kept`, by ScorePeriod. Whether there is more to do.
  CREATE FUNCTION game_purge_standings(kept bigint[], batch bigint) RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE
    list bigint;
    gone bigint;
    room bigint := batch;
  BEGIN
    FOR list IN SELECT l.id FROM unnest(kept) WITH ORDINALITY AS k (start, n)
        JOIN game_standing_lists l ON l.period = k.n - 1 AND l.period_start < k.start
        ORDER BY l.period_start, l.id LIMIT batch LOOP
      DELETE FROM game_standings WHERE list_id = list AND player_id IN (
        SELECT player_id FROM game_standings WHERE list_id = list LIMIT room);
      GET DIAGNOSTICS gone = ROW_COUNT;
      room := room - gone;
      IF room <= 0 THEN RETURN true; END IF;
      DELETE FROM game_standing_lists WHERE id = list;
      room := room - 1;
      IF room <= 0 THEN RETURN true; END IF;
    END LOOP;
    RETURN false;
  END $$;
)sql";

// For instances that follow what others store.
inline constexpr std::string_view kScoreHorizon = R"sql(
  -- The transactions, but for our own, that may have taken a place and not committed yet.
  CREATE FUNCTION game_score_writers() RETURNS SETOF text LANGUAGE sql VOLATILE AS $$
    SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = 'game_scores'::regclass
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND mode = 'RowExclusiveLock' AND granted AND pid <> pg_backend_pid();
  $$;

  -- The last place that was given out, and whether nothing more comes to be stored under it or a lower one. A
  -- writer locks the table before it takes a place and until its commit can be seen: once all who hold the lock
  -- when the place is read are done, it is settled. Waits for them for a tenth of a second.
  CREATE FUNCTION game_score_horizon(OUT reached bigint, OUT settled boolean) LANGUAGE plpgsql AS $$
  DECLARE
    writers text[];
  BEGIN
    SELECT CASE WHEN is_called THEN last_value ELSE 0 END INTO reached FROM game_scores_place_seq;
    writers := ARRAY(SELECT game_score_writers());
    FOR turn IN 1..20 LOOP
      settled := NOT EXISTS (SELECT 1 FROM game_score_writers() AS writer WHERE writer = ANY (writers));
      EXIT WHEN settled;
      PERFORM pg_sleep(0.005);
    END LOOP;
  END $$;
)sql";

// For what each player of a match submitted with its id, beside whatever others did.
inline constexpr std::string_view kScoresBySeat = R"sql(
  DROP INDEX game_scores_instance;
  CREATE INDEX game_scores_seat ON game_scores (instance_id, player_id, game_id, score_type, place)
    WHERE instance_id <> '';
)sql";

}  // namespace oofgg::storage
