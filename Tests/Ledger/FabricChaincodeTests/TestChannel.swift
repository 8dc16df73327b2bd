import Contract
import FabricChaincode
import Testing

@testable import ContractCases
@testable import SignedCases

/// A channel's state and a chaincode on it, without peers: each transaction is executed on what is committed,
/// and committed at once.
struct TestChannel {
    let chaincode: ConsentChaincode
    var values: [String: [UInt8]] = [:]

    /// Of the world's network; not begun.
    init(genesisFile: [UInt8] = Cast.signed.genesisFile) throws {
        chaincode = try ConsentChaincode(genesisFile: genesisFile)
    }

    /// Begun, with the members that the world begins with.
    static func populated() throws -> TestChannel {
        var channel = try TestChannel()
        #expect(channel.run(.begin(checkpoint: nil), at: 0).status == 200)
        for entry in World.signed.accepted {
            #expect(channel.run(.submit(statement: entry.message), at: entry.time).status == 200)
        }
        return channel
    }

    /// The same channel with other values of the contract, at another time.
    func holding(_ contract: [StateKey: [UInt8]], at time: LedgerTime) -> TestChannel {
        var channel = self
        channel.values = values.filter { ChaincodeKey.key(named: $0.key) == nil }
        for (key, value) in contract { channel.values[ChaincodeKey.name(of: key)] = value }
        channel.values[ChaincodeKey.clock] = CBOR.unsigned(time).encoded()
        return channel
    }

    /// What comes of it. The chaincode is shown the values of the keys that it announced, and no others.
    func outcome(of arguments: [[UInt8]], at moment: UInt64) -> ChaincodeOutcome {
        let call = chaincode.open(arguments)
        var shown: [String: [UInt8]] = [:]
        for key in call.readKeys {
            #expect(shown[key] == nil, "read twice")
            shown[key] = values[key]
        }
        return call.execute(at: moment, reading: shown)
    }

    mutating func run(_ invocation: ChaincodeInvocation, at moment: UInt64) -> ChaincodeOutcome {
        let outcome = outcome(of: invocation.arguments, at: moment)
        for write in outcome.writes { values[write.key] = write.value }
        return outcome
    }

    /// The contract's part of the state.
    var contract: [StateKey: [UInt8]] {
        var contract: [StateKey: [UInt8]] = [:]
        for (name, value) in values {
            if let key = ChaincodeKey.key(named: name) { contract[key] = value }
        }
        return contract
    }

    var clock: LedgerTime? {
        guard let value = values[ChaincodeKey.clock], case .unsigned(let time) = try? CBOR.decode(value)
        else {
            return nil
        }
        return time
    }
}

extension ChaincodeOutcome {
    /// The writes of the contract, without the chaincode's own.
    var contractWrites: [Contract.Write] {
        writes.compactMap { write in
            ChaincodeKey.key(named: write.key).map { Contract.Write(key: $0, value: write.value) }
        }
    }

    var refusal: ChaincodeError.Code? { if case .refused(let refusal) = self { refusal.code } else { nil } }
}
