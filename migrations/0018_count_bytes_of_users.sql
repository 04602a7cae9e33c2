-- `users.stored_bytes` is the sum of what the user's rows count: their texts, and 200 bytes for the rest of each row and its
-- index entries. A sum over all messages of a user for each new one would cost as much as the user has written.
--
-- Triggers keep it, because rows also go by cascades, other triggers and cleanup jobs, and functions of the last release go on
-- writing while a new one is deployed. They lock the user's row, so a statement that changes rows of a user locks the user
-- first. Otherwise two statements of one user could wait for each other; the server would undo one, and it would run again.
--
-- A merge adds the two sums itself: rows that only change their user are not counted anew.

-- A pending reply counts as the longest one (10,000 characters of four bytes): its end never exceeds the limit, and saving
-- its progress counts nothing.
CREATE FUNCTION message_bytes(state TEXT, content TEXT) RETURNS BIGINT LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN 200 + CASE WHEN state = 'pending' THEN 40000 ELSE octet_length(content) END;

CREATE FUNCTION conversation_bytes(title TEXT, passage_reference TEXT, passage_text TEXT, summary TEXT)
RETURNS BIGINT LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN 200 + coalesce(octet_length(title), 0) + coalesce(octet_length(passage_reference), 0)
           + coalesce(octet_length(passage_text), 0) + coalesce(octet_length(summary), 0);

-- The texts of an insight count for its owner, and of a shared one for each user with a link. A link counts 200 besides.
CREATE FUNCTION insight_bytes(passage_reference TEXT, passage_text TEXT, historical_context TEXT,
                              theological_significance TEXT, practical_application TEXT)
RETURNS BIGINT LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN 200 + octet_length(passage_reference) + octet_length(passage_text) + octet_length(historical_context)
           + octet_length(theological_significance) + octet_length(practical_application);

CREATE FUNCTION definition_bytes(word TEXT, passage_reference TEXT, verse_text TEXT, definition TEXT, biblical_usage TEXT,
                                 original_language TEXT)
RETURNS BIGINT LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN 200 + octet_length(word) + octet_length(passage_reference) + octet_length(verse_text) + octet_length(definition)
           + octet_length(biblical_usage) + octet_length(original_language);

-- Each function adds the bytes of inserted rows and subtracts those of deleted ones, user by user in the order of their ids.
CREATE FUNCTION count_message_bytes() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    sign BIGINT := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
    counted RECORD;
BEGIN
    FOR counted IN
        SELECT user_id, sum(message_bytes(state, content))::BIGINT AS bytes
        FROM changed
        GROUP BY user_id
        ORDER BY user_id
    LOOP
        UPDATE users SET stored_bytes = stored_bytes + sign * counted.bytes WHERE id = counted.user_id;
    END LOOP;
    RETURN NULL;
END $$;

CREATE FUNCTION count_conversation_bytes() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    sign BIGINT := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
    counted RECORD;
BEGIN
    FOR counted IN
        SELECT user_id, sum(conversation_bytes(title, passage_reference, passage_text, summary))::BIGINT AS bytes
        FROM changed
        GROUP BY user_id
        ORDER BY user_id
    LOOP
        UPDATE users SET stored_bytes = stored_bytes + sign * counted.bytes WHERE id = counted.user_id;
    END LOOP;
    RETURN NULL;
END $$;

CREATE FUNCTION count_insight_bytes() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    sign BIGINT := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
    counted RECORD;
BEGIN
    FOR counted IN
        SELECT owner_id,
               sum(insight_bytes(passage_reference, passage_text, historical_context, theological_significance,
                                 practical_application))::BIGINT AS bytes
        FROM changed
        WHERE owner_id IS NOT NULL
        GROUP BY owner_id
        ORDER BY owner_id
    LOOP
        UPDATE users SET stored_bytes = stored_bytes + sign * counted.bytes WHERE id = counted.owner_id;
    END LOOP;
    RETURN NULL;
END $$;

CREATE FUNCTION count_definition_bytes() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    sign BIGINT := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
    counted RECORD;
BEGIN
    FOR counted IN
        SELECT owner_id,
               sum(definition_bytes(word, passage_reference, verse_text, definition, biblical_usage,
                                    original_language))::BIGINT AS bytes
        FROM changed
        WHERE owner_id IS NOT NULL
        GROUP BY owner_id
        ORDER BY owner_id
    LOOP
        UPDATE users SET stored_bytes = stored_bytes + sign * counted.bytes WHERE id = counted.owner_id;
    END LOOP;
    RETURN NULL;
END $$;

-- A text is found: it goes after its links only, by triggers with later names. An upload may go in the same statement, and
-- its link counts 200 with and without it.
CREATE FUNCTION count_insight_link_bytes() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    sign BIGINT := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
    counted RECORD;
BEGIN
    FOR counted IN
        SELECT user_id,
               sum(200 + coalesce((
                   SELECT insight_bytes(passage_reference, passage_text, historical_context, theological_significance,
                                        practical_application)
                   FROM insights
                   WHERE insights.id = changed.insight_id AND owner_id IS NULL), 0))::BIGINT AS bytes
        FROM changed
        GROUP BY user_id
        ORDER BY user_id
    LOOP
        UPDATE users SET stored_bytes = stored_bytes + sign * counted.bytes WHERE id = counted.user_id;
    END LOOP;
    RETURN NULL;
