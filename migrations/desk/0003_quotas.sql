-- When a wallet applied, in seconds since 1970, and from where: a hash of its address that nobody can compute anew after a
-- restart. What waits too long goes, and where many wait from one place the oldest of those make room.
ALTER TABLE inboxes ADD COLUMN applied INTEGER NOT NULL DEFAULT 0;
ALTER TABLE inboxes ADD COLUMN origin BLOB NOT NULL DEFAULT x'';

-- Who left a letter, and when.
ALTER TABLE letters ADD COLUMN sender BLOB NOT NULL DEFAULT x'';
ALTER TABLE letters ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
CREATE INDEX letters_by_sender ON letters (sender, kept);
