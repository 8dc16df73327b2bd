import Contract
import FabricProtocol
import Foundation
import Primitives
import SwiftProtobuf

/// What a client asks a chaincode to do, signed; and what must come back before the client signs again.
struct Proposal: Sendable {
    let transactionID: String
    let channel: String
    let chaincode: String
    let signed: Protos_SignedProposal
    private let header: Common_Header
    /// A ChaincodeProposalPayload; it has no transient map, so that it stands in the transaction as it is here.
    private let payload: Data

    /// `arguments` begin with the function's name; `moment` is the transaction's time, seconds since 1970.
    init(
        channel: String, chaincode: String, arguments: [[UInt8]], by identity: FabricIdentity, at moment: Date
    ) {
        let nonce = Data(Random.bytes(24))
        transactionID = lowercaseHex(SHA256.digest([UInt8](nonce + identity.serialized)))
        self.channel = channel
        self.chaincode = chaincode

        var id = Protos_ChaincodeID()
        id.name = chaincode
        var spec = Protos_ChaincodeSpec()
        spec.type = .golang
        spec.chaincodeID = id
        spec.input.args = arguments.map { Data($0) }
        var invocation = Protos_ChaincodeInvocationSpec()
        invocation.chaincodeSpec = spec
        var payload = Protos_ChaincodeProposalPayload()
        payload.input = invocation.bytes
        self.payload = payload.bytes

        var headerExtension = Protos_ChaincodeHeaderExtension()
        headerExtension.chaincodeID = id
        var channelHeader = Common_ChannelHeader()
        channelHeader.type = Int32(Common_HeaderType.endorserTransaction.rawValue)
        channelHeader.timestamp = Google_Protobuf_Timestamp(date: moment)
        channelHeader.channelID = channel
        channelHeader.txID = transactionID
        channelHeader.extension = headerExtension.bytes
        var signatureHeader = Common_SignatureHeader()
        signatureHeader.creator = identity.serialized
        signatureHeader.nonce = nonce
        var header = Common_Header()
        header.channelHeader = channelHeader.bytes
        header.signatureHeader = signatureHeader.bytes
        self.header = header

        var proposal = Protos_Proposal()
        proposal.header = header.bytes
        proposal.payload = self.payload
        var signed = Protos_SignedProposal()
        signed.proposalBytes = proposal.bytes
        signed.signature = identity.sign(signed.proposalBytes)
        self.signed = signed
    }

    /// What the chaincode answers in a transaction that a gateway has prepared.
    ///
    /// Throws `altered` unless it is the transaction of this very proposal: same header, same arguments, the
    /// chaincode that was asked, one action, endorsed. Who signs it signs nothing else.
    func answer(in prepared: Common_Envelope) throws(FabricError) -> Protos_Response {
        let transaction = try EndorsedTransaction(prepared.payload) { FabricError.altered($0) }
        guard transaction.header == header else { throw .altered("it has another header") }
        guard transaction.proposalPayload == payload else { throw .altered("it has other arguments") }
        guard transaction.action.chaincodeID.name == chaincode else {
            throw .altered("another chaincode has answered")
        }
        guard !transaction.endorsements.isEmpty else { throw .altered("nobody has endorsed it") }
        return transaction.action.response
    }
}
