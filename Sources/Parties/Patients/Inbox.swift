public import Contract
import Homes
import Remote
public import Workflow

extension Patient {
    /// The requests that were routed to this wallet, oldest first.
    public func inbox() async throws -> [RoutedRequest] {
        try await routed { ledger, wallet, known throws(Pause) in try ledger.inbox(wallet, known: known) }
    }

    /// The request of that id, if it was routed to this wallet.
    func routedRequest(_ id: StatementID) async throws -> RoutedRequest? {
        try await routed(about: id) { ledger, wallet, known throws(Pause) in
            try ledger.request(id, wallet, known: known).map { [$0] } ?? []
        }.first
    }

    /// The requests that letters to this wallet name, for completing an id that was typed in part: nothing is opened or
    /// verified for that, so that it costs as much as the list of letters and no more.
    public func namedRequests() async throws -> [StatementID] {
        var ids = Set<StatementID>()
        try await everywhere { joined, connection in
            let wallet = membership(joined)
            ids.formUnion(
                try await connection.read(under: nil) { ledger throws(Pause) in
                    try ledger.letters(wallet).map { $0.request }
                })
        }
        return Array(ids)
    }

    /// What is read wherever there are letters for this wallet.
    private func routed(
        about request: StatementID? = nil,
        _ read: @escaping (inout LedgerView, WalletMembership, KnownMembers) throws(Pause) -> [RoutedRequest]
    ) async throws -> [RoutedRequest] {
        var requests = [RoutedRequest]()
        let known = try knownMembers()
        try await everywhere { joined, connection in
            let wallet = membership(joined)
            let isEmpty = try await connection.read(under: nil) { ledger throws(Pause) in
                try ledger.letters(wallet, about: request).isEmpty
            }
            guard !isEmpty else { return }
            let checkpoint = try await remembered.advance(connection)
            requests += try await connection.read(under: checkpoint) { ledger throws(Pause) in
                try read(&ledger, wallet, known)
            }
        }
        return requests
    }
}
