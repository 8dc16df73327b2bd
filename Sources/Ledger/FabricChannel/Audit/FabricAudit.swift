public import Contract
import FabricChaincode
import FabricProtocol
import Foundation
import Identity
import Ledger
import Primitives
import SwiftProtobuf
import TransparencyLog

/// An audit of a channel, block by block from its first: everything recomputed that its peers and orderers
/// say, trusting only the genesis and the authorities whose certificates it names.
///
/// What does not hold is a finding, and the audit goes on with what the peers went on with. It keeps the
/// state, not the blocks.
public struct FabricAudit: Sendable {
    /// Something about a place on the channel.
    public struct Note: Codable, Hashable, Sendable, CustomStringConvertible {
        public let block: UInt64
        /// The transaction's place in the block; nil where it is about the block.
        public let transaction: Int?
        public let text: String

        public var description: String {
            "block \(block)\(transaction.map { ", transaction \($0)" } ?? ""): \(text)"
        }
    }

    public struct Report: Codable, Sendable {
        public var blocks: UInt64 = 0
        /// Of the first block's header: no signature covers it, but the channel's operators can tell it.
        public var firstBlock = ""
        /// Of the last block's header.
        public var lastBlock = ""
        /// Transactions of the chaincode that changed something, and those of others that count.
        public var calls = 0
        public var otherTransactions = 0
        /// Transactions that do not count, by the reason that the peers give.
        public var void: [String: Int] = [:]
        /// The log that every organisation's copy must have.
        public var entries: UInt64 = 0
        public var root = ""
        public var stateDigest = ""
        public var time: LedgerTime = 0
        /// Keys that the chaincode keeps.
        public var values = 0
        /// What is nothing wrong but worth a look: the chaincode's definition, the channel's configuration.
        public var events: [Note] = []
        public var findings: [Note] = []
    }

    private let channel: String
    private let chaincode: String
    private let contract: ConsentChaincode
    private var members: ChannelMembers
    private(set) var state: WorldState
    private var seen = Set<Digest>()
    private(set) var tip: BlockMark?
    private var tree = MerkleTree()
    private var stateDigest: Digest
    private var time: LedgerTime
    /// The newest moment that a transaction named.
    private var moment = Date(timeIntervalSince1970: 0)
    private var isDefined = false
    private var counted = Report()

    /// An audit of the channel that carries the network of this genesis file. `authorities` are the
    /// certificates (DER) of its organisations' authorities, those that were admitted later among them.
    ///
    /// Throws `badProfile` when the genesis does not hold or the certificate of one of its authorities is
    /// missing.
    public init(
        genesis file: [UInt8], authorities: [[UInt8]], channel: String, chaincode: String
    ) throws(FabricError) {
        do {
            contract = try ConsentChaincode(genesisFile: file)
        } catch { throw .badProfile("the network's genesis does not hold") }
        self.channel = channel
        self.chaincode = chaincode
        members = try ChannelMembers(contract.genesis, authorities: authorities)
        state = WorldState(of: chaincode)
        let start = Replay(genesis: contract.genesis, network: contract.network)
        stateDigest = start.stateDigest
        time = start.time
    }

    /// What was found up to here.
    public var report: Report {
        var report = counted
        report.lastBlock = tip.map { lowercaseHex($0.hash) } ?? ""
        report.entries = tree.size
        report.root = lowercaseHex(tree.head.root)
        report.stateDigest = stateDigest.hex
        report.time = time
        report.values = state.values.count
        return report
    }

    private mutating func find(_ text: String, _ block: UInt64, _ transaction: Int? = nil) {
        counted.findings.append(Note(block: block, transaction: transaction, text: text))
    }

    // MARK: A block

    /// Takes the next block in, the channel's first one first.
    mutating func take(_ block: Common_Block) {
        let number = tip.map { $0.number + 1 } ?? 0
        examineChain(block, number)
        let codes = block.metadata.metadata.count > 2 ? [UInt8](block.metadata.metadata[2]) : []
        if codes.count != block.data.data.count {
            find("it does not say of each of its transactions whether it counts", number)
        }
        var ids = Set<Digest>()
        var voidIDs = [Digest]()
        for (index, bytes) in block.data.data.enumerated() {
            // Peers take what has no code for void.
            let raw =
                index < codes.count ? Int(codes[index]) : Int(Protos_TxValidationCode.notValidated.rawValue)
            let code = Protos_TxValidationCode(rawValue: raw) ?? .invalidOtherReason
            guard let id = take(bytes, code, at: .init(block: number, transaction: UInt64(index)), ids) else {
                continue
            }
            if [.valid, .mvccReadConflict, .phantomReadConflict].contains(code) {
                ids.insert(id)
            } else {
                voidIDs.append(id)
            }
        }
        seen.formUnion(ids)
        seen.formUnion(voidIDs)
        // The first block's trust does not come from a signature.
        if number > 0 {
            do throws(SignerError) {
                _ = try members.orderer(of: block, at: moment)
            } catch { find(error.description, number) }
        }
        tip = BlockMark(number: number, hash: FabricBlock.hash(of: block.header))
        if number == 0 { counted.firstBlock = lowercaseHex(FabricBlock.hash(of: block.header)) }
        counted.blocks += 1
    }

