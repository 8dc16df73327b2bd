-- The genesis file of the network whose ledger this is.
CREATE TABLE network (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    genesis  BLOB NOT NULL
) STRICT;

-- The log: one row an entry, in order. `entry` is the leaf's bytes (docs/reference/format.md, "Log entry"), `leaf_hash`
-- SHA-256(0x00 || entry).
CREATE TABLE entries (
    position  INTEGER PRIMARY KEY CHECK (position >= 0),
    leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32),
    entry     BLOB NOT NULL CHECK (length(entry) <= 65535)
) STRICT;

-- Roots of complete subtrees of the Merkle tree, so that a proof reads a logarithmic number of rows. Five levels of
-- one subtree are one row, so that it reads few: with group = (level - 1) / 5 and height = (level - 1) % 5 + 1 the
-- place is group * 2^56 + position / 2^(5 - height). `hashes` has up to 31 of them in the order in which the growing
-- tree makes them: after n subtrees of level 5 * group there are n less the number of ones in n.
CREATE TABLE nodes (
    place  INTEGER PRIMARY KEY CHECK (place >= 0),
    hashes BLOB NOT NULL CHECK (length(hashes) BETWEEN 32 AND 992 AND length(hashes) % 32 = 0)
) STRICT;

-- The marks of accepted statements, a part of the contract's state: each has its `position` in the log. `statement`
-- is the id, `place` its first 63 bits or, where others lie there, the next number that was free: a number tells
-- more children of an inner page apart than an id, so that a look-up meets fewer pages. Marks are never removed.
-- `check_digest` is the first 16 bytes of SHA-256(key length in one byte || key as the contract has it || position
-- in eight bytes || value): a damaged row is found when it is read.
CREATE TABLE marks (
    place        INTEGER PRIMARY KEY CHECK (place >= 0),
    statement    BLOB NOT NULL CHECK (length(statement) = 32),
    value        BLOB NOT NULL,
    position     INTEGER NOT NULL CHECK (position >= 0),
    check_digest BLOB NOT NULL CHECK (length(check_digest) = 16)
) STRICT;

-- The rest of the contract's state. `key` is the contract's key with its first byte, the kind, at the end, so that
-- what belongs to one record lies together in the index. `check_digest` as above, with eight bytes of all ones for
-- the position. The rows lie in the order in which they came: keys are random, and what lies at random places is
-- kept small.
CREATE TABLE state (
    number       INTEGER PRIMARY KEY,
    key          BLOB UNIQUE NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    value        BLOB NOT NULL,
    check_digest BLOB NOT NULL CHECK (length(check_digest) = 16)
) STRICT;

-- What each entry is about (handles, ids, keys, names), but for its own id: lists that the contract never
-- reads. Every entry is also there under the empty subject: that is the list of all entries of one kind. Each span
-- of 16,384 positions has an index of its own, so that new rows lie in the newest only; a list asks each of them.
CREATE TABLE subjects (
    span     INTEGER NOT NULL CHECK (span = position >> 14),
    subject  BLOB NOT NULL,
    kind     INTEGER NOT NULL CHECK (kind > 0),
    position INTEGER NOT NULL CHECK (position >= 0),
    PRIMARY KEY (span, subject, kind, position)
) STRICT, WITHOUT ROWID;

-- The one signed checkpoint, which covers every committed entry.
CREATE TABLE checkpoint (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    note     BLOB NOT NULL
) STRICT;

-- In another organisation's copy of a ledger: when, in seconds since 1970 by its own clock, the stored
-- checkpoint was last confirmed. `check_digest` is the first 16 bytes of SHA-256(moment in eight bytes).
CREATE TABLE confirmed (
    only_row     INTEGER PRIMARY KEY CHECK (only_row = 1),
    moment       INTEGER NOT NULL CHECK (moment >= 0),
    check_digest BLOB NOT NULL CHECK (length(check_digest) = 16)
) STRICT;
