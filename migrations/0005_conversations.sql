-- What readers said and were answered: about an insight of theirs, or in a chat of its own.

CREATE TABLE conversations (
    id                BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id           BIGINT NOT NULL REFERENCES users ON DELETE CASCADE,
    -- Of an insight, or NULL for a standalone chat.
    insight_id        BIGINT REFERENCES insights ON DELETE CASCADE,
    title             TEXT CHECK (char_length(title) BETWEEN 1 AND 200),
    passage_reference TEXT CHECK (char_length(passage_reference) BETWEEN 1 AND 100),
    passage_text      TEXT CHECK (char_length(passage_text) BETWEEN 1 AND 50000),
    -- What takes the place of the messages up to and including this one, in a prompt.
    summary           TEXT,
    summarised_through BIGINT,
    created_at        TIMESTAMPTZ NOT NULL,
    updated_at        TIMESTAMPTZ NOT NULL,
    CHECK ((summary IS NULL) = (summarised_through IS NULL)),
    CHECK ((insight_id IS NULL) = (title IS NOT NULL))
);

-- One conversation of a user about an insight: settles the race of two first messages.
CREATE UNIQUE INDEX conversations_of_insight ON conversations (user_id, insight_id)
    WHERE insight_id IS NOT NULL;
-- Standalone chats, most recently used first.
CREATE INDEX conversations_by_use ON conversations (user_id, updated_at DESC, id DESC)
    WHERE insight_id IS NULL;
-- Every one of a user, as erasing finds them: the partial ones above do not answer that.
CREATE INDEX conversations_by_user ON conversations (user_id, id);
CREATE INDEX conversations_by_insight ON conversations (insight_id) WHERE insight_id IS NOT NULL;

CREATE TABLE messages (
    id              BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id BIGINT NOT NULL REFERENCES conversations ON DELETE CASCADE,
    user_id         BIGINT NOT NULL REFERENCES users ON DELETE CASCADE,
    role            TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
    -- pending: being written; truncated: cut by the token limit; interrupted: broken off.
    state           TEXT NOT NULL CHECK (state IN ('pending', 'complete', 'truncated', 'interrupted')),
    content         TEXT NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    CHECK (role = 'assistant' OR state = 'complete')
);

-- In the order they were said. Not by id alone: an import brings older ones than are there.
CREATE INDEX messages_by_conversation ON messages (conversation_id, created_at, id);
CREATE INDEX messages_by_user ON messages (user_id, id);
CREATE INDEX messages_pending ON messages (created_at) WHERE state = 'pending';
