import Contract
import FabricProtocol
import Foundation
import Identity
import Primitives
import SwiftProtobuf

/// A transaction of a block, taken apart; whose it is, and whether anything about it is right, is not known
/// yet.
struct OrderedTransaction: Sendable {
    let header: Common_ChannelHeader
    let content: EndorsedTransaction
    /// What it has read and writes, by namespace.
    let sets: [(namespace: String, set: Rwset_KVRWSet)]
    /// Whether it has anything that is not understood here, collections say.
    let hasMore: Bool
    private let envelope: Common_Envelope
    private let signatureHeader: Common_SignatureHeader

    /// Throws where something is not what it must be.
    init(_ envelope: Common_Envelope) throws(TransactionError) {
        self.envelope = envelope
        content = try EndorsedTransaction(envelope.payload) { TransactionError.malformed($0) }
        header = content.channelHeader
        do {
            signatureHeader = try Common_SignatureHeader(serializedBytes: content.header.signatureHeader)
            let results = try Rwset_TxReadWriteSet(serializedBytes: content.action.results)
            var hasMore = !results.unknownFields.data.isEmpty
            sets = try results.nsRwset.map { space in
                let set = try Rwset_KVRWSet(serializedBytes: space.rwset)
                hasMore = hasMore || !space.unknownFields.data.isEmpty || !set.unknownFields.data.isEmpty
                return (space.namespace, set)
            }
            self.hasMore = hasMore
        } catch { throw .malformed("it does not say what it has read and writes") }
        guard header.hasTimestamp, header.timestamp.seconds >= 0,
            (0..<1_000_000_000).contains(header.timestamp.nanos)
        else { throw .malformed("it has no time") }
    }

    /// Seconds since 1970, as the client says.
    var moment: UInt64 { UInt64(header.timestamp.seconds) }
    var date: Date { Date(timeIntervalSince1970: TimeInterval(header.timestamp.seconds)) }
    /// The chaincode whose answer it is.
    var chaincode: String { content.action.chaincodeID.name }

    /// What its id must be.
    var id: Digest { Digest(hashing: [UInt8](signatureHeader.nonce + signatureHeader.creator)) }

    /// What is wrong with it whatever the state is: whose signature does not hold, and, where
    /// `needsTwoKinds`, that it is not endorsed by peers of two organisations of different kinds.
    func faults(_ members: inout ChannelMembers, needsTwoKinds: Bool) -> [TransactionError] {
        var faults = [TransactionError]()
        if header.txID != id.hex { faults.append(.transactionID) }
        if let problem = clientProblem(&members) { faults.append(.clientSignature(problem)) }
        let endorsers = endorsers(&members)
        for problem in endorsers.problems { faults.append(.endorsement(problem)) }
        if needsTwoKinds, Set(endorsers.members.map(\.kind)).count < 2 {
            let names = Set(endorsers.members.map(\.organisation.description)).sorted()
            faults.append(
                .endorsement(
                    "it is endorsed by \(names.isEmpty ? "nobody" : names.joined(separator: ", ")): "
                        + "two organisations of different kinds must"))
        }
        return faults
    }

    /// The organisation whose certificate its client has; whether the signature holds `faults` says.
    func client(_ members: inout ChannelMembers) -> OrganisationName? {
        try? members.member(signatureHeader.creator, at: date).organisation
    }

    private func clientProblem(_ members: inout ChannelMembers) -> String? {
        do throws(SignerError) {
            let client = try members.member(signatureHeader.creator, at: date)
            guard [.client, .admin].contains(client.certificate.role) else {
                return
                    "it is signed by a \(client.certificate.role) of \(client.organisation), not by a client"
            }
            let isValid = P256Signature.isValid(
                [UInt8](envelope.signature), of: envelope.payload, by: client.certificate.key)
            return isValid ? nil : "its client's signature does not hold"
        } catch { return "it is signed by \(error)" }
    }

    /// Whose endorsements hold, and what is wrong with the others.
    func endorsers(
        _ members: inout ChannelMembers
    ) -> (members: [ChannelMembers.Member], problems: [String]) {
        var found = [ChannelMembers.Member]()
        var problems = [String]()
        for endorsement in content.endorsements {
            do throws(SignerError) {
                let endorser = try members.member(endorsement.endorser, at: date)
                let isValid = P256Signature.isValid(
                    [UInt8](endorsement.signature), of: content.response + endorsement.endorser,
                    by: endorser.certificate.key)
                if endorser.certificate.role != .peer {
                    problems.append(
                        "it is endorsed by a \(endorser.certificate.role) of \(endorser.organisation), not a peer"
                    )
                } else if !isValid {
                    problems.append("the endorsement of \(endorser.organisation) does not hold")
                } else {
                    found.append(endorser)
                }
            } catch { problems.append("it is endorsed by \(error)") }
        }
        return (found, problems)
    }
}

/// Why a transaction must not count.
enum TransactionError: Error, Hashable {
    case malformed(String)
    case clientSignature(String)
    case transactionID
    case duplicate
    case endorsement(String)
    case stale(String)

    /// Whether peers that call a transaction void with `code` say the same.
    func isMeant(by code: Protos_TxValidationCode) -> Bool {
        switch self {
        case .malformed:
            ![.badCreatorSignature, .badProposalTxid, .duplicateTxid, .mvccReadConflict].contains(code)
        case .clientSignature: code == .badCreatorSignature
        case .transactionID: code == .badProposalTxid
        case .duplicate: code == .duplicateTxid
        case .endorsement: code == .endorsementPolicyFailure
        case .stale: code == .mvccReadConflict || code == .phantomReadConflict
        }
    }

    var explanation: String {
        switch self {
        case .malformed(let reason): reason
        case .clientSignature(let reason): reason
        case .transactionID: "its id is not the hash of its nonce and its creator"
        case .duplicate: "its id was there before"
        case .endorsement(let reason): reason
        case .stale(let key): "it was decided on another value of \(key) than there was"
        }
    }
}
