-- An upload goes when nothing leads to it any more, and whoever deletes it looks for that before. A link or a conversation
-- that comes in between went with it, by cascade; now the deletion is refused, and looks again. What a user's erasure takes
-- with it goes by the user's own keys, all in one statement.
ALTER TABLE user_insights
    DROP CONSTRAINT user_insights_insight_id_fkey,
    ADD CONSTRAINT user_insights_insight_id_fkey FOREIGN KEY (insight_id) REFERENCES insights;
ALTER TABLE user_definitions
    DROP CONSTRAINT user_definitions_definition_id_fkey,
    ADD CONSTRAINT user_definitions_definition_id_fkey FOREIGN KEY (definition_id) REFERENCES definitions;
ALTER TABLE conversations
    DROP CONSTRAINT conversations_insight_id_fkey,
    ADD CONSTRAINT conversations_insight_id_fkey FOREIGN KEY (insight_id) REFERENCES insights;
