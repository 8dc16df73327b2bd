-- The newest revocation list of the organisation's authority, DER: one row.
CREATE TABLE revocation_list (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL CHECK (number > 0),
    list   BLOB NOT NULL
) STRICT;
