#include "storage/postgres/auth/refresh_schema.h"

#include <array>

namespace oofgg::storage {
namespace {

// A token is written once and updated once: half of each page stays free, so that the update needs no new
// entry in any index. When a family was used last is when its newest token was issued; so a rotation changes
// no row but its token's, and families are no foreign key, which would lock theirs.
constexpr std::string_view kFamilies = R"sql(
  CREATE TABLE auth_refresh_families (
    id text COLLATE "C" PRIMARY KEY,
    user_id text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,          -- All times in milliseconds since 1970.
    expires_at bigint NOT NULL,
    label text NOT NULL,
    revoked boolean NOT NULL
  );
  CREATE INDEX auth_refresh_families_user ON auth_refresh_families (user_id);
  CREATE TABLE auth_refresh_tokens (
    hash bytea PRIMARY KEY,
    family_id text COLLATE "C" NOT NULL,
    issued_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint,                      -- NULL until it is used, as is what follows.
    nonce_hash bytea,
    access_id text,
    access_issued_at bigint,
    access_expires_at bigint
  ) WITH (fillfactor = 50);
  CREATE INDEX auth_refresh_tokens_family ON auth_refresh_tokens (family_id, issued_at);
  CREATE INDEX auth_refresh_tokens_expiry ON auth_refresh_tokens (expires_at);
  CREATE TABLE auth_revocation_log (     -- One row.
    log_id text PRIMARY KEY,
    head bigint NOT NULL
  );
  INSERT INTO auth_revocation_log (log_id, head) VALUES (gen_random_uuid()::text, 0);
  CREATE TABLE auth_revocations (
    sequence bigint PRIMARY KEY,
    session_id text NOT NULL,
    revoked_at bigint NOT NULL,
    until bigint NOT NULL
  );
)sql";

// What changes several rows is a function: one round trip, each statement of which sees what others committed
// during the one before. All lock in one order, so that none waits in a circle: tokens by hash, families by
// id, the log. Whoever has the log's row keeps it until the commit, hence the entries become visible without
// gaps and in order; the head outlives them, and a rollback takes it back with them.
constexpr std::string_view kChanges = R"sql(
  CREATE FUNCTION auth_log_revocations(sessions text[], moment bigint, ends bigint) RETURNS bigint
  LANGUAGE plpgsql AS $$
  DECLARE
    added bigint := cardinality(sessions);
    last bigint;
  BEGIN
    IF added > 0 THEN
      UPDATE auth_revocation_log SET head = head + added RETURNING head INTO last;
      INSERT INTO auth_revocations (sequence, session_id, revoked_at, until)
        SELECT last - added + entry.n, entry.id, moment, ends
        FROM unnest(sessions) WITH ORDINALITY AS entry (id, n);
    END IF;
    RETURN added;
  END $$;

  -- Whether it was revoked just now, 1 or 0; NULL if there is no such family.
  CREATE FUNCTION auth_revoke_family(family text, moment bigint, ends bigint) RETURNS bigint
  LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE auth_refresh_families SET revoked = true WHERE id = family AND NOT revoked;
    IF FOUND THEN
      RETURN auth_log_revocations(ARRAY[family], moment, ends);
    END IF;
    RETURN (SELECT 0 FROM auth_refresh_families WHERE id = family);
  END $$;

  CREATE FUNCTION auth_revoke_families(owner text, spared text, moment bigint, ends bigint) RETURNS bigint
  LANGUAGE plpgsql AS $$
  DECLARE
    families text[] := ARRAY(
      SELECT id FROM auth_refresh_families WHERE user_id = owner AND id <> spared AND NOT revoked
      ORDER BY id FOR UPDATE);
  BEGIN
    UPDATE auth_refresh_families SET revoked = true WHERE id = ANY (families);
    RETURN auth_log_revocations(families, moment, ends);
  END $$;

  -- A token that is added meanwhile is of no family: nobody can use it, and it goes when it expires.
  CREATE FUNCTION auth_erase_families(owner text) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    families text[] := ARRAY(SELECT id FROM auth_refresh_families WHERE user_id = owner);
    tokens bytea[] := ARRAY(
      SELECT hash FROM auth_refresh_tokens WHERE family_id = ANY (families) ORDER BY hash FOR UPDATE);
  BEGIN
    DELETE FROM auth_refresh_tokens WHERE hash = ANY (tokens);
    families := ARRAY(
      SELECT id FROM auth_refresh_families WHERE id = ANY (families) ORDER BY id FOR UPDATE);
    DELETE FROM auth_refresh_families WHERE id = ANY (families);
  END $$;

