-- Passages that readers asked to keep: one row for each reference in each translation.
-- They belong to nobody.

CREATE TABLE saved_passages (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    translation TEXT NOT NULL,
    reference   TEXT NOT NULL,
    text        TEXT NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    UNIQUE (translation, reference)
);
