-- Generated texts. One without an owner is shared by all who ask for the same thing; an imported one belongs to whoever
-- uploaded it and is shown to nobody else. What a user has is in the links, with the time at which they got it.

CREATE TABLE insights (
    id                        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id                  BIGINT REFERENCES users ON DELETE CASCADE,
    -- SHA-256 of reference and text: the text itself is too long for a key.
    subject_hash              BYTEA NOT NULL CHECK (octet_length(subject_hash) = 32),
    -- SHA-256 of what was generated: tells whether two are the same.
    content_hash              BYTEA NOT NULL CHECK (octet_length(content_hash) = 32),
    passage_reference         TEXT NOT NULL CHECK (char_length(passage_reference) BETWEEN 1 AND 100),
    passage_text              TEXT NOT NULL CHECK (char_length(passage_text) BETWEEN 1 AND 50000),
    historical_context        TEXT NOT NULL,
    theological_significance  TEXT NOT NULL,
    practical_application     TEXT NOT NULL,
    -- What wrote it; NULL when nobody can know, as for an imported one.
    source                    TEXT,
    created_at                TIMESTAMPTZ NOT NULL
);

-- One shared insight for each passage: settles the race of two who ask at once.
CREATE UNIQUE INDEX insights_shared ON insights (subject_hash) WHERE owner_id IS NULL;
-- The same upload twice is one insight.
CREATE UNIQUE INDEX insights_owned ON insights (owner_id, subject_hash, content_hash)
    WHERE owner_id IS NOT NULL;

CREATE TABLE user_insights (
    user_id    BIGINT NOT NULL REFERENCES users ON DELETE CASCADE,
    insight_id BIGINT NOT NULL REFERENCES insights ON DELETE CASCADE,
    linked_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (user_id, insight_id)
);

-- The history, newest first.
CREATE INDEX user_insights_by_time ON user_insights (user_id, linked_at DESC, insight_id DESC);
CREATE INDEX user_insights_by_insight ON user_insights (insight_id);

CREATE TABLE definitions (
    id                BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id          BIGINT REFERENCES users ON DELETE CASCADE,
    -- SHA-256 of word, reference and verse.
    subject_hash      BYTEA NOT NULL CHECK (octet_length(subject_hash) = 32),
    content_hash      BYTEA NOT NULL CHECK (octet_length(content_hash) = 32),
    word              TEXT NOT NULL CHECK (char_length(word) BETWEEN 1 AND 100),
    passage_reference TEXT NOT NULL CHECK (char_length(passage_reference) BETWEEN 1 AND 100),
    verse_text        TEXT NOT NULL CHECK (char_length(verse_text) BETWEEN 1 AND 50000),
    definition        TEXT NOT NULL,
    biblical_usage    TEXT NOT NULL,
    original_language TEXT NOT NULL,
    source            TEXT,
    created_at        TIMESTAMPTZ NOT NULL
);

CREATE UNIQUE INDEX definitions_shared ON definitions (subject_hash) WHERE owner_id IS NULL;
CREATE UNIQUE INDEX definitions_owned ON definitions (owner_id, subject_hash, content_hash)
    WHERE owner_id IS NOT NULL;

CREATE TABLE user_definitions (
    user_id       BIGINT NOT NULL REFERENCES users ON DELETE CASCADE,
    definition_id BIGINT NOT NULL REFERENCES definitions ON DELETE CASCADE,
    linked_at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (user_id, definition_id)
);

CREATE INDEX user_definitions_by_time
    ON user_definitions (user_id, linked_at DESC, definition_id DESC);
CREATE INDEX user_definitions_by_definition ON user_definitions (definition_id);
