-- In another organisation's copy of a ledger: when, in seconds since 1970 by its own clock, the stored
-- checkpoint was last confirmed. `check_digest` is the first 16 bytes of SHA-256(moment in eight bytes).
CREATE TABLE confirmed (
    only_row     INTEGER PRIMARY KEY CHECK (only_row = 1),
    moment       INTEGER NOT NULL CHECK (moment >= 0),
    check_digest BLOB NOT NULL CHECK (length(check_digest) = 16)
) STRICT;