  -- Takes no token that somebody rotates now. A revocation may go when the latest end up to and with it has
  -- passed: only then nothing before it stays.
  CREATE FUNCTION auth_refresh_purge(before bigint, batch bigint) RETURNS bigint LANGUAGE plpgsql AS $$
  DECLARE
    touched text[];
    tokens bigint;
    revocations bigint;
  BEGIN
    WITH removed AS (
      DELETE FROM auth_refresh_tokens WHERE hash IN (
        SELECT hash FROM auth_refresh_tokens WHERE expires_at < before
        ORDER BY expires_at LIMIT batch FOR UPDATE SKIP LOCKED)
      RETURNING family_id)
    SELECT count(*), array_agg(DISTINCT family_id) INTO tokens, touched FROM removed;
    DELETE FROM auth_refresh_families WHERE id IN (
      SELECT f.id FROM auth_refresh_families f WHERE f.id = ANY (touched)
      AND NOT EXISTS (SELECT 1 FROM auth_refresh_tokens t WHERE t.family_id = f.id)
      ORDER BY f.id FOR UPDATE);
    WITH front AS (SELECT sequence, until FROM auth_revocations ORDER BY sequence LIMIT batch),
      reached AS (SELECT sequence, max(until) OVER (ORDER BY sequence) AS latest_end FROM front)
    DELETE FROM auth_revocations WHERE sequence IN (SELECT sequence FROM reached WHERE latest_end < before);
    GET DIAGNOSTICS revocations = ROW_COUNT;
    RETURN tokens + revocations;
  END $$;
)sql";

// A deletion has an empty session, a session that ended an empty user. Deletions matter for longer, and so
// hold up no purge of what is behind them.
constexpr std::string_view kDeletions = R"sql(
  ALTER TABLE auth_revocations ADD COLUMN user_id text NOT NULL DEFAULT '';
  CREATE INDEX auth_revocations_sessions ON auth_revocations (sequence) WHERE user_id = '';
  CREATE INDEX auth_revocations_deletions ON auth_revocations (until) WHERE user_id <> '';

  CREATE FUNCTION auth_log_deletion(owner text, moment bigint, ends bigint) RETURNS void LANGUAGE sql AS $$
    WITH counted AS (UPDATE auth_revocation_log SET head = head + 1 RETURNING head)
    INSERT INTO auth_revocations (sequence, session_id, revoked_at, until, user_id)
      SELECT head, '', moment, ends, owner FROM counted;
  $$;

  CREATE OR REPLACE FUNCTION auth_refresh_purge(before bigint, batch bigint) RETURNS bigint
  LANGUAGE plpgsql AS $$
  DECLARE
    touched text[];
    tokens bigint;
    revocations bigint;
    deletions bigint;
  BEGIN
    WITH removed AS (
      DELETE FROM auth_refresh_tokens WHERE hash IN (
        SELECT hash FROM auth_refresh_tokens WHERE expires_at < before
        ORDER BY expires_at LIMIT batch FOR UPDATE SKIP LOCKED)
      RETURNING family_id)
    SELECT count(*), array_agg(DISTINCT family_id) INTO tokens, touched FROM removed;
    DELETE FROM auth_refresh_families WHERE id IN (
      SELECT f.id FROM auth_refresh_families f WHERE f.id = ANY (touched)
      AND NOT EXISTS (SELECT 1 FROM auth_refresh_tokens t WHERE t.family_id = f.id)
      ORDER BY f.id FOR UPDATE);
    WITH front AS (
        SELECT sequence, until FROM auth_revocations WHERE user_id = '' ORDER BY sequence LIMIT batch),
      reached AS (SELECT sequence, max(until) OVER (ORDER BY sequence) AS latest_end FROM front)
    DELETE FROM auth_revocations WHERE sequence IN (SELECT sequence FROM reached WHERE latest_end < before);
    GET DIAGNOSTICS revocations = ROW_COUNT;
    DELETE FROM auth_revocations WHERE sequence IN (
      SELECT sequence FROM auth_revocations WHERE user_id <> '' AND until < before LIMIT batch);
    GET DIAGNOSTICS deletions = ROW_COUNT;
    RETURN tokens + revocations + deletions;
  END $$;
)sql";

constexpr std::array kRefreshMigrations = {kFamilies, kChanges, kDeletions};

}  // namespace

std::span<const std::string_view> RefreshMigrations() { return kRefreshMigrations; }

}  // namespace oofgg::storage
