import Foundation
import GRDB
import Migrations

/// What one organisation's server keeps besides ciphertext: inboxes, the sealed directory, permits, letters,
/// member cards.
///
/// It sees random keys, counts and sealed bytes; a thief of its file learns no name. Every method is one
/// transaction, durable when it returns. All keys, indexes and digests are 32 bytes.
public final class DeskStore: Sendable {
    public struct Inbox: Hashable, Sendable {
        public let key: [UInt8]
        /// Its age recipient.
        public let recipient: String
        public let application: [UInt8]
    }

    public struct Entry: Hashable, Sendable {
        public let inbox: [UInt8]
        public let recipient: String
        public let entry: [UInt8]
    }

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

    public struct Card: Hashable, Sendable {
        public let key: [UInt8]
        public let recipient: String
        public let certificate: [UInt8]

        public init(key: [UInt8], recipient: String, certificate: [UInt8]) {
            self.key = key
            self.recipient = recipient
            self.certificate = certificate
        }
    }

    public static let applicationsMax = 1_000
    /// What was not admitted by then is forgotten.
    public static let applicationSeconds: UInt64 = 30 * 86_400
    /// How many permits an inbox may hand over before it is admitted, and in all.
    public static let firstPermitsMax = 20
    public static let permitsMax = 10_000
    /// How many letters, and bytes of letters, one sender may leave within a day.
    public static let lettersPerDayMax = 1_000
    public static let letterBytesPerDayMax = 16 << 20
    /// What was not collected by then is forgotten: no request is good for longer than a year.
    public static let letterSeconds: UInt64 = 400 * 86_400
    /// How many bytes of applications, or of letters, are listed at a time; one at least.
    public static let pageBytes = 4 << 20

    private let database: DatabaseQueue

    /// Opens `desk.sqlite` in `directory`, and makes it when there is none. Throws when it is damaged or
    /// cannot be written.
    public init(directory: String) throws {
        database = try DatabaseQueue(path: directory + "/desk.sqlite")
        var migrator = DatabaseMigrator()
        for migration in Migrations.desk {
            migrator.registerMigration(migration.name) { try $0.execute(sql: migration.sql) }
        }
        try migrator.migrate(database)
        // After opening: GRDB sets its own value while it opens.
        try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
    }

    public func close() throws { try database.close() }

    // MARK: Inboxes

    /// Adds an inbox at `now`, in seconds since 1970; adding the same one again changes nothing. What has waited too long
    /// goes. Where too many wait, the oldest goes of those that came from where most came from: `origin` says from where.
    public func addInbox(
        key: [UInt8], recipient: String, application: [UInt8], origin: [UInt8], now: UInt64
    ) throws {
        let now = Int64(clamping: now)
        try database.write { db in
            guard try !Self.exists(db, "SELECT 1 FROM inboxes WHERE key = ?", key) else { return }
            let old = try Row.fetchAll(
                db,
                sql: "SELECT key FROM inboxes WHERE applied < ? AND key NOT IN (SELECT inbox FROM directory)",
                arguments: [now - Int64(Self.applicationSeconds)])
            for row in old { try Self.forget(Self.bytes(row[0]), db) }
            let waiting = try Int.fetchOne(
                db, sql: "SELECT count(*) FROM inboxes WHERE key NOT IN (SELECT inbox FROM directory)")
            if waiting ?? 0 >= Self.applicationsMax {
                let oldest = try Row.fetchOne(
                    db,
                    sql: """
                        WITH waiting AS (SELECT * FROM inboxes WHERE key NOT IN (SELECT inbox FROM directory))
                        SELECT key FROM waiting WHERE origin =
                            (SELECT origin FROM waiting GROUP BY origin ORDER BY count(*) DESC, origin LIMIT 1)
                        ORDER BY applied, key LIMIT 1
                        """)
                if let oldest { try Self.forget(Self.bytes(oldest[0]), db) }
            }
            try db.execute(
                sql:
                    "INSERT INTO inboxes (key, recipient, application, applied, origin) VALUES (?, ?, ?, ?, ?)",
                arguments: [Self.blob(key), recipient, Self.blob(application), now, Self.blob(origin)])
        }
    }

    /// Forgets an inbox that was not admitted.
    private static func forget(_ key: [UInt8], _ db: Database) throws {
        try db.execute(sql: "DELETE FROM permits WHERE inbox = ?", arguments: [blob(key)])
        try db.execute(sql: "DELETE FROM inboxes WHERE key = ?", arguments: [blob(key)])
    }