    private mutating func examineChain(_ block: Common_Block, _ number: UInt64) {
        if block.header.number != number { find("it says that it is block \(block.header.number)", number) }
        if [UInt8](block.header.previousHash) != tip?.hash ?? [] {
            find("it does not follow the block before it: its header names another hash", number)
        }
        if [UInt8](block.header.dataHash) != FabricBlock.hash(of: block.data) {
            find("its data is not what its header says", number)
        }
    }

    // MARK: A transaction

    /// Gives its id, where it has one.
    private mutating func take(
        _ bytes: Data, _ code: Protos_TxValidationCode, at place: WorldState.Version, _ before: Set<Digest>
    ) -> Digest? {
        let index = Int(place.transaction)
        let isValid = code == .valid
        if !isValid { counted.void["\(code)", default: 0] += 1 }
        guard let envelope = try? Common_Envelope(serializedBytes: bytes),
            let payload = try? Common_Payload(serializedBytes: envelope.payload),
            let header = try? Common_ChannelHeader(serializedBytes: payload.header.channelHeader)
        else {
            if isValid { find("counts, and is no envelope", place.block, index) }
            return nil
        }
        if header.channelID != channel, isValid {
            find("counts, and is for the channel \(header.channelID.debugDescription)", place.block, index)
        }
        if header.hasTimestamp {
            moment = max(moment, Date(timeIntervalSince1970: TimeInterval(header.timestamp.seconds)))
        }
        switch Common_HeaderType(rawValue: Int(header.type)) {
        case .endorserTransaction: break
        case .config:
            if place.block > 0 {
                counted.events.append(
                    Note(
                        block: place.block, transaction: index,
                        text: "the channel's configuration was changed"))
            }
            return nil
        default:
            if isValid { find("counts, and is of a kind that no channel has", place.block, index) }
            return nil
        }
        let transaction: OrderedTransaction
        do throws(TransactionError) {
            transaction = try OrderedTransaction(envelope)
        } catch {
            judge([error], code, mustBeRight: true, at: place)
            return nil
        }
        let isOurs = transaction.chaincode == chaincode
        var faults = transaction.faults(&members, needsTwoKinds: isOurs)
        let id = transaction.id
        if seen.contains(id) || before.contains(id) { faults.append(.duplicate) }
        if let key = state.firstStale(in: transaction.sets) { faults.append(.stale(key.debugDescription)) }
        judge(faults, code, mustBeRight: isOurs, at: place)
        guard isValid else { return id }
        examineWriters(transaction, at: place)
        if isOurs {
            counted.calls += 1
            execute(transaction, at: place)
        } else {
            counted.otherTransactions += 1
        }
        let clock = state.values[ChaincodeKey.clock].flatMap(Self.time)
        state.apply(transaction.sets, at: place)
        if let clock, state.values[ChaincodeKey.clock].flatMap(Self.time) ?? 0 < clock {
            find("the ledger's time goes back", place.block, index)
        }
        return id
    }

    private static func time(_ value: [UInt8]) -> LedgerTime? {
        guard case .unsigned(let time) = try? CBOR.decode(value) else { return nil }
        return time
    }

    /// Holds what is wrong with a transaction against what the peers call it. `mustBeRight`: that it is void
    /// and nothing is wrong with it is a finding for every reason that they may give.
    private mutating func judge(
        _ faults: [TransactionError], _ code: Protos_TxValidationCode, mustBeRight: Bool,
        at place: WorldState.Version
    ) {
        let index = Int(place.transaction)
        if code == .valid {
            for fault in faults { find("counts, although \(fault.explanation)", place.block, index) }
            return
        }
        if faults.contains(where: { $0.isMeant(by: code) }) { return }
        let isRecomputed = [
            .badCreatorSignature, .badProposalTxid, .duplicateTxid, .mvccReadConflict,
        ].contains(code)
        if isRecomputed || mustBeRight {
            let reason =
                faults.first.map { "something else is wrong: \($0.explanation)" } ?? "nothing is wrong"
            find("is void (\(code)), although \(reason)", place.block, index)
        } else {
            counted.events.append(
                Note(
                    block: place.block, transaction: index,
                    text: "is void (\(code)); whether rightly, only Fabric's own rules say"))
        }
    }

