#pragma once

#include <string_view>

namespace oofgg::storage {

// Matches that are played and that were played, by their place in the list of game_schema.cc.

// The end of a match stands in its seats as well, and its game, so that a player's list is one index.
inline constexpr std::string_view kMatchTables = R"sql(
  CREATE TABLE game_matches (
    id text COLLATE "C" PRIMARY KEY,
    game_id text COLLATE "C" NOT NULL,
    region bigint NOT NULL,
    started_at bigint NOT NULL,          -- Milliseconds since 1970, as all moments here.
    finished_at bigint,                  -- NULL while it is played.
    how_ended bigint NOT NULL,           -- As in MatchEnd.
    version bigint NOT NULL
  );
  CREATE INDEX game_matches_open ON game_matches (id) WHERE finished_at IS NULL;
  CREATE INDEX game_matches_age ON game_matches (finished_at) WHERE finished_at IS NOT NULL;

  CREATE TABLE game_match_seats (
    match_id text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    player_id text COLLATE "C" NOT NULL,
    team_id text NOT NULL,
    alias text COLLATE "C" NOT NULL,
    joined_at bigint NOT NULL,
    left_at bigint,
    result bigint NOT NULL,              -- As in MatchResult.
    placement bigint NOT NULL,
    game_id text COLLATE "C" NOT NULL,
    finished_at bigint,
    PRIMARY KEY (match_id, position)
  );
  CREATE INDEX game_match_seats_player ON game_match_seats (player_id, finished_at, match_id, game_id);
  CREATE INDEX game_match_seats_alias ON game_match_seats (alias) WHERE alias <> '';

  CREATE INDEX game_scores_instance ON game_scores (instance_id, place) WHERE instance_id <> '';

  -- A seat from each position of the arrays; gone is -1 where somebody is still there.
  CREATE FUNCTION game_write_seats(match text, game text, finished bigint, players text[], teams text[],
      aliases text[], joined bigint[], gone bigint[], results bigint[], places bigint[]) RETURNS void
  LANGUAGE sql AS $$
    DELETE FROM game_match_seats WHERE match_id = match;
    INSERT INTO game_match_seats (match_id, position, player_id, team_id, alias, joined_at, left_at, result,
        placement, game_id, finished_at)
      SELECT match, s.n - 1, s.player, s.team, s.alias, s.joined, NULLIF(s.gone, -1), s.result, s.place, game,
        finished
      FROM unnest(players, teams, aliases, joined, gone, results, places)
        WITH ORDINALITY AS s (player, team, alias, joined, gone, result, place, n);
  $$;

  -- Whether the id was free.
  CREATE FUNCTION game_create_match(new_id text, game text, new_region bigint, started bigint, finished bigint,
      how bigint, players text[], teams text[], aliases text[], joined bigint[], gone bigint[],
      results bigint[], places bigint[]) RETURNS boolean LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO game_matches (id, game_id, region, started_at, finished_at, how_ended, version)
      VALUES (new_id, game, new_region, started, finished, how, 1) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM game_write_seats(new_id, game, finished, players, teams, aliases, joined, gone, results, places);
    RETURN true;
  END $$;

  -- Whether it was at that version.
  CREATE FUNCTION game_update_match(its_id text, its_version bigint, game text, new_region bigint,
      started bigint, finished bigint, how bigint, players text[], teams text[], aliases text[],
      joined bigint[], gone bigint[], results bigint[], places bigint[]) RETURNS boolean LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE game_matches SET game_id = game, region = new_region, started_at = started, finished_at = finished,
        how_ended = how, version = version + 1 WHERE id = its_id AND version = its_version;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM game_write_seats(its_id, game, finished, players, teams, aliases, joined, gone, results, places);
    RETURN true;
  END $$;

  -- Whether there is more to do. Rows of matches are locked first, and in order of id, as by every writer.
  CREATE FUNCTION game_erase_from_matches(player text, batch bigint) RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE
    ids text[];
  BEGIN
    ids := ARRAY(SELECT m.id FROM game_matches m WHERE m.id IN (
        SELECT DISTINCT s.match_id FROM game_match_seats s WHERE s.player_id = player LIMIT batch)
      ORDER BY m.id FOR UPDATE);
    UPDATE game_matches SET version = version + 1 WHERE id = ANY (ids);
    UPDATE game_match_seats SET player_id = '', alias = '' WHERE match_id = ANY (ids) AND player_id = player;
    RETURN cardinality(ids) >= batch;
  END $$;

  -- Whether there is more to do.
  CREATE FUNCTION game_purge_matches(before bigint, batch bigint) RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE
    old text[];
  BEGIN
    old := ARRAY(SELECT id FROM game_matches WHERE finished_at <= before ORDER BY finished_at LIMIT batch
      FOR UPDATE SKIP LOCKED);
    DELETE FROM game_match_seats WHERE match_id = ANY (old);
    DELETE FROM game_matches WHERE id = ANY (old);
    RETURN cardinality(old) >= batch;
  END $$;
)sql";

// Whether the event log is known to have a match's end: all those that older programs closed count so. What
// one of them closes beside this one is told once more.
inline constexpr std::string_view kMatchesTold = R"sql(
  ALTER TABLE game_matches ADD COLUMN told boolean NOT NULL DEFAULT true;
  ALTER TABLE game_matches ALTER COLUMN told SET DEFAULT false;
  UPDATE game_matches SET told = false WHERE finished_at IS NULL;
  DROP INDEX game_matches_open;
  CREATE INDEX game_matches_open ON game_matches (id) WHERE NOT told;

  -- Whether there is more to do.
  CREATE OR REPLACE FUNCTION game_purge_matches(before bigint, batch bigint) RETURNS boolean
  LANGUAGE plpgsql AS $$
  DECLARE
    old text[];
  BEGIN
    old := ARRAY(SELECT id FROM game_matches WHERE finished_at <= before AND told ORDER BY finished_at
      LIMIT batch FOR UPDATE SKIP LOCKED);
    DELETE FROM game_match_seats WHERE match_id = ANY (old);
    DELETE FROM game_matches WHERE id = ANY (old);
    RETURN cardinality(old) >= batch;
  END $$;
)sql";

}  // namespace oofgg::storage
