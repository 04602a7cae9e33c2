-- What each address has stored within a minute: users, imports and saved passages. Unlike `rate_buckets`, the table names no
-- user, whose erasure must leave no row of it.
CREATE TABLE store_buckets (
    -- SHA-256 of the caller's address, keyed by the day.
    address_hash BYTEA PRIMARY KEY CHECK (octet_length(address_hash) = 32),
    window_start TIMESTAMPTZ NOT NULL,
    taken        INTEGER NOT NULL CHECK (taken >= 0)
);

CREATE INDEX store_buckets_by_age ON store_buckets (window_start);

-- Nothing refers to a saved passage: cleanup deletes it some time after it was last saved.
CREATE INDEX saved_passages_by_age ON saved_passages (created_at);
