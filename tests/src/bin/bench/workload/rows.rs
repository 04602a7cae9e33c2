//! The rows before a call, as SQL. `:token` is the hash of the caller's token.

/// 60 insights, definitions and chats. [`INSIGHTS`] and [`DEFINITIONS`] add the first two to the caller's history.
pub const SEED: &str = "
    INSERT INTO insights (id, subject_hash, content_hash, passage_reference, passage_text, historical_context,
                          theological_significance, practical_application, source, created_at)
        OVERRIDING SYSTEM VALUE
    SELECT 9000000 + n, sha256(n::text::bytea), sha256('c'), 'John 3:16 (KJV)', repeat('For God so loved. ', 10),
           repeat('context ', 60), repeat('significance ', 40), repeat('application ', 40), 'library', now()
    FROM generate_series(1, 60) AS n ON CONFLICT DO NOTHING;
    INSERT INTO definitions (id, subject_hash, content_hash, word, passage_reference, verse_text, definition,
                             biblical_usage, original_language, source, created_at) OVERRIDING SYSTEM VALUE
    SELECT 9000000 + n, sha256(n::text::bytea), sha256('c'), 'loved', 'John 3:16 (KJV)', 'For God so loved.',
           repeat('definition ', 20), repeat('usage ', 40), repeat('language ', 20), 'library', now()
    FROM generate_series(1, 60) AS n ON CONFLICT DO NOTHING;
    INSERT INTO conversations (user_id, title, created_at, updated_at)
    SELECT user_id, 'What is meant by the light?', now(), now() - interval '1 minute' * n
    FROM devices, generate_series(1, 60) AS n WHERE token_hash = :token";

/// Further rows for `chat`: the caller's chat of 20 messages (9000002), 20 messages about an insight (9000001), and
/// another user's chat (9000004).
pub const CONVERSATIONS: &str = "
    DELETE FROM conversations WHERE id IN (9000001, 9000002, 9000004);
    WITH other AS (
        INSERT INTO users (anonymous_id, created_at) VALUES (gen_random_uuid(), now()) RETURNING id
    )
    INSERT INTO conversations (id, user_id, title, created_at, updated_at) OVERRIDING SYSTEM VALUE
    SELECT 9000004, id, 'Mine', now(), now() FROM other;
    INSERT INTO conversations (id, user_id, insight_id, title, created_at, updated_at) OVERRIDING SYSTEM VALUE
    SELECT talks.id, user_id, insight, talks.title, now(), now()
    FROM devices, (VALUES (9000001, 9000001, NULL), (9000002, NULL, 'And the darkness?')) AS talks (id, insight, title)
    WHERE token_hash = :token;
    INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
    SELECT conversations.id, user_id, CASE WHEN n % 2 = 1 THEN 'user' ELSE 'assistant' END, 'complete',
           repeat('And the light shines. ', 20), now() + interval '1 second' * n
    FROM conversations, generate_series(1, 20) AS n WHERE id IN (9000001, 9000002, 9000004)";

/// Restores the history of insights.
pub const INSIGHTS: &str = "
    INSERT INTO user_insights
    SELECT user_id, insights.id, now() - interval '1 minute' * insights.id FROM devices, insights WHERE token_hash = :token
    ON CONFLICT DO NOTHING";

/// Restores the history of definitions.
pub const DEFINITIONS: &str = "
    INSERT INTO user_definitions
    SELECT user_id, definitions.id, now() - interval '1 minute' * definitions.id FROM devices, definitions WHERE token_hash = :token
    ON CONFLICT DO NOTHING";

/// Restores the conversation about the insight.
pub const INSIGHT_CONVERSATION: &str = "
    INSERT INTO conversations (id, user_id, insight_id, created_at, updated_at) OVERRIDING SYSTEM VALUE
    SELECT 9000001, user_id, 9000001, now(), now() FROM devices WHERE token_hash = :token
    ON CONFLICT DO NOTHING;
    INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
    SELECT conversations.id, user_id, CASE WHEN n % 2 = 1 THEN 'user' ELSE 'assistant' END, 'complete',
           repeat('And the light shines. ', 20), now() + interval '1 second' * n
    FROM conversations, generate_series(1, 20) AS n
    WHERE id = 9000001
      AND NOT EXISTS (SELECT FROM messages WHERE conversation_id = 9000001)";

/// A chat to delete (9000003).
pub const CHAT: &str = "
    INSERT INTO conversations (id, user_id, title, created_at, updated_at) OVERRIDING SYSTEM VALUE
    SELECT 9000003, user_id, 'Light', now(), now() FROM devices WHERE token_hash = :token
    ON CONFLICT DO NOTHING";

