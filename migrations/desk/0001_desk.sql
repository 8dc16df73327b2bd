-- What an organisation's server keeps besides ciphertext. Nothing here can be read without a key that the server has not.

-- A patient's mailbox: a random key and an age recipient, never a name. `application` is the wallet's letter, sealed to the desk.
CREATE TABLE inboxes (
    key         BLOB PRIMARY KEY NOT NULL CHECK (length(key) = 32),
    recipient   TEXT NOT NULL,
    application BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The directory: a keyed index that only the organisation's clients can compute, and the entry, sealed to the desk.
CREATE TABLE directory (
    lookup BLOB PRIMARY KEY NOT NULL CHECK (length(lookup) = 32),
    inbox  BLOB NOT NULL UNIQUE REFERENCES inboxes (key),
    entry  BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The stock of permits, each sealed to the desk. `purpose` is the record's handle or the request's id that took it.
CREATE TABLE permits (
    inbox    BLOB NOT NULL REFERENCES inboxes (key),
    position INTEGER NOT NULL CHECK (position >= 0),
    permit   BLOB NOT NULL,
    purpose  BLOB CHECK (length(purpose) = 32),
    PRIMARY KEY (inbox, position),
    UNIQUE (inbox, purpose)
) STRICT, WITHOUT ROWID;

-- Sealed letters about requests. `addressee` is a key, or empty for the desk.
CREATE TABLE letters (
    digest    BLOB PRIMARY KEY NOT NULL CHECK (length(digest) = 32),
    addressee BLOB NOT NULL CHECK (length(addressee) IN (0, 32)),
    request   BLOB NOT NULL CHECK (length(request) = 32),
    body      BLOB NOT NULL
) STRICT;
CREATE INDEX letters_by_addressee ON letters (addressee, request);

-- What members show of themselves; everything is held against the hashes in their enrolment.
CREATE TABLE member_cards (
    key         BLOB PRIMARY KEY NOT NULL CHECK (length(key) = 32),
    recipient   TEXT NOT NULL,
    certificate BLOB NOT NULL
) STRICT, WITHOUT ROWID;
