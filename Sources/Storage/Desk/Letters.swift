import GRDB

// Sealed letters about requests: kept until they are collected by who is asked for them, or too old.

extension DeskStore {
    public struct Letter: Hashable, Sendable {
        /// Empty for the desk.
        public let addressee: [UInt8]
        public let request: [UInt8]
        public let body: [UInt8]

        public init(addressee: [UInt8], request: [UInt8], body: [UInt8]) {
            self.addressee = addressee
            self.request = request
            self.body = body
        }
    }

    /// How many letters, and bytes of letters, one sender may leave within a day.
    public static let lettersPerDayMax = 1_000
    public static let letterBytesPerDayMax = 16 << 20
    /// The same for all members of one organisation together.
    public static let lettersPerDayOfOrganisationMax = 4_000
    public static let letterBytesPerDayOfOrganisationMax = 64 << 20
    /// What was not collected by then is forgotten: no request is good for longer than a year.
    public static let letterSeconds: UInt64 = 400 * 86_400

    /// Who leaves a letter: a member's key with the name of its organisation, or an inbox, of none.
    public struct Sender: Hashable, Sendable {
        public let key: [UInt8]
        public let organisation: String?

        public init(key: [UInt8], organisation: String? = nil) {
            self.key = key
            self.organisation = organisation
        }
    }

    /// Keeps a letter that `sender` leaves at `now`, in seconds since 1970; keeping the same bytes again changes nothing.
    /// What was kept too long goes. Throws `tooManyLetters`.
    public func keep(_ letter: Letter, digest: [UInt8], from sender: Sender, now: UInt64) throws {
        let now = Int64(clamping: now)
        try database.write { db in
            guard try !Self.exists(db, "SELECT 1 FROM letters WHERE digest = ?", digest) else { return }
            try db.execute(
                sql: "DELETE FROM letters WHERE kept < ?", arguments: [now - Int64(Self.letterSeconds)])
            let lately = try Row.fetchOne(
                db, sql: "SELECT count(*), total(length(body)) FROM letters WHERE sender = ? AND kept > ?",
                arguments: [Self.blob(sender.key), now - Self.daySeconds])
            let (count, byteCount): (Int, Double) = (lately?[0] ?? 0, lately?[1] ?? 0)
            guard count < Self.lettersPerDayMax,
                byteCount + Double(letter.body.count) <= Double(Self.letterBytesPerDayMax)
            else { throw DeskError.tooManyLetters }
            if let organisation = sender.organisation {
                try Self.count(letter, of: organisation, day: now / Self.daySeconds, db)
            }
            try db.execute(
                sql: """
                    INSERT INTO letters (digest, addressee, request, body, sender, kept) VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    Self.blob(digest), Self.blob(letter.addressee), Self.blob(letter.request),
                    Self.blob(letter.body), Self.blob(sender.key), now,
                ])
        }
    }

    private static let daySeconds: Int64 = 86_400

    /// Counts a letter of one of the organisation's members. Throws `tooManyLetters` where they have left too many that day.
    private static func count(
        _ letter: Letter, of organisation: String, day: Int64, _ db: Database
    ) throws {
        try db.execute(sql: "DELETE FROM letter_days WHERE day < ?", arguments: [day])
        try db.execute(
            sql: """
                INSERT INTO letter_days VALUES (?1, ?2, 1, ?3) ON CONFLICT (organisation, day)
                DO UPDATE SET letters = letters + 1, bytes = bytes + excluded.bytes WHERE letters < ?4 AND bytes + ?3 <= ?5
                """,
            arguments: [
                organisation, day, letter.body.count, lettersPerDayOfOrganisationMax,
                letterBytesPerDayOfOrganisationMax,
            ])
        guard db.changesCount == 1 else { throw DeskError.tooManyLetters }
    }

    public func hasLetter(digest: [UInt8]) throws -> Bool {
        try database.read { try Self.exists($0, "SELECT 1 FROM letters WHERE digest = ?", digest) }
    }

    /// The letters to any of `addressees`, in the order of their coming; about one request or all. A page of them, after the
    /// place where the last page ended, and where this one does: nil at the end.
    public func letters(
        to addressees: [[UInt8]], request: [UInt8]?, after place: Int64?
    ) throws -> (letters: [Letter], next: Int64?) {
        try database.read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT addressee, request, body, rowid FROM letters
                    WHERE addressee IN (\(addressees.map { _ in "?" }.joined(separator: ", ")))
                    AND (? IS NULL OR request = ?) AND rowid > ? ORDER BY rowid
                    """,
                arguments: StatementArguments(
                    addressees.map(Self.blob) + [
                        request.map(Self.blob) ?? .null, request.map(Self.blob) ?? .null,
                    ]
                        + [(place ?? 0).databaseValue]))
            var (page, byteCount, last) = ([Letter](), 0, place)
            while let row = try rows.next() {
                if byteCount >= Self.pageBytes { return (page, last) }
                let letter = Letter(
                    addressee: Self.bytes(row[0]), request: Self.bytes(row[1]), body: Self.bytes(row[2]))
                byteCount += letter.body.count
                last = row[3]
                page.append(letter)
            }
            return (page, nil)
        }
    }
}
