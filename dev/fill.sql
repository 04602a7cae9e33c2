-- The steps of `python3 dev fill`. Each has a line with its name and the number of its rows; its statements insert the rows
-- `first` to `last`. `b` is the highest id of a user before the first step (`bi`, `bd`, `bc`: of an insight, a definition, a
-- conversation), `u` the number of new users, `m` of messages, `s` of insights and of definitions, which users share.

-- users: u
INSERT INTO users (id, anonymous_id, is_pro, created_at) OVERRIDING SYSTEM VALUE
SELECT :b + n, md5('user-' || :b + n)::uuid, n % 100 = 0, now() - interval '500 days' * (1 - n::float8 / :u)
FROM generate_series(:first, :last) AS n;

-- devices: u
INSERT INTO devices (user_id, token_hash, device_name, device_type, user_agent, created_at, last_active,
                     cookie_sent_at, returned)
SELECT users.id, sha256(sha256(('device-' || users.id || '-' || k)::bytea)), 'Chrome on Windows', 'desktop',
       'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36', created_at, seen, seen,
       users.id % 50 <> 7
FROM users,
     LATERAL (SELECT created_at + (now() - created_at) * (users.id % 10) / 10 AS seen) AS active,
     generate_series(0, CASE WHEN users.id % 5 = 1 THEN 1 ELSE 0 END) AS k
WHERE users.id BETWEEN :b + :first AND :b + :last
ORDER BY users.id, k;

-- daily usage: u
INSERT INTO daily_usage (user_id, day, calls)
SELECT :b + n, current_date - (n % 30)::int, n % 10 FROM generate_series(:first, :last) AS n;

-- insights: s
INSERT INTO insights (id, subject_hash, content_hash, passage_reference, passage_text, historical_context,
                      theological_significance, practical_application, source, created_at)
    OVERRIDING SYSTEM VALUE
SELECT :bi + n, sha256(('insight-' || :bi + n)::bytea), sha256('c'), 'John ' || n % 21 + 1,
       repeat('In the beginning was the Word. ', 5), repeat('context ', 40), repeat('significance ', 30),
       repeat('application ', 30), 'library', now()
FROM generate_series(:first, :last) AS n;

-- definitions: s
INSERT INTO definitions (id, subject_hash, content_hash, word, passage_reference, verse_text, definition,
                         biblical_usage, original_language, source, created_at) OVERRIDING SYSTEM VALUE
SELECT :bd + n, sha256(('definition-' || :bd + n)::bytea), sha256('c'), 'word', 'John ' || n % 21 + 1,
       repeat('In the beginning was the Word. ', 2), repeat('definition ', 20), repeat('usage ', 30),
       repeat('language ', 10), 'library', now()
FROM generate_series(:first, :last) AS n;

-- a user with much of everything: one
-- The first new user reads more than all others: 5,000 insights and definitions, 500 chats, one of which has 2,000 messages,
-- and 2,000 messages about an old insight. The ids of these rows do not depend on the number of users.
INSERT INTO user_insights (user_id, insight_id, linked_at)
SELECT :b + 1, :bi + n, now() - interval '1 minute' * (5001 - n) FROM generate_series(1, least(:s, 5000)) AS n;
INSERT INTO user_definitions (user_id, definition_id, linked_at)
SELECT :b + 1, :bd + n, now() - interval '1 minute' * (5001 - n) FROM generate_series(1, least(:s, 5000)) AS n;
INSERT INTO conversations (id, user_id, title, created_at, updated_at) OVERRIDING SYSTEM VALUE
SELECT :bc + n, :b + 1, 'And what of the darkness?', now() - interval '1 minute' * n, now() - interval '1 minute' * n
FROM generate_series(1, 500) AS n;
INSERT INTO conversations (id, user_id, insight_id, created_at, updated_at) OVERRIDING SYSTEM VALUE
SELECT :bc + 501, :b + 1, :bi + 10, now(), now();
INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
SELECT :bc + long, :b + 1, CASE WHEN n % 2 = 1 THEN 'user' ELSE 'assistant' END, 'complete', 'Light ' || n, now()
FROM unnest(ARRAY[490, 501]) AS long, generate_series(1, 2000) AS n;

-- links to insights: u
INSERT INTO user_insights (user_id, insight_id, linked_at)
SELECT :b + n, :bi + 1 + (n::bigint * 7 + k * 13) % :s, now() - interval '1 hour' * (n % 1000 + k)
FROM generate_series(:first, :last) AS n, generate_series(1, 5) AS k
ON CONFLICT DO NOTHING;

-- links to definitions: u
INSERT INTO user_definitions (user_id, definition_id, linked_at)
SELECT :b + n, :bd + 1 + (n::bigint * 7 + k * 13) % :s, now() - interval '1 hour' * (n % 1000 + k)
FROM generate_series(:first, :last) AS n, generate_series(1, 3) AS k
ON CONFLICT DO NOTHING;

-- chats: u
INSERT INTO conversations (id, user_id, title, passage_reference, created_at, updated_at)
    OVERRIDING SYSTEM VALUE
SELECT :bc + 501 + n, :b + n, 'What is meant by the light?', 'John 1', now() - interval '1 day',
       now() - interval '1 minute' * (n % 1000)
FROM generate_series(:first, :last) AS n;

-- messages: m
INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
SELECT :bc + 502 + (n - 1)::bigint * :u / :m, :b + 1 + (n - 1)::bigint * :u / :m,
       CASE WHEN n % 2 = 1 THEN 'user' ELSE 'assistant' END,
       CASE WHEN n % 100000 = 0 THEN 'pending' ELSE 'complete' END,
       repeat('And the light shines in the darkness. ', 3), now() - interval '1 minute' * (:m - n) / 100
FROM generate_series(:first, :last) AS n;

-- link codes: u
INSERT INTO link_codes (user_id, code_hash, status, slot, created_at, expires_at)
SELECT :b + n, sha256(('code-' || :b + n)::bytea), CASE WHEN n % 100 = 0 THEN 'pending' ELSE 'used' END, 1,
       now(), now() + interval '5 minutes' - interval '1 second' * (n % 3600)
FROM generate_series(:first, :last) AS n
WHERE n % 50 = 0;

-- rate buckets: u
INSERT INTO rate_buckets (bucket, user_id, window_start, taken)
SELECT 'generate', :b + n, now() - interval '1 second' * (n % 200000), 1
FROM generate_series(:first, :last) AS n
WHERE n % 10 = 0;

-- generations: s
INSERT INTO generations (kind, subject_hash, holder, lease_until)
SELECT 'insight', sha256(('generating-' || :bi + n)::bytea), gen_random_uuid(),
       now() - interval '1 second' * (n % 5000)
FROM generate_series(:first, :last) AS n;

-- embeddings: one
INSERT INTO message_embeddings (message_id, model, embedding)
SELECT id, 'sample', array_fill(0.1::real, ARRAY[1024])::vector
FROM messages
WHERE id > (SELECT max(id) - 20000 FROM messages) OR user_id = :b + 1
ON CONFLICT DO NOTHING;

-- sequences: one
SELECT setval(pg_get_serial_sequence(name, 'id'), highest)
FROM (SELECT 'users' AS name, (SELECT max(id) FROM users) AS highest
      UNION ALL SELECT 'insights', (SELECT max(id) FROM insights)
      UNION ALL SELECT 'definitions', (SELECT max(id) FROM definitions)
      UNION ALL SELECT 'conversations', (SELECT max(id) FROM conversations)) AS highest;

-- vacuum and statistics: one
VACUUM (ANALYZE);
