public import API
public import Contract
import Homes
import Remote

/// A record that its owner has ordered to be erased and that a custodian has not attested yet.
public struct OrderedRemoval: Sendable {
    public let record: RecordHandle
    public let since: LedgerTime
    /// Why and until when the custodian has to keep it nevertheless.
    public let held: HoldState?
}

extension Member {
    /// Attests that what had to be erased is gone. The server erases it before it has that ordered.
    public func attestErasure(of record: RecordHandle) async throws -> Wire.Receipt {
        try await say(.attestErasure(AttestErasure(organisation: organisation.name, record: record)))
    }

    /// What this custodian still has to erase.
    public func removals() async throws -> [OrderedRemoval] {
        var all = [OrderedRemoval]()
        for position in try await connection.positions(about: nil, kind: .remove) {
            guard case .remove(let it) = try await connection.statement(at: position).assertion,
                let record: RecordState = try await connection.state(.record(it.record)),
                let removed = record.removed,
                let custody: CustodyState = try await connection.state(
                    .custody(it.record, organisation.name)),
                custody.erased == nil
            else { continue }
            all.append(OrderedRemoval(record: it.record, since: removed, held: custody.hold))
        }
        return all
    }
}
