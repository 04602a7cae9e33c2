-- What readers said elsewhere is found by its words and, where an embedder is set up, by its meaning.

CREATE EXTENSION IF NOT EXISTS vector;

-- English, as most of what is said is: words of other languages are found as they stand.
ALTER TABLE messages
    ADD COLUMN words TSVECTOR NOT NULL GENERATED ALWAYS AS (to_tsvector('english', content)) STORED;

-- A message has none until it is made, and one of another model is as good as none.
CREATE TABLE message_embeddings (
    message_id BIGINT PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    model      TEXT NOT NULL,
    embedding  VECTOR(1024) NOT NULL
);

-- With the row, and not in a table of its own as long values are: all of a search are read.
ALTER TABLE message_embeddings ALTER COLUMN embedding SET STORAGE PLAIN;
