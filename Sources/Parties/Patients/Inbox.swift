import Homes
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
}