    /// Inboxes that stand in no directory entry yet, after `key` in the order of their keys: a page of them, empty at the end.
    public func applications(after key: [UInt8]? = nil) throws -> [Inbox] {
        try database.read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT key, recipient, application FROM inboxes
                    WHERE key NOT IN (SELECT inbox FROM directory) AND (?1 IS NULL OR key > ?1) ORDER BY key
                    """, arguments: [key.map(Self.blob)])
            var (page, byteCount) = ([Inbox](), 0)
            while byteCount < Self.pageBytes, let row = try rows.next() {
                let inbox = Inbox(key: Self.bytes(row[0]), recipient: row[1], application: Self.bytes(row[2]))
                byteCount += inbox.application.count + inbox.recipient.utf8.count
                page.append(inbox)
            }
            return page
        }
    }

    /// Whether the inbox stands in the directory; nil when there is none of that key.
    public func isAdmitted(inbox key: [UInt8]) throws -> Bool? {
        try database.read { db in
            guard try Self.exists(db, "SELECT 1 FROM inboxes WHERE key = ?", key) else { return nil }
            return try Self.exists(db, "SELECT 1 FROM directory WHERE inbox = ?", key)
        }
    }

    /// Nil when there is no such inbox.
    public func status(ofInbox key: [UInt8]) throws -> (admitted: Bool, handedOver: Int, left: Int)? {
        try database.read { db in
            guard try Self.exists(db, "SELECT 1 FROM inboxes WHERE key = ?", key) else { return nil }
            let admitted = try Self.exists(db, "SELECT 1 FROM directory WHERE inbox = ?", key)
            let row = try Row.fetchOne(
                db, sql: "SELECT count(*), count(*) - count(purpose) FROM permits WHERE inbox = ?",
                arguments: [Self.blob(key)])
            return (admitted, row?[0] ?? 0, row?[1] ?? 0)
        }
    }

    // MARK: Permits

    /// Adds sealed permits numbered from `first`; those that are there already stay as they are.
    public func addPermits(inbox: [UInt8], first: Int, permits: [[UInt8]]) throws {
        try database.write { db in
            guard try Self.exists(db, "SELECT 1 FROM inboxes WHERE key = ?", inbox) else {
                throw DeskError.unknownInbox
            }
            let count = try Int.fetchOne(
                db, sql: "SELECT count(*) FROM permits WHERE inbox = ?", arguments: [Self.blob(inbox)])
            guard (0...(count ?? 0)).contains(first) else { throw DeskError.permitsOutOfOrder }
            let isAdmitted = try Self.exists(db, "SELECT 1 FROM directory WHERE inbox = ?", inbox)
            guard first + permits.count <= (isAdmitted ? Self.permitsMax : Self.firstPermitsMax) else {
                throw DeskError.tooManyPermits
            }
            for (offset, permit) in permits.enumerated() {
                try db.execute(
                    sql:
                        "INSERT INTO permits (inbox, position, permit) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    arguments: [Self.blob(inbox), first + offset, Self.blob(permit)])
            }
        }
    }

    /// Takes the oldest unused permit for `purpose`, or gives the one again that was taken for it; nil when
    /// none is left.
    public func takePermit(inbox: [UInt8], purpose: [UInt8]) throws -> [UInt8]? {
        try database.write { db in
            let taken = try Row.fetchOne(
                db, sql: "SELECT permit FROM permits WHERE inbox = ? AND purpose = ?",
                arguments: [Self.blob(inbox), Self.blob(purpose)])
            if let taken { return Self.bytes(taken[0]) }
            let row = try Row.fetchOne(
                db,
                sql: """
                    UPDATE permits SET purpose = ? WHERE inbox = ? AND position =
                        (SELECT min(position) FROM permits WHERE inbox = ? AND purpose IS NULL) RETURNING permit
                    """,
                arguments: [Self.blob(purpose), Self.blob(inbox), Self.blob(inbox)])
            return row.map { Self.bytes($0[0]) }
        }
    }

    // MARK: Directory

    /// Enters a patient; entering the same again replaces the sealed entry.
    public func enter(index: [UInt8], inbox: [UInt8], entry: [UInt8]) throws {
        try database.write { db in
            guard try Self.exists(db, "SELECT 1 FROM inboxes WHERE key = ?", inbox) else {
                throw DeskError.unknownInbox
            }
            let taken = try Row.fetchOne(
                db, sql: "SELECT 1 FROM directory WHERE (lookup = ?) <> (inbox = ?)",
                arguments: [Self.blob(index), Self.blob(inbox)])
            guard taken == nil else { throw DeskError.alreadyInDirectory }
            try db.execute(
                sql:
                    "INSERT INTO directory VALUES (?, ?, ?) ON CONFLICT (lookup) DO UPDATE SET entry = excluded.entry",
                arguments: [Self.blob(index), Self.blob(inbox), Self.blob(entry)])
        }
    }

    public func entry(index: [UInt8]) throws -> Entry? {
        try database.read { db in
            try Row.fetchOne(
                db,
                sql:
                    "SELECT key, recipient, entry FROM directory JOIN inboxes ON key = inbox WHERE lookup = ?",
                arguments: [Self.blob(index)]
            ).map { Entry(inbox: Self.bytes($0[0]), recipient: $0[1], entry: Self.bytes($0[2])) }
        }
    }

    // MARK: Letters

    /// Keeps a letter that `sender` leaves at `now`, in seconds since 1970; keeping the same bytes again changes nothing.
    /// What was kept too long goes.
    public func keep(_ letter: Letter, digest: [UInt8], from sender: [UInt8], now: UInt64) throws {
        let now = Int64(clamping: now)
        try database.write { db in
            guard try !Self.exists(db, "SELECT 1 FROM letters WHERE digest = ?", digest) else { return }
            try db.execute(
                sql: "DELETE FROM letters WHERE kept < ?", arguments: [now - Int64(Self.letterSeconds)])
            let lately = try Row.fetchOne(
                db, sql: "SELECT count(*), total(length(body)) FROM letters WHERE sender = ? AND kept > ?",
                arguments: [Self.blob(sender), now - 86_400])
            let (count, byteCount): (Int, Double) = (lately?[0] ?? 0, lately?[1] ?? 0)
            guard count < Self.lettersPerDayMax,
                byteCount + Double(letter.body.count) <= Double(Self.letterBytesPerDayMax)
            else { throw DeskError.tooManyLetters }
            try db.execute(
                sql: """
                    INSERT INTO letters (digest, addressee, request, body, sender, kept) VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    Self.blob(digest), Self.blob(letter.addressee), Self.blob(letter.request),
                    Self.blob(letter.body), Self.blob(sender), now,
                ])
        }
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

    // MARK: Member cards

    public func keep(_ card: Card) throws {
        try database.write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO member_cards VALUES (?, ?, ?)",
                arguments: [Self.blob(card.key), card.recipient, Self.blob(card.certificate)])
        }
    }

    public func cards() throws -> [Card] {
        try database.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM member_cards").map {
                Card(key: Self.bytes($0[0]), recipient: $0[1], certificate: Self.bytes($0[2]))
            }
        }
    }

    // MARK: Revocation list

    /// Keeps the list in place of the one before; false, and nothing changes, unless its number is greater or
    /// it is the same list.
    public func keep(revocationList list: [UInt8], number: Int64) throws -> Bool {
        try database.write { db in
            try db.execute(
                sql: """
                    INSERT INTO revocation_list VALUES (1, ?, ?) ON CONFLICT (id)
                    DO UPDATE SET number = excluded.number, list = excluded.list WHERE excluded.number > number
                    """, arguments: [number, Self.blob(list)])
            return try Row.fetchOne(
                db, sql: "SELECT 1 FROM revocation_list WHERE list = ?", arguments: [Self.blob(list)]) != nil
        }
    }

    public func revocationList() throws -> [UInt8]? {
        try database.read { db in
            try Row.fetchOne(db, sql: "SELECT list FROM revocation_list").map { Self.bytes($0[0]) }
        }
    }

    // MARK: SQLite's bytes

    private static func blob(_ bytes: [UInt8]) -> DatabaseValue {
        bytes.withUnsafeBytes { Data($0) }.databaseValue
    }
    private static func bytes(_ data: Data?) -> [UInt8] { data.map { [UInt8]($0) } ?? [] }
    private static func exists(_ db: Database, _ sql: String, _ key: [UInt8]) throws -> Bool {
        try Row.fetchOne(db, sql: sql, arguments: [blob(key)]) != nil
    }
}

/// Why the desk does not take what it is given.
public enum DeskError: Error, Equatable, Sendable {
    case unknownInbox
    /// The patient, or this inbox, stands in the directory under something else already.
    case alreadyInDirectory
    /// Permits are handed over in order, without a gap.
    case permitsOutOfOrder
    /// The inbox has so many permits here already; before it is admitted that is `firstPermitsMax`.
    case tooManyPermits
    /// The sender has left as many letters within a day as anybody may.
    case tooManyLetters
}
