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
    /// How many bytes of applications, cards or letters are listed at a time; one at least.
    public static let pageBytes = 4 << 20

    let database: DatabaseQueue

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

    private static let waiting = "rejected = 0 AND key NOT IN (SELECT inbox FROM directory)"

    /// Adds an inbox at `now`, in seconds since 1970; adding the same one again changes nothing, unless it was rejected:
    /// then it waits anew. What has waited too long
    /// goes. Where too many wait, the oldest goes of those that came from where most came from: `origin` says from where.
    public func addInbox(
        key: [UInt8], recipient: String, application: [UInt8], origin: [UInt8], now: UInt64
    ) throws {
        let now = Int64(clamping: now)
        try database.write { db in
            guard try !Self.exists(db, "SELECT 1 FROM inboxes WHERE key = ? AND rejected = 0", key) else {
                return
            }
            let old = try Row.fetchAll(
                db,
                sql: "SELECT key FROM inboxes WHERE applied < ? AND key NOT IN (SELECT inbox FROM directory)",
                arguments: [now - Int64(Self.applicationSeconds)])
            for row in old { try Self.forget(Self.bytes(row[0]), db) }
            let waiting = try Int.fetchOne(
                db, sql: "SELECT count(*) FROM inboxes WHERE \(Self.waiting)")
            if waiting ?? 0 >= Self.applicationsMax {
                let oldest = try Row.fetchOne(
                    db,
                    sql: """
                        WITH waiting AS (SELECT * FROM inboxes WHERE \(Self.waiting))
                        SELECT key FROM waiting WHERE origin =
                            (SELECT origin FROM waiting GROUP BY origin ORDER BY count(*) DESC, origin LIMIT 1)
                        ORDER BY applied, key LIMIT 1
                        """)
                if let oldest { try Self.forget(Self.bytes(oldest[0]), db) }
            }
            try db.execute(
                sql:
                    "INSERT OR REPLACE INTO inboxes (key, recipient, application, applied, origin) VALUES (?, ?, ?, ?, ?)",
                arguments: [Self.blob(key), recipient, Self.blob(application), now, Self.blob(origin)])
        }
    }

    /// Rejects an application at `now`, in seconds since 1970: its letter and its permits go. Throws `unknownInbox` unless it
    /// waits.
    public func reject(inbox key: [UInt8], now: UInt64) throws {
        try database.write { db in
            try db.execute(
                sql:
                    "UPDATE inboxes SET rejected = 1, application = x'', applied = ? WHERE key = ? AND \(Self.waiting)",
                arguments: [Int64(clamping: now), Self.blob(key)])
            guard db.changesCount == 1 else { throw DeskError.unknownInbox }
            try db.execute(sql: "DELETE FROM permits WHERE inbox = ?", arguments: [Self.blob(key)])
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
                    WHERE \(Self.waiting) AND (?1 IS NULL OR key > ?1) ORDER BY key
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

    /// What an inbox is told of itself.
    public struct Status: Hashable, Sendable {
        public let admitted: Bool
        public let rejected: Bool
        /// Permits handed over, and those still unused.
        public let handedOver: Int
        public let left: Int
    }

    /// Nil when there is no such inbox.
    public func status(ofInbox key: [UInt8]) throws -> Status? {
        try database.read { db in
            guard
                let rejected = try Bool.fetchOne(
                    db, sql: "SELECT rejected FROM inboxes WHERE key = ?", arguments: [Self.blob(key)])
            else { return nil }
            let admitted = try Self.exists(db, "SELECT 1 FROM directory WHERE inbox = ?", key)
            let row = try Row.fetchOne(
                db, sql: "SELECT count(*), count(*) - count(purpose) FROM permits WHERE inbox = ?",
                arguments: [Self.blob(key)])
            return Status(
                admitted: admitted, rejected: rejected, handedOver: row?[0] ?? 0, left: row?[1] ?? 0)
        }
    }

    // MARK: Permits

    /// Adds sealed permits numbered from `first`; those that are there already stay as they are.
    public func addPermits(inbox: [UInt8], first: Int, permits: [[UInt8]]) throws {
        try database.write { db in
            guard try Self.exists(db, "SELECT 1 FROM inboxes WHERE key = ? AND rejected = 0", inbox) else {
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
            guard try Self.exists(db, "SELECT 1 FROM inboxes WHERE key = ? AND rejected = 0", inbox) else {
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

    // MARK: Member cards

    public func keep(_ card: Card) throws {
        try database.write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO member_cards VALUES (?, ?, ?)",
                arguments: [Self.blob(card.key), card.recipient, Self.blob(card.certificate)])
        }
    }

    /// The cards after `key` in the order of their keys: a page of them, empty at the end.
    public func cards(after key: [UInt8]? = nil) throws -> [Card] {
        try database.read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT key, recipient, certificate FROM member_cards WHERE ?1 IS NULL OR key > ?1
                    ORDER BY key LIMIT \(Self.pageCards)
                    """, arguments: [key.map(Self.blob)])
            var (page, byteCount) = ([Card](), 0)
            while byteCount < Self.pageBytes, let row = try rows.next() {
                let card = Self.card(row)
                byteCount += card.certificate.count + card.recipient.utf8.count
                page.append(card)
            }
            return page
        }
    }

    private static let pageCards = 500

    /// Nil where the member has shown none here.
    public func card(of key: [UInt8]) throws -> Card? {
        try database.read { db in
            try Row.fetchOne(
                db, sql: "SELECT key, recipient, certificate FROM member_cards WHERE key = ?",
                arguments: [Self.blob(key)]
            ).map(Self.card)
        }
    }

    private static func card(_ row: Row) -> Card {
        Card(key: bytes(row[0]), recipient: row[1], certificate: bytes(row[2]))
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

    static func blob(_ bytes: [UInt8]) -> DatabaseValue {
        bytes.withUnsafeBytes { Data($0) }.databaseValue
    }
    static func bytes(_ data: Data?) -> [UInt8] { data.map { [UInt8]($0) } ?? [] }
    static func exists(_ db: Database, _ sql: String, _ key: [UInt8]) throws -> Bool {
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
    /// The sender, or its organisation, has left as many letters within a day as it may.
    case tooManyLetters
}
