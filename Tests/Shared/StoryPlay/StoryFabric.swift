import Contract
import FabricChaincode
import Foundation
import Testing

@testable import FabricChannel

extension Story {
    /// Serves `chaincode` in the place of the organisation's own, until the task is cancelled.
    func serve(_ chaincode: ConsentChaincode, for organisation: String) throws -> Task<Void, any Error> {
        let program = "chaincode-\(organisation)"
        try fabric("stop", program)
        let programs = String(decoding: try bytes("net/fabric/programs"), as: UTF8.self)
        let line = try #require(programs.split(separator: "\n").first { $0.hasPrefix("\(program) ") })
        let port = try #require(line.split(separator: " ")[2].split(separator: ":").last.flatMap { Int($0) })
        let package = String(decoding: try bytes("net/fabric/package-id"), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        func file(_ name: String) throws -> [UInt8] {
            [UInt8](try bytes("net/fabric/\(organisation)/chaincode/\(name)"))
        }
        let server = ChaincodeServer(
            ChaincodeService(chaincode, packageID: package), host: "127.0.0.1", port: port,
            security: .mutualTLS(
                certificates: try file("certificate.pem"), privateKey: try file("key.pem"),
                clientRoots: try file("client-roots.pem")))
        return Task { try await server.run() }
    }
}

extension Gateway {
    /// The values of `keys`, of those that have one, as the peer of `organisation` tells them.
    func values(of keys: [StateKey], at organisation: String) async throws -> [StateKey: [UInt8]] {
        var values: [StateKey: [UInt8]] = [:]
        for start in stride(from: 0, to: keys.count, by: ChaincodeInvocation.itemsMax) {
            let page = Array(keys[start..<min(start + ChaincodeInvocation.itemsMax, keys.count)])
            let answer = try await evaluate(
                ChaincodeInvocation.read(keys: page).arguments, of: profile.chaincode, by: [organisation])
            guard case .array(let items) = try CBOR.decode(answer), items.count == page.count else {
                throw CBOR.Malformed("not a value for each key")
            }
            for (key, item) in zip(page, items) { if case .bytes(let value) = item { values[key] = value } }
        }
        return values
    }
}
