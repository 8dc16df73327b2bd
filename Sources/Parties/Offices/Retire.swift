public import API
public import Contract
import Evidence
public import Identity
import Remote

extension Office {
    /// Ends a member's key at once and puts its certificate onto the revocation list. A key that was ended
    /// before only gets the list, and no receipt.
    @discardableResult
    public func retire(
        _ key: PublicKey, reason: RevocationList.Reason = .cessationOfOperation
    ) async throws -> Wire.Receipt? {
        var receipt: Wire.Receipt?
        do {
            receipt = try await say(.retire(Retire(organisation: name, member: key)))
        } catch let error as PartyError where error.rejection == .memberRetired {
            receipt = nil
        }
        try await publishRevocationList(after: receipt, reasons: [key: reason])
        return receipt
    }
}
