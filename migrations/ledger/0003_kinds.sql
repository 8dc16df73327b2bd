-- Every entry is also found under the empty subject: that is the list of all entries of one kind.
INSERT INTO subjects (subject, kind, position) SELECT DISTINCT x'', kind, position FROM subjects;
