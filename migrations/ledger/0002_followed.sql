-- In an organisation's copy of a ledger that is kept elsewhere, in blocks (Hyperledger Fabric): the newest
-- block whose statements are all here. `hash` is that of its header, which the next block must name.
CREATE TABLE followed (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    block    INTEGER NOT NULL CHECK (block >= 0),
    hash     BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
