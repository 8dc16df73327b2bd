import FabricChaincode
import FabricProtocol
import Foundation
import GRPCCore
import SwiftProtobuf

/// What a failed call of a gateway means.
extension Gateway {
    static func failure(_ error: any Error) -> FabricError {
        guard let error = error as? RPCError else { return .unavailable("\(error)") }
        // The message alone mostly says "see attached details".
        var said = [error.message]
        for bytes in error.metadata[binaryValues: "grpc-status-details-bin"] {
            guard let status = try? Rpc_Status(serializedBytes: bytes) else { continue }
            for detail in status.details {
                guard let detail = try? Gateway_ErrorDetail(serializedBytes: detail.value) else { continue }
                said.append("\(detail.mspID): \(detail.message)")
            }
        }
        for text in said {
            guard let (status, reason) = chaincodeResponse(in: text) else { continue }
            return refusal(status, reason) ?? .unavailable(text)
        }
        let all = said.joined(separator: "; ")
        if all.contains("ProposalResponsePayloads do not match") { return .endorsementsDiffer(all) }
        return .unavailable(all)
    }

    /// What the chaincode answered, in a gateway's words: "... chaincode response 1106, the reason".
    static func chaincodeResponse(in text: String) -> (status: Int32, reason: String)? {
        guard let marker = text.range(of: "chaincode response ") else { return nil }
        let parts = text[marker.upperBound...].split(separator: ",", maxSplits: 1)
        guard let first = parts.first, let status = Int32(first) else { return nil }
        return (status, parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
    }

    static func refusal(_ status: Int32, _ reason: String) -> FabricError? {
        if (200..<400).contains(status) { return nil }
        if let code = ChaincodeOutcome.rejection(status: status) { return .rejected(code) }
        return .refused(status: status, reason)
    }
}

extension FabricError {
    /// Whether the same may succeed in a moment.
    package var isPassing: Bool {
        switch self {
        case .unavailable, .endorsementsDiffer, .void(_, .mvccReadConflict), .void(_, .phantomReadConflict):
            true
        default: false
        }
    }
}
