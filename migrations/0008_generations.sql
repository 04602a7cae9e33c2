-- What is being generated right now to be shared: whoever asks for the same meanwhile waits for it. A row says nothing of
-- who asked.

CREATE TABLE generations (
    kind         TEXT NOT NULL CHECK (kind IN ('insight', 'definition')),
    -- As in the table of what is generated.
    subject_hash BYTEA NOT NULL CHECK (octet_length(subject_hash) = 32),
    -- The call that generates it: nobody else gives the place back.
    holder       UUID NOT NULL UNIQUE,
    -- By then the call has ended, whatever became of it.
    lease_until  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (kind, subject_hash)
);

CREATE INDEX generations_by_lease ON generations (lease_until);
