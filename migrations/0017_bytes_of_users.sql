-- The bytes that a user stores, which a setting limits. Migration 18 counts them; this one is separate, because it locks
-- `users` for its whole transaction.
ALTER TABLE users ADD COLUMN stored_bytes BIGINT NOT NULL DEFAULT 0;
