package import API
package import Evidence
package import Files
import Foundation
import Remote

/// Files on their way into a home or an organisation's folder, all of them or none: new keys and a new certificate, or the
/// same keys under another passphrase.
///
/// `next` holds what was prepared, whole or not at all, and the statement that is to make it true; it becomes
/// `accepted` by one rename when the ledger has the statement. From then on whoever opens the home puts the
/// files of `accepted` into their places first. What needs no statement is `accepted` at once.
package struct HomeChange {
    private static let nextName = "next"
    private static let acceptedName = "accepted"
    private static let statementName = "enrolment.cose"
    private static let cardName = "card.json"

    package let home: Folder
    private var next: Folder { home.folder(Self.nextName) }
    private var accepted: Folder { home.folder(Self.acceptedName) }

    package init(_ home: Folder) { self.home = home }

    /// The signed statement of an attempt that was not finished; nil when there is none.
    package func prepared() throws -> [UInt8]? {
        home.has(Self.nextName) ? try next.read(Self.statementName) : nil
    }

    /// The card that goes with it.
    package func card() throws -> Wire.MemberCard? {
        home.has(Self.nextName) ? try JSON.decode(Wire.MemberCard.self, try next.read(Self.cardName)) : nil
    }

    package func prepare(_ statement: [UInt8], card: Wire.MemberCard, _ write: (Folder) throws -> Void) throws
    {
        try prepare(as: next) { draft in
            try write(draft)
            try draft.write(statement, as: Self.statementName)
            try draft.write(try JSON.encode(card), as: Self.cardName)
        }
    }

    /// Puts the files that `write` writes into their places. Throws `refused` while an enrolment waits for the ledger: it
    /// has files that would take the place of these.
    package func replace(_ write: (Folder) throws -> Void) throws {
        guard !home.has(Self.nextName) else {
            throw PartyError.refused(
                "\(home.path) has new keys that wait for the ledger: give the same `medseal member` command again first"
            )
        }
        try prepare(as: accepted, write)
        try settle()
    }

    private func prepare(as folder: Folder, _ write: (Folder) throws -> Void) throws {
        let draft = home.folder(".\(Self.nextName)")
        home.remove(draft.name)
        try draft.make()
        try write(draft)
        try draft.rename(to: folder)
    }

    /// The ledger will never have the statement.
    package func discard() throws(PartyError) {
        home.remove(Self.nextName)
        try PartyError.files { try home.sync() }
    }

    /// The ledger has the statement.
    package func accept() throws(PartyError) {
        try PartyError.files { try next.rename(to: accepted) }
        try settle()
    }

    /// Puts what the ledger has accepted into its place. Doing it again from the middle is harmless.
    package func settle() throws(PartyError) {
        guard home.has(Self.acceptedName) else { return }
        for name in accepted.names where name != Self.statementName && name != Self.cardName {
            guard rename(accepted.file(name), home.file(name)) == 0 else {
                throw .unavailable("cannot put \(name) into \(home.path): \(Folder.cause)")
            }
        }
        try PartyError.files {
            try home.sync()
            home.remove(Self.acceptedName)
            try home.sync()
        }
    }
}
