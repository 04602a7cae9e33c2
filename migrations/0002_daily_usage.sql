-- Generated answers a user had on one UTC day, counted against the daily allowance.

CREATE TABLE daily_usage (
    user_id BIGINT NOT NULL REFERENCES users ON DELETE CASCADE,
    day     DATE NOT NULL,
    calls   INTEGER NOT NULL CHECK (calls >= 0),
    PRIMARY KEY (user_id, day)
);
