#pragma once

#include <string_view>

namespace oofgg::storage {

// Migrations of the sessions, by their place in the list of game_schema.cc.

// Who is in a session stands in its row, in order of joining, so that a session is one row to read and to
// write; session_members only leads from a player to sessions, and changes only by who has come or gone. A
// GIN index on member_ids would need no second table, but takes an entry for each member at every write of
// the row, and is read through the list of what it has still to take in.
inline constexpr std::string_view kSessionTables = R"sql(
  CREATE TABLE game_sessions (
    id text COLLATE "C" PRIMARY KEY,
    game_id text COLLATE "C" NOT NULL,
    owner_id text COLLATE "C" NOT NULL,
    state bigint NOT NULL,               -- As in SessionState.
    attributes text NOT NULL,
    region bigint NOT NULL,
    data bytea NOT NULL,
    ticket_id text NOT NULL,
    alias_of text COLLATE "C" NOT NULL,
    member_ids text[] COLLATE "C" NOT NULL,
    member_teams text[] NOT NULL,        -- These two of each member, in the same order.
    join_tickets text[] NOT NULL,
    version bigint NOT NULL,
    stream_runs bigint NOT NULL DEFAULT 0,
    noticed_at bigint                    -- When a sweep first found it ended.
  ) WITH (fillfactor = 80);
  -- State 6 is kQueued: one place in the queue of a game for each player.
  CREATE UNIQUE INDEX game_sessions_place ON game_sessions (game_id, owner_id) WHERE state = 6;
  CREATE INDEX game_sessions_queue ON game_sessions (id) WHERE state = 6;
  -- What counts for the limit of a game; 3 and 4 are kFinished and kDeleted.
  CREATE INDEX game_sessions_live ON game_sessions (game_id) WHERE alias_of = '' AND state NOT IN (3, 4, 6);
  -- What anybody may join; 0 and 1 are kCreated and kWaiting.
  CREATE INDEX game_sessions_open ON game_sessions (game_id, id)
    WHERE alias_of = '' AND owner_id <> '' AND state IN (0, 1);
  CREATE INDEX game_sessions_hosted ON game_sessions (id)
    WHERE owner_id <> '' AND alias_of = '' AND state NOT IN (3, 4, 6);
  CREATE INDEX game_sessions_ended ON game_sessions (noticed_at) WHERE state IN (3, 4);
  CREATE INDEX game_sessions_aliases ON game_sessions (alias_of) WHERE alias_of <> '';
  CREATE INDEX game_sessions_owner ON game_sessions (owner_id) WHERE owner_id <> '';

  CREATE TABLE game_session_members (
    user_id text COLLATE "C" NOT NULL,
    session_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (user_id, session_id)
  );

  CREATE TABLE game_entities (
    session_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    game_id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    attributes text NOT NULL,
    controller bigint NOT NULL,          -- As in EntityController.
    player_id text COLLATE "C" NOT NULL,
    data bytea NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (session_id, id)
  ) WITH (fillfactor = 80);
)sql";