END $$;

CREATE FUNCTION count_definition_link_bytes() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    sign BIGINT := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
    counted RECORD;
BEGIN
    FOR counted IN
        SELECT user_id,
               sum(200 + coalesce((
                   SELECT definition_bytes(word, passage_reference, verse_text, definition, biblical_usage,
                                           original_language)
                   FROM definitions
                   WHERE definitions.id = changed.definition_id AND owner_id IS NULL), 0))::BIGINT AS bytes
        FROM changed
        GROUP BY user_id
        ORDER BY user_id
    LOOP
        UPDATE users SET stored_bytes = stored_bytes + sign * counted.bytes WHERE id = counted.user_id;
    END LOOP;
    RETURN NULL;
END $$;

-- A row whose texts change, one by one: a reply that ends, and a conversation with a new summary.
CREATE FUNCTION count_changed_message() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    UPDATE users
    SET stored_bytes = stored_bytes + message_bytes(NEW.state, NEW.content) - message_bytes(OLD.state, OLD.content)
    WHERE id = NEW.user_id;
    RETURN NULL;
END $$;

CREATE FUNCTION count_changed_conversation() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    UPDATE users
    SET stored_bytes = stored_bytes
        + conversation_bytes(NEW.title, NEW.passage_reference, NEW.passage_text, NEW.summary)
        - conversation_bytes(OLD.title, OLD.passage_reference, OLD.passage_text, OLD.summary)
    WHERE id = NEW.user_id;
    RETURN NULL;
END $$;

-- No writer may be under way between the first count and the sums below. In a block, because psql without a transaction
-- refuses the statement alone.
DO $$
BEGIN
    LOCK TABLE users, devices, conversations, messages, insights, definitions, user_insights, user_definitions
        IN EXCLUSIVE MODE;
END $$;

CREATE TRIGGER count_inserted AFTER INSERT ON messages REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_message_bytes();
CREATE TRIGGER count_deleted AFTER DELETE ON messages REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_message_bytes();
CREATE TRIGGER count_changed AFTER UPDATE OF state, content ON messages
    FOR EACH ROW
    WHEN (message_bytes(NEW.state, NEW.content) <> message_bytes(OLD.state, OLD.content))
    EXECUTE FUNCTION count_changed_message();

CREATE TRIGGER count_inserted AFTER INSERT ON conversations REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_conversation_bytes();
CREATE TRIGGER count_deleted AFTER DELETE ON conversations REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_conversation_bytes();
CREATE TRIGGER count_changed AFTER UPDATE OF title, passage_reference, passage_text, summary ON conversations
    FOR EACH ROW
    WHEN (conversation_bytes(NEW.title, NEW.passage_reference, NEW.passage_text, NEW.summary)
          <> conversation_bytes(OLD.title, OLD.passage_reference, OLD.passage_text, OLD.summary))
    EXECUTE FUNCTION count_changed_conversation();

CREATE TRIGGER count_inserted AFTER INSERT ON insights REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_insight_bytes();
CREATE TRIGGER count_deleted AFTER DELETE ON insights REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_insight_bytes();
CREATE TRIGGER count_inserted AFTER INSERT ON definitions REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_definition_bytes();
CREATE TRIGGER count_deleted AFTER DELETE ON definitions REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_definition_bytes();

-- Before `delete_unlinked_insights` and `delete_unlinked_definitions`: triggers run in the order of their names.
CREATE TRIGGER count_inserted AFTER INSERT ON user_insights REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_insight_link_bytes();
CREATE TRIGGER count_deleted AFTER DELETE ON user_insights REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_insight_link_bytes();
CREATE TRIGGER count_inserted AFTER INSERT ON user_definitions REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_definition_link_bytes();
CREATE TRIGGER count_deleted AFTER DELETE ON user_definitions REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_definition_link_bytes();

-- The bytes of each row of each user: for the sums below, and to check the column.
CREATE VIEW stored_rows AS
SELECT user_id, message_bytes(state, content) AS bytes
FROM messages
UNION ALL
SELECT user_id, conversation_bytes(title, passage_reference, passage_text, summary)
FROM conversations
UNION ALL
SELECT owner_id, insight_bytes(passage_reference, passage_text, historical_context, theological_significance,
                               practical_application)
FROM insights
WHERE owner_id IS NOT NULL
UNION ALL
SELECT owner_id, definition_bytes(word, passage_reference, verse_text, definition, biblical_usage, original_language)
FROM definitions
WHERE owner_id IS NOT NULL
UNION ALL
SELECT user_id, 200 + CASE WHEN owner_id IS NULL
                           THEN insight_bytes(passage_reference, passage_text, historical_context,
                                              theological_significance, practical_application)
                           ELSE 0 END
FROM user_insights
JOIN insights ON insights.id = insight_id
UNION ALL
SELECT user_id, 200 + CASE WHEN owner_id IS NULL
                           THEN definition_bytes(word, passage_reference, verse_text, definition, biblical_usage,
                                                 original_language)
                           ELSE 0 END
FROM user_definitions
JOIN definitions ON definitions.id = definition_id;

UPDATE users
SET stored_bytes = stored.bytes
FROM (SELECT user_id, sum(bytes)::BIGINT AS bytes FROM stored_rows GROUP BY user_id) AS stored
WHERE users.id = stored.user_id;
