import API
import Contract
import Foundation
import Homes
import Identity
import Remote
public import Workflow

extension Patient {
    /// The requests that were routed to this wallet, oldest first.
    public func inbox() async throws -> [RoutedRequest] {
        var requests = [RoutedRequest]()
        let known = try knownMembers()
        try await everywhere { joined, connection in
            let wallet = membership(joined)
            let isEmpty = try await connection.read(under: nil) { ledger throws(Pause) in
                try ledger.letters(wallet).isEmpty
            }
            guard !isEmpty else { return }
            let checkpoint = try await remembered.advance(connection)
            requests += try await connection.read(under: checkpoint) { ledger throws(Pause) in
                try ledger.inbox(wallet, known: known)
            }
        }
        return requests
    }

    /// The keys of all permits handed over, by their numbers.
    func answeringKeys(at membership: Joined, _ connection: Connection) async throws -> [PublicKey: UInt64] {
        let status: Wire.InboxStatus = try await connection.call(
            .get, Routes.Organisation(membership.name).inbox(connection.caller.key.hex))
        let count = max(membership.handedOver, status.permitsHandedOver)
        return Dictionary(
            uniqueKeysWithValues: (0..<UInt64(count)).map {
                (wallet.ownerKey(organisation: membership.name, index: $0).key, $0)
            })
    }
}
