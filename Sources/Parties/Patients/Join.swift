public import API
import Age
public import Contract
import Evidence
import Foundation
import Identity
import Primitives
import Remote
import Sealing
import Workflow

// Joining an organisation, and the stock of permits there.

extension Patient {
    public static let stockDefault = 20
    static let permitDays: UInt64 = 730
    /// So long before their end permits are renewed.
    private static let renewalDays: UInt64 = 30

    /// What both sides compare after a patient has joined.
    public struct Joining: Sendable {
        public let organisation: OrganisationName
        public let shortCode: String
        public let permits: Int
    }

    /// Introduces the wallet to an organisation and hands it a stock of permits. To join again changes
    /// nothing but the stock.
    public mutating func join(_ name: OrganisationName, permits: Int) async throws -> Joining {
        let organisation = try network.organisation(name)
        guard organisation.kind.isCustodian else {
            throw PartyError.badInput(
                "\(name) keeps no records: a patient joins hospitals and laboratories")
        }
        guard (0...Wire.permitsPerCallMax).contains(permits) else {
            throw PartyError.badInput("a stock has 0 to \(Wire.permitsPerCallMax) permits")
        }
        // Before anything is sent: who comes back after a crash applies with the same permits, and gets the
        // same short code.
        if !joined.contains(where: { $0.name == name }) {
            try set(Joined(name: name, appliedWith: permits, stock: permits, handedOver: 0))
        }
        guard let membership = joined.first(where: { $0.name == name }) else {
            preconditionFailure("an organisation that was just joined")
        }
        let inbox = wallet.inboxKey(organisation: name).key
        let recipient = inboxIdentity(name).recipient.text
        let keys = (0..<membership.appliedWith).map {
            wallet.ownerKey(organisation: name, index: UInt64($0)).key
        }
        let letter = ApplicationLetter(inbox: inbox, recipient: recipient, permits: keys)
        let body = try Letter.seal(letter, to: organisation.deskRecipient)
        try await connected(at: name) { connection in
            try await connection.call(
                .post, Routes.Organisation(name).inboxes,
                json: Wire.Application(inbox: inbox, recipient: recipient, letter: Data(body)))
        }
        try await topUp(name, to: max(permits, membership.appliedWith))
        return Joining(organisation: name, shortCode: letter.shortCode, permits: membership.appliedWith)
    }

    /// What the organisation says of the inbox; nil when it knows none.
    public func status(at name: OrganisationName) async throws -> Wire.InboxStatus? {
        let inbox = wallet.inboxKey(organisation: name).key
        do {
            return try await connected(at: name) { connection in
                try await connection.call(.get, Routes.Organisation(name).inbox(inbox.hex))
            }
        } catch let problem as Problem where problem.type == .notFound {
            return nil
        }
    }

    /// Hands over permits until `stock` are unused. Gives the number handed over.
    @discardableResult
    public mutating func topUp(_ name: OrganisationName, to stock: Int) async throws -> Int {
        let organisation = try network.organisation(name)
        guard let status = try await status(at: name),
            var membership = joined.first(where: { $0.name == name })
        else {
            throw PartyError.refused("the wallet has not joined \(name)")
        }
        guard !status.rejected else { throw Self.rejected(name) }
        // Before the wallet is admitted the organisation takes a first stock; the rest follows by itself.
        let room = status.admitted ? Wire.permitsMax : Wire.firstPermitsMax
        let missing = min(
            max(0, stock - status.permitsLeft), max(0, room - status.permitsHandedOver),
            Wire.permitsPerCallMax)
        if missing > 0 {
            let first = status.permitsHandedOver
            let notAfter = (surroundings.now() + Self.permitDays * 86_400).quarterEnded
            let permits = try (first..<first + missing).map { index in
                Data(try sealedPermit(UInt64(index), for: organisation, notAfter: notAfter))
            }
            try await connected(at: name) { connection in
                try await connection.call(
                    .post, Routes.Organisation(name).permits(wallet.inboxKey(organisation: name).key.hex),
                    json: Wire.Permits(first: first, permits: permits))
            }
        }
        if missing > 0 {
            membership.permitsUntil = (surroundings.now() + Self.permitDays * 86_400).quarterEnded
        }
        membership.handedOver = max(membership.handedOver, status.permitsHandedOver + missing)
        membership.stock = stock
        try set(membership)
        return missing
    }

    static func rejected(_ name: OrganisationName) -> PartyError {
        .refused(
            "\(name) has rejected this wallet's application: ask at its desk, then apply anew with medseal wallet join"
        )
    }

    /// A permit on its way to the organisation's desk.
    func sealedPermit(
        _ index: UInt64, for organisation: Network.Organisation, notAfter: LedgerTime
    ) throws -> [UInt8] {
        let name = organisation.name
        let permit = Permit.signed(
            key: wallet.ownerKey(organisation: name, index: index), organisation: name, notAfter: notAfter,
            network: network.id)
        let content = PermitLetter.signedContent(permit: permit, organisation: name, network: network.id)
        let signature = wallet.inboxKey(organisation: name).sign(content)
        let letter = PermitLetter(permit: permit, signature: signature)
        return try Letter.seal(letter, to: organisation.deskRecipient)
    }

    private mutating func keepStock(_ stock: Int, at name: OrganisationName) throws {
        guard var membership = joined.first(where: { $0.name == name }) else { return }
        membership.stock = stock
        try set(membership)
    }

    /// Fills every stock that has fallen below a quarter, or of which the last permits end within 30 days. Gives what was handed over.
    @discardableResult
    public mutating func topUpWhereLow() async throws -> [(organisation: OrganisationName, permits: Int)] {
        var filled = [(organisation: OrganisationName, permits: Int)]()
        let away = away.names
        for membership in joined where membership.stock > 0 && !away.contains(membership.name) {
            guard let status = try await status(at: membership.name), !status.rejected else { continue }
            let end = membership.permitsUntil ?? .max
            if surroundings.now() + Self.renewalDays * 86_400 >= end {
                // Those that are left end soon: as many new ones come after them.
                let stock = status.permitsLeft + membership.stock
                let permits = try await topUp(membership.name, to: stock)
                try keepStock(membership.stock, at: membership.name)
                filled.append((membership.name, permits))
            } else if status.permitsLeft * 4 < membership.stock {
                filled.append((membership.name, try await topUp(membership.name, to: membership.stock)))
            }
        }
        return filled
    }

    /// Finds the organisations that this wallet has joined, after it was recovered from its code.
    public mutating func findJoined() async throws {
        for organisation in network.custodians {
            guard let status = try await status(at: organisation.name) else { continue }
            try set(
                Joined(
                    name: organisation.name, appliedWith: 0,
                    stock: status.permitsHandedOver > 0 ? Self.stockDefault : 0,
                    handedOver: status.permitsHandedOver))
        }
    }
}
