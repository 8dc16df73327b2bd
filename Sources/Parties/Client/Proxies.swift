public import API
import Age
public import Contract
public import Files
import Foundation
import Identity
import Primitives
public import Remote

/// What a guardian or proxy hands to the patient: keys by which it will act, one for each record, so that
/// none links two records.
public struct ProxyInvitation: Codable, Sendable {
    struct Place: Codable, Sendable {
        var key: PublicKey
        var recipient: String
        /// Ed25519 by `key` over `signedContent`: whoever altered the file cannot put another recipient in.
        var signature: Data

        static func signedContent(_ recipient: String, network: NetworkID) -> [UInt8] {
            Array("medseal/proxy".utf8) + [0] + network.bytes + Array(recipient.utf8)
        }
    }

    var network: NetworkID
    var places: [Place]

    public init(reading folder: Folder, _ name: String, network: NetworkID) throws(ClientFailure) {
        guard let read = try? JSON.decode(ProxyInvitation.self, try folder.read(name)),
            read.network == network
        else { throw .badInput("\(folder.file(name)) is no invitation to this network") }
        for place in read.places {
            let claim = SignatureClaim(
                key: place.key, message: Place.signedContent(place.recipient, network: network),
                signature: [UInt8](place.signature))
            guard Signatures.isValid(claim), (try? AgeRecipient(place.recipient)) != nil else {
                throw .unverified("\(folder.file(name)) was altered")
            }
        }
        self = read
    }

    fileprivate init(network: NetworkID, places: [Place]) {
        self.network = network
        self.places = places
    }

    public func write(to folder: Folder, _ name: String) throws {
        try folder.write(try JSON.pretty(self), as: name)
    }

    /// A key of it that nobody has delegated anything to yet.
    func unused(_ connection: Connection) async throws -> (key: PublicKey, recipient: AgeRecipient) {
        for place in places
        where try await connection.positions(about: place.key.bytes, kind: .delegate).isEmpty {
            return (place.key, try AgeRecipient(place.recipient))
        }
        throw ClientFailure.refused("every key of this invitation is used: ask for another one")
    }
}

/// A record that somebody else owns and that this wallet may act for.
public struct EntrustedRecord: Sendable {
    public let handle: RecordHandle
    public let state: DelegationState
    public let record: RecordState
    /// The organisations that keep it.
    public let custodians: [OrganisationName]
    let index: UInt64
}

extension Patient {
    /// How many proxy keys are looked through, and handed out at once.
    public static let proxyKeysMax = 32

    /// Keys for `count` records, numbered from `first` on.
    public func invitation(count: Int, from first: Int) throws -> ProxyInvitation {
        guard (1...Self.proxyKeysMax).contains(count), (0...1_000_000).contains(first) else {
            throw ClientFailure.badInput("an invitation has 1 to \(Self.proxyKeysMax) keys")
        }
        let places = (first..<first + count).map { number in
            let key = wallet.proxyKey(index: UInt64(number))
            let recipient = proxyIdentity(UInt64(number)).recipient.text
            return ProxyInvitation.Place(
                key: key.key, recipient: recipient,
                signature: Data(
                    key.sign(ProxyInvitation.Place.signedContent(recipient, network: network.id))))
        }
        return ProxyInvitation(network: network.id, places: places)
    }

    private func proxyIdentity(_ index: UInt64) -> AgeIdentity {
        AgeIdentity(kind: .hybrid, seed: wallet.proxySeed(index: index))
    }

    /// The records that others have entrusted to this wallet, those that are over too.
    public func entrusted() async throws -> [EntrustedRecord] {
        guard let place = joined.first else { return [] }
        return try await connected(at: place.name) { connection in
            var all = [EntrustedRecord]()
            var index: UInt64 = 0
            var unused = 0
            // As many unused keys in a row as one invitation has: nobody has been given later ones.
            while unused < Self.proxyKeysMax {
                let key = wallet.proxyKey(index: index)
                let positions = try await connection.positions(about: key.key.bytes, kind: .delegate)
                unused = positions.isEmpty ? unused + 1 : 0
                if let position = positions.last {
                    all += try await entrusted(at: position, index, key.key, connection)
                }
                index += 1
            }
            return all
        }
    }

    private func entrusted(
        at position: UInt64, _ index: UInt64, _ key: PublicKey, _ connection: Connection
    ) async throws -> [EntrustedRecord] {
        guard case .delegate(let it) = try await connection.statement(at: position).assertion,
            it.delegate == key, let record: RecordState = try await connection.state(.record(it.record)),
            let state: DelegationState = try await connection.state(.delegation(it.record, key))
        else { return [] }
        let names = network.custodians.map(\.name)
        let custody = try await connection.state(names.map { .custody(it.record, $0) })
        return [
            EntrustedRecord(
                handle: it.record, state: state, record: record,
                custodians: names.filter { custody[.custody(it.record, $0)] != nil }, index: index)
        ]
    }

    /// Fetches an entrusted record's files into `target`, as its delegate.
    public func fetchEntrusted(_ handle: RecordHandle, to target: String) async throws -> Fetching.Done {
        guard let place = joined.first else { throw Problem.rejected(.notTheOwner) }
        guard let entrusted = try await entrusted().first(where: { $0.handle == handle }) else {
            throw Problem.rejected(.notTheOwner)
        }
        guard let custodian = entrusted.custodians.first else { throw Problem.rejected(.notACustodian) }
        return try await connected(at: place.name) { connection in
            let release = Release(
                record: handle, custodian: custodian, basis: .delegate)
            let released = try await Released(
                release, by: wallet.proxyKey(index: entrusted.index), connection: connection,
                markers: home.folder.folder("releases"))
            guard let digest = entrusted.state.envelope else {
                throw Problem.rejected(.delegationTooNarrow)
            }
            let envelope = try await released.bytes(digest)
            let key = try Envelope.open(
                envelope, with: proxyIdentity(entrusted.index),
                expecting: .delegate(handle, wallet.proxyKey(index: entrusted.index).key),
                recipientHash: released.state.recipientHash)
            return try await Unpacking(spool: home.folder.folder("spool")).unpack(
                try await Unlocked(released, key, envelope: envelope), to: target, replacing: false)
        }
    }

    /// Ends a grant on an entrusted record, as its delegate.
    public func revokeEntrusted(_ grant: StatementID) async throws -> Wire.Receipt {
        guard let place = joined.first else { throw Problem.rejected(.notTheOwner) }
        let all = try await entrusted()
        return try await connected(at: place.name) { connection in
            guard let state: GrantState = try await connection.state(.grant(grant)) else {
                throw Problem.rejected(.grantUnknown)
            }
            guard let record = all.first(where: { $0.handle == state.record }) else {
                throw Problem.rejected(.notTheOwner)
            }
            return try await connection.submit(
                .make(.revoke(Revoke(record: record.handle, grant: grant)), now: machineTime()),
                signedBy: wallet.proxyKey(index: record.index))
        }
    }
}
