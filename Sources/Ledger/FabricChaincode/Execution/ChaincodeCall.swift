internal import Contract
internal import Identity
internal import TransparencyLog

/// A transaction that was opened: what it must read is known, and its signatures hold.
public struct ChaincodeCall: Sendable {
    struct Entry: Sendable {
        let leafHash: [UInt8]
        let opened: OpenedEntry
    }

    enum Content: Sendable {
        /// The outcome is known, whatever the state.
        case over(ChaincodeOutcome)
        case read([StateKey])
        case status
        case submit(VerifiedStatement)
        case begin(TreeHead?)
        case `import`([Entry])
    }

    let chaincode: ConsentChaincode
    /// The function's name; `unknown` when there is none of that name or it takes other arguments.
    public let function: String
    let content: Content

    init(_ chaincode: ConsentChaincode, _ function: String, _ content: Content) {
        self.chaincode = chaincode
        self.function = function
        self.content = content
    }

    /// The names of all values that it reads, each once, in a fixed order: Fabric notes in the transaction
    /// that they were read.
    public var readKeys: [String] {
        switch content {
        case .over: []
        case .read(let keys): Self.unique(keys.map(ChaincodeKey.name))
        case .begin: [ChaincodeKey.network]
        case .status: Self.bookkeeping
        case .submit, .import: Self.bookkeeping + Self.unique(contractKeys.map(ChaincodeKey.name))
        }
    }

    private static let bookkeeping = [ChaincodeKey.network, ChaincodeKey.clock]

    private static func unique(_ names: [String]) -> [String] {
        var seen = Set<String>()
        return names.filter { seen.insert($0).inserted }
    }

    /// The keys of the contract that its statements may look at.
    private var contractKeys: [StateKey] {
        switch content {
        case .submit(let statement): statement.readKeys
        case .import(let entries):
            entries.flatMap { entry -> [StateKey] in
                if case .decoded(_, let statement?) = entry.opened { return statement.readKeys }
                return []
            }
        default: []
        }
    }

    /// What comes of it at `moment`, the transaction's timestamp in seconds since 1970, when `values` are the
    /// values of `readKeys`, those that there are.
    public func execute(at moment: UInt64, reading values: [String: [UInt8]]) -> ChaincodeOutcome {
        do throws(ChaincodeError) {
            switch content {
            case .over(let outcome): return outcome
            case .read(let keys): return .done(payload: Self.list(keys.map(ChaincodeKey.name), in: values))
            case .status: return .done(payload: Self.list(Self.bookkeeping, in: values))
            case .begin(let target):
                guard values[ChaincodeKey.network] == nil else { throw ChaincodeError(.alreadyBegun) }
                return chaincode.begin(target)
            case .submit(let statement):
                let state = try ChannelState(values, contractKeys, of: chaincode.network)
                return try chaincode.submit(statement, at: moment, state)
            case .import(let entries):
                let state = try ChannelState(values, contractKeys, of: chaincode.network)
                return try chaincode.execute(entries, state)
            }
        } catch {
            return .refused(error)
        }
    }

    private static func list(_ names: [String], in values: [String: [UInt8]]) -> [UInt8] {
        CBOR.array(names.map { values[$0].map { .bytes($0) } ?? .null }).encoded()
    }
}

/// The values that a transaction reads, decoded and found to be such as the chaincode writes.
struct ChannelState {
    let network: ChannelNetwork
    let clock: LedgerTime
    /// The contract's.
    var contract: [StateKey: [UInt8]] = [:]

    init(
        _ values: [String: [UInt8]], _ contractKeys: [StateKey], of id: NetworkID
    ) throws(ChaincodeError) {
        guard let value = values[ChaincodeKey.network] else { throw ChaincodeError(.notBegun) }
        guard let network = try? ChannelNetwork.decode(value), let clock = values[ChaincodeKey.clock],
            case .unsigned(let time) = try? CBOR.decode(clock)
        else { throw ChaincodeError(.stateDamaged) }
        guard network.network == id else { throw ChaincodeError(.otherNetwork) }
        self.network = network
        self.clock = time
        for key in contractKeys {
            guard let value = values[ChaincodeKey.name(of: key)] else { continue }
            guard key.isValue(value) else { throw ChaincodeError(.stateDamaged) }
            contract[key] = value
        }
    }
}
