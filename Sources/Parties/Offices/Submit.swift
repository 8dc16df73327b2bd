public import API
import Homes
import Remote
public import Workflow

extension Office {
    /// Has a draft ordered to which all have agreed; where it replaced this organisation's root, the new one takes
    /// its place in the folder.
    public func submit(_ draft: StatementDraft) async throws -> Wire.Receipt {
        let receipt = try await draft.submit(by: try requireRoot(), connection)
        _ = try await keys.root.current(in: network, surroundings)
        return receipt
    }
}
