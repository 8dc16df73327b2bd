import Contract
import FabricChaincode
import Foundation
import Identity
import Testing

@testable import ContractCases
@testable import SignedCases
@testable import Surroundings

@Suite("The chaincode's other functions") struct BeginTests {
    @Test("a network begins with its genesis, once")
    func begin() throws {
        var channel = try TestChannel()
        let statement = ChaincodeInvocation.submit(statement: World.signed.accepted[0].message)
        #expect(channel.run(statement, at: 50).refusal == .notBegun)
        #expect(channel.run(.status, at: 50).payload == CBOR.array([.null, .null]).encoded())
        let outcome = channel.run(.begin(checkpoint: nil), at: 50)
        #expect(outcome.contractWrites == Cast.signed.genesis.writes)
        #expect(outcome.writes.suffix(2).map(\.key) == ["network", "clock"])
        #expect(channel.clock == Cast.signed.genesis.created)
        #expect(outcome.event?.name == "begin" && outcome.event?.payload == outcome.payload)
        let receipt = try ChaincodeReceipt(event: "begin", payload: outcome.payload)
        #expect(receipt == .begin(Cast.signed.network, entries: 0))
        let network = try ChannelNetwork.decode(channel.values["network"]!)
        #expect(network.network == Cast.signed.network && network.progress == nil && network.isOpen)
        #expect(channel.run(.begin(checkpoint: nil), at: 60).refusal == .alreadyBegun)
        #expect(channel.run(statement, at: 50).status == 200)
    }

    @Test("what is read: values in the order of the keys, null where there is none")
    func read() throws {
        let channel = try TestChannel.populated()
        let hospital = StateKey.organisation(OrganisationName("hospital1")!)
        let keys = [hospital, .network, .grant(Cast.signed.named("none")), hospital]
        let outcome = channel.outcome(of: ChaincodeInvocation.read(keys: keys).arguments, at: 50)
        let values = keys.map { channel.contract[$0].map { CBOR.bytes($0) } ?? .null }
        #expect(outcome == .done(payload: CBOR.array(values).encoded()))
        #expect(values[2] == .null && values[0] != .null)
        let status = channel.outcome(of: ChaincodeInvocation.status.arguments, at: 50)
        #expect(
            status.payload
                == CBOR.array(["network", "clock"].map { .bytes(channel.values[$0]!) }).encoded())
    }

    @Test("other functions and other numbers of arguments are refused")
    func arguments() throws {
        let channel = try TestChannel.populated()
        func arguments(_ words: [String]) -> [[UInt8]] { words.map { Array($0.utf8) } }
        let many = [String](repeating: "x", count: 1001)
        let malformed = [
            ["submit"], ["submit", "a", "b"], ["read"], ["read", ""], ["read"] + many, ["status", "a"],
            ["begin", "a", "b"], ["import"], ["import"] + many,
            ["read", String(repeating: "x", count: 256)],
        ]
        for words in malformed {
            let outcome = channel.outcome(of: arguments(words), at: 50)
            #expect(outcome.refusal == .malformedArguments, "\(words.prefix(3))")
            #expect(outcome.status == 502)
        }
        for words in [[], [""], ["Submit", "a"], ["init"], ["query", "a"]] {
            #expect(channel.outcome(of: arguments(words), at: 50).refusal == .unknownFunction)
        }
        #expect(channel.outcome(of: [[0xff], [1]], at: 50).refusal == .unknownFunction)
        let invocations: [ChaincodeInvocation] = [
            .submit(statement: [1]), .read(keys: [.network]), .status, .begin(checkpoint: nil),
            .begin(checkpoint: [1]), .import(leaves: [[1], [2]]),
        ]
        for invocation in invocations {
            #expect(try ChaincodeInvocation(arguments: invocation.arguments) == invocation)
        }
    }

    @Test("refusals have names and numbers of their own")
    func numbers() {
        #expect(ChaincodeError.Code.allCases.map(\.rawValue) == Array(501...514))
        let message = ChaincodeOutcome.refused(ChaincodeError(.notBegun)).message
        #expect(message == "code notBegun: the network has not begun on this channel")
    }

    @Test("docs/operate/fabric.md names them all")
    func documented() throws {
        let page = try Repository.text("docs/operate/fabric.md")
        let rows = page.split(separator: "\n").compactMap { line -> String? in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            return cells.count == 3 && Int32(cells[0]) != nil ? "\(cells[0]) \(cells[1])" : nil
        }
        #expect(rows == ChaincodeError.Code.allCases.map { "\($0.rawValue) `\($0)`" })
    }

    @Test("names of keys are hex, and the chaincode's own are not")
    func names() {
        let key = StateKey.organisation(OrganisationName("lab")!)
        #expect(ChaincodeKey.name(of: key) == "016c6162")
        #expect(ChaincodeKey.key(named: "016c6162") == key)
        for name in ["", "network", "clock", "0", "016C6162", "01 6c"] {
            #expect(ChaincodeKey.key(named: name) == nil, "\(name)")
        }
    }
}
