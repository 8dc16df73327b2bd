import FabricProtocol
import Foundation
import Primitives
import SwiftProtobuf

/// A transaction taken apart (`common.Payload` of type ENDORSER_TRANSACTION).
struct EndorsedTransaction: Sendable {
    let header: Common_Header
    let channelHeader: Common_ChannelHeader
    /// A ChaincodeProposalPayload.
    let proposalPayload: Data
    /// A ProposalResponsePayload, which the endorsers have signed.
    let response: Data
    let action: Protos_ChaincodeAction
    let endorsements: [Protos_Endorsement]

    /// Throws what `failure` makes of a reason when `payload` is no transaction with one action whose header
    /// and proposal hash are its own.
    init<Failure: Error>(_ payload: Data, failure: (String) -> Failure) throws(Failure) {
        do {
            let payload = try Common_Payload(serializedBytes: payload)
            header = payload.header
            channelHeader = try Common_ChannelHeader(serializedBytes: header.channelHeader)
            let transaction = try Protos_Transaction(serializedBytes: payload.data)
            guard transaction.actions.count == 1, let action = transaction.actions.first else {
                throw Malformed("a transaction has one action")
            }
            guard action.header == header.signatureHeader else {
                throw Malformed("its action has another header")
            }
            let content = try Protos_ChaincodeActionPayload(serializedBytes: action.payload)
            proposalPayload = content.chaincodeProposalPayload
            response = content.action.proposalResponsePayload
            endorsements = content.action.endorsements
            let answer = try Protos_ProposalResponsePayload(serializedBytes: response)
            let asked = header.channelHeader + header.signatureHeader + proposalPayload
            guard [UInt8](answer.proposalHash) == SHA256.digest([UInt8](asked)) else {
                throw Malformed("its proposal hash is another's")
            }
            self.action = try Protos_ChaincodeAction(serializedBytes: answer.extension)
        } catch let malformed as Malformed {
            throw failure(malformed.reason)
        } catch { throw failure("it is no transaction") }
    }

    private struct Malformed: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    /// The chaincode's arguments, the function's name first; nil when they are no invocation of `chaincode`.
    func arguments(of chaincode: String) -> [[UInt8]]? {
        guard let payload = try? Protos_ChaincodeProposalPayload(serializedBytes: proposalPayload),
            let invocation = try? Protos_ChaincodeInvocationSpec(serializedBytes: payload.input),
            invocation.chaincodeSpec.chaincodeID.name == chaincode,
            action.chaincodeID.name == chaincode
        else { return nil }
        return invocation.chaincodeSpec.input.args.map { [UInt8]($0) }
    }
}
