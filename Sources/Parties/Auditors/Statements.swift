public import API
public import Contract
import Identity
public import Remote

/// A statement as it stands in the log.
public struct ListedStatement: Encodable, Sendable {
    public let position: UInt64
    public let time: LedgerTime
    public let kind: String
    public let statement: StatementID
    public let signer: PublicKey
}

extension Auditor {
    /// Up to `limit` (at most 1,000) of the statements that `query` looks for, after `position`, in rising order;
    /// their signatures hold.
    public func statements(
        _ query: Connection.Query, after position: UInt64? = nil, limit: Int
    ) async throws -> [ListedStatement] {
        var all = [ListedStatement]()
        for position in try await connection.positions(of: query, after: position, limit: limit) {
            let (entry, statement) = try await connection.logEntry(at: position)
            all.append(
                ListedStatement(
                    position: position, time: entry.time, kind: "\(statement.assertion.kind)",
                    statement: statement.id, signer: statement.caller))
        }
        return all
    }

    /// Hands every statement after `position` to `receive` as it is committed, until the task is cancelled.
    public func follow(
        after position: UInt64?, _ receive: (Wire.Event) async throws -> Void
    ) async throws {
        try await connection.follow(after: position, receive)
    }
}
