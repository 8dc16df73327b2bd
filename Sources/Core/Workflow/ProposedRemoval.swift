public import Contract
public import Evidence
public import Sealing

/// The erasure of records that their custodian asks for: what a patient is about to order.
public struct ProposedRemoval: Sendable {
    public let request: RoutedRequest
    /// Who asks, of the custodian.
    public let requester: VerifiedMember
    public let records: [OwnRecord]

    /// The removal of `handles`, each named by the patient, of the wallet's `records`. Throws `badInput` where `request`
    /// asks for something else or the custodian keeps no such record, `rejected` for a record that is gone, and why the
    /// requester is not to be trusted.
    public init(
        of request: RoutedRequest, records handles: [RecordHandle], of records: [OwnRecord]
    ) throws(PartyError) {
        guard request.purpose == .removal else {
            throw .badInput(
                "the request \(request.id) does not ask for a removal: leave out --removal to grant what it asks for"
            )
        }
        switch request.requester {
        case .success(let member): requester = member
        case .failure(let failure): throw failure
        }
        self.request = request
        self.records = try request.chosen(handles, of: records)
    }
}
