public import API
import Age
public import Contract
import Evidence
import Files
import Foundation
import Identity
import Primitives
import Remote

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
    func proxyIdentity(_ index: UInt64) -> AgeIdentity {
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

    /// Ends a grant on an entrusted record, as its delegate.
    public func revokeEntrusted(_ grant: StatementID) async throws -> Wire.Receipt {
        guard let place = joined.first else { throw PartyError.rejected(.notTheOwner) }
        let all = try await entrusted()
        return try await connected(at: place.name) { connection in
            guard let state: GrantState = try await connection.state(.grant(grant)) else {
                throw PartyError.rejected(.grantUnknown)
            }
            guard let record = all.first(where: { $0.handle == state.record }) else {
                throw PartyError.rejected(.notTheOwner)
            }
            return try await connection.submit(
                surroundings.statement(.revoke(Revoke(record: record.handle, grant: grant))),
                signedBy: wallet.proxyKey(index: record.index))
        }
    }
}
