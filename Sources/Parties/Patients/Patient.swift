import API
import Age
public import Contract
import Evidence
import Files
import Foundation
import Homes
public import Identity
import Primitives
public import Remote
import Sealing
import Synchronization

/// A patient with the wallet open. It has a connection of its own to each organisation, so that no server learns which
/// inboxes belong together.
public struct Patient: Sendable {
    /// An organisation that the wallet has an inbox at.
    public struct Joined: Codable, Sendable {
        public var name: OrganisationName
        /// How many permits were named in the application: what the short code was made of.
        public var appliedWith: Int
        /// How many permits the organisation should have in stock; 0: none are handed over unasked.
        public var stock: Int
        /// How many were handed over so far.
        public var handedOver: Int
        /// When the last that were handed over end; nil where none were by this home.
        public var permitsUntil: LedgerTime?
    }

    public let home: PatientHome
    public let wallet: Wallet
    let surroundings: Surroundings
    public internal(set) var joined: [Joined]
    /// The organisations that were away while others, with servers of their own, answered.
    public let away = Away()

    /// A list that copies of a wallet share.
    public final class Away: Sendable {
        private let found = Mutex<Set<OrganisationName>>([])

        public var names: [OrganisationName] {
            found.withLock { $0.sorted { $0.description < $1.description } }
        }

        func note(_ name: OrganisationName) { _ = found.withLock { $0.insert(name) } }
    }

    public var network: Network { home.network }
    /// The newest checkpoint that this home has seen.
    var remembered: RememberedCheckpoint { RememberedCheckpoint(folder: home.folder) }

    /// The identity that the names of the organisations are sealed to: only the wallet opens them.
    var ownIdentity: AgeIdentity { wallet.ownIdentity }

    func inboxIdentity(_ organisation: OrganisationName) -> AgeIdentity {
        wallet.inboxIdentity(organisation: organisation)
    }

    mutating func readJoined() throws {
        guard home.folder.has(PatientHome.organisationsName) else { return }
        let sealed = try home.folder.read(PatientHome.organisationsName)
        do {
            joined = try JSON.decode([Joined].self, try open(sealed, with: .identity(ownIdentity)))
        } catch {
            throw PartyError.unverified(
                "\(home.folder.file(PatientHome.organisationsName)) is not this wallet's")
        }
    }

    func writeJoined() throws {
        let sealed = try seal(try JSON.encode(joined), for: .recipients([ownIdentity.recipient]))
        try home.folder.write(sealed, as: PatientHome.organisationsName)
    }

    /// Remembers a membership beside what other processes of this home have remembered meanwhile.
    mutating func set(_ membership: Joined) throws {
        try home.folder.exclusively {
            try readJoined()
            var membership = membership
            if let other = joined.first(where: { $0.name == membership.name }) {
                membership.handedOver = max(membership.handedOver, other.handedOver)
            }
            joined.removeAll { $0.name == membership.name }
            joined.append(membership)
            joined.sort { $0.name.description < $1.name.description }
            try writeJoined()
        }
    }

    /// Runs `body` with a connection that calls as the inbox at `organisation`, whose server knows no other.
    func connected<Result>(
        at organisation: OrganisationName, _ body: (Connection) async throws -> Result
    ) async throws -> Result {
        try await Connection.open(
            network, caller: wallet.inboxKey(organisation: organisation), home: organisation,
            memory: home.folder, surroundings: surroundings, body)
    }

    /// Runs `body` with a connection to each organisation that the wallet has joined and that has admitted it: there is
    /// nothing of it at others. One whose own server cannot be reached is left out and noted, unless all are.
    ///
    /// Throws `refused` where none of them has admitted it yet, or has rejected it.
    func everywhere(_ body: (Joined, Connection) async throws -> Void) async throws {
        var failures = [PartyError]()
        var isAdmitted = joined.isEmpty
        var rejecting: OrganisationName?
        for membership in joined {
            do {
                let status = try await status(at: membership.name)
                if status?.rejected == true { rejecting = membership.name }
                guard status?.admitted == true else { continue }
                isAdmitted = true
                try await connected(at: membership.name) { try await body(membership, $0) }
            } catch let failure as PartyError
                where failure.code == .unavailable && network.hasSeveralServers
            {
                failures.append(failure)
                away.note(membership.name)
            }
        }
        if let failure = failures.first, failures.count == joined.count { throw failure }
        guard isAdmitted || !failures.isEmpty else {
            if let rejecting { throw Self.rejected(rejecting) }
            throw PartyError.refused(
                "no organisation that this wallet has joined has admitted it yet: show its short code at the desk"
            )
        }
    }
}
