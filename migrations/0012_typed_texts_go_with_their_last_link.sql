-- A shared text on Scripture contains nothing about its users, and stays. Any other text was typed or pasted by a user: it
-- is deleted with its last link and conversation, as an upload is. FALSE for existing rows: only the functions can compare a
-- text with Scripture, and a deleted one is generated again for the next request.
ALTER TABLE insights
    ADD COLUMN is_scripture BOOLEAN NOT NULL DEFAULT FALSE,
    ADD CONSTRAINT insights_uploads_are_private CHECK (owner_id IS NULL OR NOT is_scripture);
ALTER TABLE definitions
    ADD COLUMN is_scripture BOOLEAN NOT NULL DEFAULT FALSE,
    ADD CONSTRAINT definitions_uploads_are_private CHECK (owner_id IS NULL OR NOT is_scripture);

-- Two users may unlink one text at once, and neither statement sees the other's deletion. So the triggers lock the text
-- first, and look for links in a second statement, which sees all that was committed during the wait. A new link waits for
-- this lock through its foreign key: it is found, or it is refused and its statement runs again without the text. The claim
-- on the text's generation goes with it, so that the next caller does not wait for a text that is gone.
CREATE FUNCTION delete_unlinked_insights() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM insights
    WHERE id = ANY (ARRAY(SELECT insight_id FROM unlinked)) AND NOT is_scripture
    ORDER BY id
    FOR UPDATE;
    IF FOUND THEN
        WITH deleted AS (
            DELETE FROM insights
            WHERE id = ANY (ARRAY(SELECT insight_id FROM unlinked)) AND NOT is_scripture
              AND NOT EXISTS (SELECT FROM user_insights WHERE insight_id = insights.id)
              AND NOT EXISTS (SELECT FROM conversations WHERE insight_id = insights.id)
            RETURNING owner_id, subject_hash
        )
        DELETE FROM generations
        WHERE kind = 'insight'
          AND subject_hash = ANY (ARRAY(SELECT subject_hash FROM deleted WHERE owner_id IS NULL));
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION delete_unlinked_definitions() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM definitions
    WHERE id = ANY (ARRAY(SELECT definition_id FROM unlinked)) AND NOT is_scripture
    ORDER BY id
    FOR UPDATE;
    IF FOUND THEN
        WITH deleted AS (
            DELETE FROM definitions
            WHERE id = ANY (ARRAY(SELECT definition_id FROM unlinked)) AND NOT is_scripture
              AND NOT EXISTS (SELECT FROM user_definitions WHERE definition_id = definitions.id)
            RETURNING owner_id, subject_hash
        )
        DELETE FROM generations
        WHERE kind = 'definition'
          AND subject_hash = ANY (ARRAY(SELECT subject_hash FROM deleted WHERE owner_id IS NULL));
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER delete_unlinked_insights AFTER DELETE ON user_insights
    REFERENCING OLD TABLE AS unlinked
    FOR EACH STATEMENT EXECUTE FUNCTION delete_unlinked_insights();
CREATE TRIGGER delete_unlinked_insights AFTER DELETE ON conversations
    REFERENCING OLD TABLE AS unlinked
    FOR EACH STATEMENT EXECUTE FUNCTION delete_unlinked_insights();
CREATE TRIGGER delete_unlinked_definitions AFTER DELETE ON user_definitions
    REFERENCING OLD TABLE AS unlinked
    FOR EACH STATEMENT EXECUTE FUNCTION delete_unlinked_definitions();

-- An upload with the content of a shared text is linked in its place. So that text goes with the upload.
CREATE FUNCTION delete_insights_of_uploads() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    subjects BYTEA[] := ARRAY(SELECT subject_hash FROM removed WHERE owner_id IS NOT NULL);
BEGIN
    PERFORM FROM insights
    WHERE owner_id IS NULL AND subject_hash = ANY (subjects) AND NOT is_scripture
    ORDER BY id
    FOR UPDATE;
    IF FOUND THEN
        WITH deleted AS (
            DELETE FROM insights
            WHERE owner_id IS NULL AND subject_hash = ANY (subjects) AND NOT is_scripture
              AND NOT EXISTS (SELECT FROM user_insights WHERE insight_id = insights.id)
              AND NOT EXISTS (SELECT FROM conversations WHERE insight_id = insights.id)
            RETURNING subject_hash
        )
        DELETE FROM generations
        WHERE kind = 'insight' AND subject_hash = ANY (ARRAY(SELECT subject_hash FROM deleted));
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION delete_definitions_of_uploads() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    subjects BYTEA[] := ARRAY(SELECT subject_hash FROM removed WHERE owner_id IS NOT NULL);
BEGIN
    PERFORM FROM definitions
    WHERE owner_id IS NULL AND subject_hash = ANY (subjects) AND NOT is_scripture
    ORDER BY id
    FOR UPDATE;
    IF FOUND THEN
        WITH deleted AS (
            DELETE FROM definitions
            WHERE owner_id IS NULL AND subject_hash = ANY (subjects) AND NOT is_scripture
              AND NOT EXISTS (SELECT FROM user_definitions WHERE definition_id = definitions.id)
            RETURNING subject_hash
        )
        DELETE FROM generations
        WHERE kind = 'definition' AND subject_hash = ANY (ARRAY(SELECT subject_hash FROM deleted));
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER delete_insights_of_uploads AFTER DELETE ON insights
    REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION delete_insights_of_uploads();
CREATE TRIGGER delete_definitions_of_uploads AFTER DELETE ON definitions
    REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION delete_definitions_of_uploads();

-- Shared texts whose users have left already.
DELETE FROM insights
WHERE owner_id IS NULL
  AND NOT EXISTS (SELECT FROM user_insights WHERE insight_id = insights.id)
  AND NOT EXISTS (SELECT FROM conversations WHERE insight_id = insights.id);
DELETE FROM definitions
WHERE owner_id IS NULL
  AND NOT EXISTS (SELECT FROM user_definitions WHERE definition_id = definitions.id);
