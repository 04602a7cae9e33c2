-- A user is whoever shares one history; a device is one cookie. There are no accounts.

CREATE TABLE users (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    anonymous_id UUID NOT NULL UNIQUE,
    is_pro       BOOLEAN NOT NULL DEFAULT FALSE,
    created_at   TIMESTAMPTZ NOT NULL
);

CREATE TABLE devices (
    id             BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id        BIGINT NOT NULL REFERENCES users ON DELETE CASCADE,
    -- SHA-256 of the cookie's token. The token itself is never stored.
    token_hash     BYTEA NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    device_name    TEXT CHECK (char_length(device_name) BETWEEN 1 AND 100),
    device_type    TEXT NOT NULL CHECK (device_type IN ('mobile', 'tablet', 'desktop', 'unknown')),
    user_agent     TEXT CHECK (char_length(user_agent) <= 500),
    created_at     TIMESTAMPTZ NOT NULL,
    last_active    TIMESTAMPTZ NOT NULL,
    -- When the cookie was last sent: it is sent again before it runs out.
    cookie_sent_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX devices_by_user ON devices (user_id, last_active DESC);
