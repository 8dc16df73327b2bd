public import API
public import Contract
import Homes
import Remote

extension Member {
    /// Keeps a record whatever its owner orders, until a time, openly; nil lifts the hold (registrar).
    public func hold(
        _ record: RecordHandle, reason: HoldReason, until: LedgerTime?
    ) async throws -> Wire.Receipt {
        try await say(
            .hold(Hold(organisation: organisation.name, record: record, reason: reason, until: until)))
    }
}