/// The user, with rows to clear.
pub const USER: &str = "
    WITH born AS (
        INSERT INTO users (anonymous_id, created_at)
        SELECT gen_random_uuid(), now() WHERE NOT EXISTS (SELECT FROM devices WHERE token_hash = :token)
        RETURNING id
    )
    INSERT INTO devices (user_id, token_hash, device_type, created_at, last_active, cookie_sent_at)
    SELECT id, :token, 'desktop', now(), now(), now() FROM born;
    INSERT INTO user_insights
    SELECT user_id, insights.id, now() FROM devices, insights WHERE token_hash = :token
    ON CONFLICT DO NOTHING";

/// Deletes all codes: the number of codes is limited.
pub const NO_CODE: &str = "DELETE FROM link_codes; DELETE FROM rate_buckets";

/// Two codes to revoke.
pub const CODES: &str = "
    DELETE FROM link_codes;
    INSERT INTO link_codes (user_id, code_hash, status, slot, created_at, expires_at)
    SELECT user_id, sha256(n::text::bytea), 'pending', n, now(), now() + interval '5 minutes'
    FROM devices, generate_series(1, 2) AS n WHERE token_hash = :token";

/// Another user's code: 7KQM-3XWP-9RTA.
pub const FOREIGN_CODE: &str = "
    DELETE FROM link_codes;
    WITH host AS (
        INSERT INTO users (anonymous_id, created_at) VALUES (gen_random_uuid(), now()) RETURNING id
    ), device AS (
        INSERT INTO devices (user_id, token_hash, device_type, created_at, last_active, cookie_sent_at)
        SELECT id, sha256(id::text::bytea), 'desktop', now(), now(), now() FROM host
    )
    INSERT INTO link_codes (user_id, code_hash, status, slot, created_at, expires_at)
    SELECT id, sha256('7KQM3XWP9RTA'), 'pending', 1, now(), now() + interval '5 minutes' FROM host";

/// Leaves the caller one other device (9000001).
pub const DEVICE: &str = "
    DELETE FROM devices USING devices AS caller
    WHERE caller.token_hash = :token AND devices.user_id = caller.user_id AND devices.id <> caller.id;
    INSERT INTO devices (id, user_id, token_hash, device_type, created_at, last_active, cookie_sent_at)
        OVERRIDING SYSTEM VALUE
    SELECT 9000001, user_id, sha256('other'), 'desktop', now(), now(), now() FROM devices WHERE token_hash = :token";

/// A device of another user (9000002).
pub const FOREIGN_DEVICE: &str = "
    WITH other AS (
        INSERT INTO users (anonymous_id, created_at)
        SELECT gen_random_uuid(), now() WHERE NOT EXISTS (SELECT FROM devices WHERE id = 9000002)
        RETURNING id
    )
    INSERT INTO devices (id, user_id, token_hash, device_type, created_at, last_active, cookie_sent_at)
        OVERRIDING SYSTEM VALUE
    SELECT 9000002, id, sha256('foreign'), 'desktop', now(), now(), now() FROM other";

/// Resets the rate limits and the quota.
pub const QUOTA: &str = "DELETE FROM rate_buckets; DELETE FROM daily_usage";

/// Also deletes the insight and the definition on Obadiah, and every claim.
pub const DELETE_OBADIAH_TEXTS: &str = "
    DELETE FROM rate_buckets; DELETE FROM daily_usage; DELETE FROM generations;
    DELETE FROM user_insights USING insights WHERE insights.id = insight_id AND passage_reference = 'Obadiah 1:1';
    DELETE FROM insights WHERE passage_reference = 'Obadiah 1:1';
    DELETE FROM user_definitions USING definitions WHERE definitions.id = definition_id AND passage_reference = 'Obadiah 1:1';
    DELETE FROM definitions WHERE passage_reference = 'Obadiah 1:1'";

/// Deletes the messages of the calls before.
pub const NO_NEW_MESSAGES: &str = "
    DELETE FROM rate_buckets; DELETE FROM daily_usage;
    DELETE FROM conversations WHERE title = 'Who is my neighbour?';
    INSERT INTO conversations (id, user_id, insight_id, created_at, updated_at) OVERRIDING SYSTEM VALUE
    SELECT 9000001, user_id, 9000001, now(), now() FROM devices WHERE token_hash = :token
    ON CONFLICT DO NOTHING;
    DELETE FROM messages
    WHERE conversation_id IN (9000001, 9000002) AND content NOT LIKE 'And the light shines.%'";
