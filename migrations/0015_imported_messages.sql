-- The user may have written the replies of an uploaded conversation: a model receives them as data, not as its own words.
-- Messages that were imported before this migration cannot be told from others.
ALTER TABLE messages ADD COLUMN is_imported BOOLEAN NOT NULL DEFAULT FALSE;
