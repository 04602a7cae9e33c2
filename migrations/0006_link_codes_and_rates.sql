-- Codes that link a second device, and what is counted to keep the service fair.

CREATE TABLE link_codes (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id    BIGINT NOT NULL REFERENCES users ON DELETE CASCADE,
    -- SHA-256 of the code: like a cookie's token, the code itself is never stored.
    code_hash  BYTEA NOT NULL UNIQUE CHECK (octet_length(code_hash) = 32),
    status     TEXT NOT NULL CHECK (status IN ('pending', 'used', 'expired', 'revoked')),
    -- Which of a user's three places for pending codes it has.
    slot       SMALLINT NOT NULL CHECK (slot BETWEEN 1 AND 3),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);

-- Three pending codes a user at most, however many are asked for at once.
CREATE UNIQUE INDEX link_codes_pending ON link_codes (user_id, slot) WHERE status = 'pending';
CREATE INDEX link_codes_by_user ON link_codes (user_id);
CREATE INDEX link_codes_by_expiry ON link_codes (expires_at);

CREATE TABLE rate_buckets (
    -- What is limited: insight and definition calls, chat, all calls of an address, wrong codes.
    bucket       TEXT NOT NULL CHECK (bucket IN ('generate', 'chat', 'address', 'link')),
    user_id      BIGINT REFERENCES users ON DELETE CASCADE,
    -- SHA-256 of the caller's address, keyed by the day: of no use once the day is over.
    address_hash BYTEA CHECK (octet_length(address_hash) = 32),
    window_start TIMESTAMPTZ NOT NULL,
    taken        INTEGER NOT NULL CHECK (taken >= 0),
    CHECK ((user_id IS NULL) <> (address_hash IS NULL)),
    UNIQUE NULLS NOT DISTINCT (bucket, user_id, address_hash)
);

CREATE INDEX rate_buckets_by_age ON rate_buckets (window_start);
CREATE INDEX rate_buckets_by_user ON rate_buckets (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX daily_usage_by_day ON daily_usage (day);
CREATE INDEX devices_by_activity ON devices (last_active);
-- The few that are pro, for operators.
CREATE INDEX users_pro ON users (id) WHERE is_pro;

-- Users who keep nothing and whom nothing was granted. Whoever adds a table of things that users keep adds it here.
CREATE VIEW empty_users AS
SELECT id
FROM users
WHERE NOT is_pro
  AND NOT EXISTS (SELECT FROM user_insights WHERE user_insights.user_id = users.id)
  AND NOT EXISTS (SELECT FROM user_definitions WHERE user_definitions.user_id = users.id)
  AND NOT EXISTS (SELECT FROM conversations WHERE conversations.user_id = users.id)
  AND NOT EXISTS (SELECT FROM insights WHERE insights.owner_id = users.id)
  AND NOT EXISTS (SELECT FROM definitions WHERE definitions.owner_id = users.id);
