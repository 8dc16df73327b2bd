-- A wallet whose application was rejected: it is told so until the row goes, or until it applies anew.
ALTER TABLE inboxes ADD COLUMN rejected INTEGER NOT NULL DEFAULT 0 CHECK (rejected IN (0, 1));

-- What the members of each organisation have left within a day, in days since 1970.
CREATE TABLE letter_days (
    organisation TEXT NOT NULL,
    day          INTEGER NOT NULL,
    letters      INTEGER NOT NULL,
    bytes        INTEGER NOT NULL,
    PRIMARY KEY (organisation, day)
) STRICT, WITHOUT ROWID;