    /// Who writes where: the chaincode's values only itself, and only as it does.
    private mutating func examineWriters(_ transaction: OrderedTransaction, at place: WorldState.Version) {
        let index = Int(place.transaction)
        let name = transaction.chaincode
        let isOurs = name == chaincode
        for (namespace, set) in transaction.sets {
            let isWriting = !set.writes.isEmpty || !set.metadataWrites.isEmpty
            if namespace == chaincode {
                if !isOurs, isWriting {
                    find(
                        "the chaincode \(name.debugDescription) writes \(chaincode)'s values", place.block,
                        index)
                }
                let isDeleting = set.writes.contains { $0.isDelete || $0.value.isEmpty }
                if isDeleting || !set.metadataWrites.isEmpty || !set.rangeQueriesInfo.isEmpty {
                    find(
                        "it deletes, asks for ranges or sets policies of keys: the contract does not",
                        place.block, index)
                }
            } else if isOurs, isWriting || namespace != Self.lifecycle {
                find("it has to do with the values of \(namespace.debugDescription)", place.block, index)
            } else if namespace == Self.lifecycle {
                noteDefinition(set, at: place)
            }
        }
        if isOurs,
            transaction.hasMore || Set(transaction.sets.map(\.namespace)).count != transaction.sets.count
        {
            find("it has read or writes something that is not understood", place.block, index)
        }
    }

    private static let lifecycle = "_lifecycle"

    private mutating func noteDefinition(_ set: Rwset_KVRWSet, at place: WorldState.Version) {
        let fields = "namespaces/fields/\(chaincode)/"
        let isWritten = set.writes.contains { write in write.key.hasPrefix(fields) }
        guard isWritten else { return }
        counted.events.append(
            Note(
                block: place.block, transaction: Int(place.transaction),
                text: isDefined
                    ? "the definition of the chaincode \(chaincode) was CHANGED"
                    : "the chaincode \(chaincode) was defined"))
        isDefined = true
    }

    // MARK: Executing again

    private mutating func execute(_ transaction: OrderedTransaction, at place: WorldState.Version) {
        let index = Int(place.transaction)
        guard let arguments = transaction.content.arguments(of: chaincode) else {
            return find("its proposal asks another chaincode", place.block, index)
        }
        let call = contract.open(arguments)
        var values: [String: [UInt8]] = [:]
        for key in call.readKeys { values[key] = state.values[key] }
        let outcome = call.execute(at: transaction.moment, reading: values)
        guard outcome.status == ChaincodeOutcome.success else {
            return find("the contract refuses what it asks: \(outcome.message)", place.block, index)
        }
        let problems = differences(between: transaction, and: outcome, reading: call.readKeys)
        for problem in problems { find(problem, place.block, index) }
        // Where copies of the log do not go on, neither does this one.
        if problems.isEmpty { record(outcome, arguments) }
    }

    private func differences(
        between transaction: OrderedTransaction, and outcome: ChaincodeOutcome, reading keys: [String]
    ) -> [String] {
        var problems = [String]()
        let answer = transaction.content.action.response
        if answer.status != outcome.status || [UInt8](answer.payload) != outcome.payload {
            problems.append("it was answered with something else than the contract answers")
        }
        let event =
            (try? Protos_ChaincodeEvent(serializedBytes: transaction.content.action.events)) ?? .init()
        let told = [Array(event.eventName.utf8), [UInt8](event.payload)]
        if told != [Array((outcome.event?.name ?? "").utf8), outcome.event?.payload ?? []] {
            problems.append("it tells listeners something else than the contract does")
        }
        let own = transaction.sets.first { $0.namespace == chaincode }
        let set = own?.set ?? Rwset_KVRWSet()
        var written: [String: [UInt8]] = [:]
        for write in set.writes { written[write.key] = write.isDelete ? [] : [UInt8](write.value) }
        // The contract may write a key twice: the later value stays.
        var expected: [String: [UInt8]] = [:]
        for write in outcome.writes { expected[write.key] = write.value }
        if written != expected || set.writes.count != expected.count {
            problems.append("it writes something else than the contract does")
        }
        if set.reads.map(\.key).sorted() != keys.sorted() {
            problems.append("it has read other keys than the contract does")
        }
        return problems
    }

    /// The log goes on as each organisation's copy of it does.
    private mutating func record(_ outcome: ChaincodeOutcome, _ arguments: [[UInt8]]) {
        guard let event = outcome.event,
            let receipt = try? ChaincodeReceipt(event: event.name, payload: event.payload),
            let invocation = try? ChaincodeInvocation(arguments: arguments)
        else { return }
        switch (receipt, invocation) {
        case (.statement(_, let time, let writesDigest), .submit(let statement)):
            stateDigest = Replay.advance(stateDigest, by: writesDigest, hash: SHA256.digest)
            self.time = time
            let entry = LogEntry(
                position: tree.size, time: time, statement: statement, writesDigest: writesDigest,
                stateDigest: stateDigest)
            _ = tree.append([Merkle.leafHash(entry.encoded())])
            noteAdmission(statement)
        case (.import(_, _, let stateDigest), .import(let leaves)):
            self.stateDigest = stateDigest
            _ = tree.append(leaves.map { Merkle.leafHash($0) })
            for leaf in leaves {
                guard let entry = try? LogEntry.decode(leaf) else { continue }
                time = entry.time
                noteAdmission(entry.statement)
            }
        default: break
        }
    }

    /// An organisation that was admitted speaks on the channel from now on.
    private mutating func noteAdmission(_ statement: [UInt8]) {
        guard let signed = try? SignedStatement(statement, network: contract.network),
            case .admit(let admit) = signed.statement.assertion
        else { return }
        members.admit(admit.organisation)
    }
}