inline constexpr std::string_view kSessionFunctions = R"sql(
  -- Outcomes: as in GameCreation. A key whose session is gone makes another.
  CREATE FUNCTION game_create_session(creator text, word text, print bigint, max_live bigint, new_id text,
      game text, owner text, new_state bigint, attribute_map text, new_region bigint, payload bytea,
      ticket text, alias text, users text[], teams text[], tickets text[],
      OUT outcome bigint, OUT made text, OUT fingerprint bigint)
  LANGUAGE plpgsql AS $$
  BEGIN
    SELECT * INTO made, fingerprint FROM game_made('session', creator, word);
    IF fingerprint <> print OR EXISTS (SELECT 1 FROM game_sessions WHERE id = made) THEN
      outcome := 1;
      RETURN;
    END IF;
    IF EXISTS (SELECT 1 FROM game_sessions WHERE id = new_id) THEN outcome := 2; RETURN; END IF;
    IF max_live > 0 THEN
      PERFORM pg_advisory_xact_lock(hashtextextended('oofgg sessions of ' || game, 0));
      IF (SELECT count(*) FROM game_sessions
          WHERE game_id = game AND alias_of = '' AND state NOT IN (3, 4, 6)) >= max_live THEN
        outcome := 3;
        RETURN;
      END IF;
    END IF;
    INSERT INTO game_sessions (id, game_id, owner_id, state, attributes, region, data, ticket_id, alias_of,
        member_ids, member_teams, join_tickets, version)
      VALUES (new_id, game, owner, new_state, attribute_map, new_region, payload, ticket, alias, users, teams,
        tickets, 1)
      ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN outcome := 2; RETURN; END IF;
    INSERT INTO game_session_members (user_id, session_id) SELECT DISTINCT u, new_id FROM unnest(users) u;
    PERFORM game_remember('session', creator, word, print, new_id);
    outcome := 0;
  END $$;

  -- Whether the session was at that version.
  CREATE FUNCTION game_update_session(session text, seen bigint, game text, owner text, new_state bigint,
      attribute_map text, new_region bigint, payload bytea, ticket text, alias text, users text[],
      teams text[], tickets text[]) RETURNS boolean
  LANGUAGE plpgsql AS $$
  DECLARE
    former text[];
  BEGIN
    SELECT member_ids INTO former FROM game_sessions WHERE id = session AND version = seen FOR NO KEY UPDATE;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE game_sessions SET game_id = game, owner_id = owner, state = new_state, attributes = attribute_map,
        region = new_region, data = payload, ticket_id = ticket, alias_of = alias, member_ids = users,
        member_teams = teams, join_tickets = tickets, version = seen + 1
      WHERE id = session;
    IF former <> users THEN
      DELETE FROM game_session_members WHERE session_id = session
        AND user_id IN (SELECT unnest(former) EXCEPT SELECT unnest(users));
      INSERT INTO game_session_members (user_id, session_id)
        SELECT u, session FROM (SELECT unnest(users) EXCEPT SELECT unnest(former)) AS come (u);
    END IF;
    RETURN true;
  END $$;

  -- Those with these ids, and the aliases of them, which stand for nothing else. One after the other and in
  -- the order in which grouped writes lock.
  CREATE FUNCTION game_erase_sessions(ids text[]) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    session text;
    users text[];
  BEGIN
    FOREACH session IN ARRAY ARRAY(
        SELECT id FROM game_sessions WHERE id = ANY (ids) OR (alias_of <> '' AND alias_of = ANY (ids))
        ORDER BY id) LOOP
      DELETE FROM game_sessions WHERE id = session RETURNING member_ids INTO users;
      DELETE FROM game_session_members WHERE session_id = session AND user_id = ANY (users);
      DELETE FROM game_entities WHERE session_id = session;
    END LOOP;
  END $$;

  -- Whether there is more to do.
  CREATE FUNCTION game_purge_sessions(before bigint, batch bigint) RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE
    old text[] := ARRAY(SELECT id FROM game_sessions WHERE state IN (3, 4) AND noticed_at <= before
                        ORDER BY noticed_at LIMIT batch);
  BEGIN
    PERFORM game_erase_sessions(old);
    RETURN cardinality(old) >= batch;
  END $$;
)sql";

inline constexpr std::string_view kEntityFunctions = R"sql(
  -- Outcomes: as in GameCreation. The session's row is held, so that it is not erased meanwhile, and nobody
  -- counts its entities beside us.
  CREATE FUNCTION game_create_entity(creator text, word text, print bigint, room bigint, session text,
      new_id text, game text, title text, kind text, attribute_map text, controlled_by bigint, player text,
      payload bytea, OUT outcome bigint, OUT made text, OUT fingerprint bigint)
  LANGUAGE plpgsql AS $$
  BEGIN
    SELECT * INTO made, fingerprint FROM game_made('entity', creator, word);
    IF made IS NOT NULL THEN outcome := 1; RETURN; END IF;
    PERFORM 1 FROM game_sessions WHERE id = session FOR NO KEY UPDATE;
    IF NOT FOUND THEN outcome := 4; RETURN; END IF;
    IF EXISTS (SELECT 1 FROM game_entities WHERE session_id = session AND id = new_id) THEN
      outcome := 2;
      RETURN;
    END IF;
    IF (SELECT count(*) FROM game_entities WHERE session_id = session) >= room THEN
      outcome := 3;
      RETURN;
    END IF;
    INSERT INTO game_entities (session_id, id, game_id, name, type, attributes, controller, player_id, data,
        version)
      VALUES (session, new_id, game, title, kind, attribute_map, controlled_by, player, payload, 1)
      ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN outcome := 2; RETURN; END IF;
    PERFORM game_remember('entity', creator, word, print, session || '/' || new_id);
    outcome := 0;
  END $$;
)sql";

// Matches that nobody attends end as well as what players made.
inline constexpr std::string_view kRunningSessions = R"sql(
  DROP INDEX game_sessions_hosted;
  CREATE INDEX game_sessions_running ON game_sessions (id) WHERE alias_of = '' AND state NOT IN (3, 4, 6);
)sql";

}  // namespace oofgg::storage
