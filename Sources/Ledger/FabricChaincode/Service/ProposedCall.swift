import FabricProtocol
import Foundation
import SwiftProtobuf

/// The call in a client's proposal, which a peer passes on with the transaction.
struct ProposedCall {
    /// The arguments, the function's name first.
    let arguments: [[UInt8]]
    /// The transaction's time as the client claims it, in seconds since 1970: the same on all peers.
    let moment: UInt64

    /// Throws `proposalMalformed` unless the proposal in `message` is for this very transaction: of its
    /// channel and id, with a time, and with the arguments that the peer hands over.
    init(_ message: Protos_ChaincodeMessage) throws(ChaincodeError) {
        do {
            let input = try Protos_ChaincodeInput(serializedBytes: message.payload)
            let proposal = try Protos_Proposal(serializedBytes: message.proposal.proposalBytes)
            let header = try Common_Header(serializedBytes: proposal.header)
            let channel = try Common_ChannelHeader(serializedBytes: header.channelHeader)
            let payload = try Protos_ChaincodeProposalPayload(serializedBytes: proposal.payload)
            let proposed = try Protos_ChaincodeInvocationSpec(serializedBytes: payload.input)
            guard channel.type == Int32(Common_HeaderType.endorserTransaction.rawValue),
                channel.channelID == message.channelID, channel.txID == message.txid,
                proposed.chaincodeSpec.input.args == input.args, channel.hasTimestamp,
                channel.timestamp.seconds >= 0, (0..<1_000_000_000).contains(channel.timestamp.nanos)
            else { throw ChaincodeError(.proposalMalformed) }
            arguments = input.args.map { [UInt8]($0) }
            moment = UInt64(channel.timestamp.seconds)
        } catch {
            throw ChaincodeError(.proposalMalformed)
        }
    }
}
