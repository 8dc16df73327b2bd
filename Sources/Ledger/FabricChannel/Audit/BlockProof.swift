public import Contract
import FabricChaincode
import FabricProtocol
import Foundation
import Identity
import Primitives
import SwiftProtobuf
import Synchronization

/// What one block of a channel proves by itself to a reader who has only the network's genesis and the
/// certificates of its organisations' authorities (docs/operate/fabric.md, "Proof file").
///
/// It is the block as peers and orderers keep it (`common.Block`, what `peer channel fetch` writes).
public struct BlockProof: Sendable {
    /// A statement in the block.
    public struct Proven: Sendable {
        public let statement: VerifiedStatement
        /// When the ledger has accepted it.
        public let time: LedgerTime
        /// Fabric's id of the transaction that carries it.
        public let transaction: String
        /// Whose peers have executed it and signed what it changes, in the order of their names.
        public let endorsers: [OrganisationName]
        /// The organisation whose client has handed it in.
        public let client: OrganisationName
        /// Keys that it changes.
        public let writeCount: Int
        /// Whether it counts, as the peer says that the block came from. Nothing in the block proves that.
        public let isSaidToCount: Bool
    }

    public let number: UInt64
    /// Of the block's header: what the next block names.
    public let hash: [UInt8]
    /// The organisation whose orderer has signed the block.
    public let orderer: OrganisationName
    public let statements: [Proven]

    /// A file may have no more bytes.
    public static let bytesMax = 100 << 20

    /// Verifies the block in `file`. `authorities` as for `FabricAudit`.
    ///
    /// Throws `badProfile` as that does, and `badBlock` when anything about the block does not hold, or about a
    /// transaction of the chaincode in it that is said to count.
    public init(
        verifying file: [UInt8], genesis: [UInt8], authorities: [[UInt8]], chaincode: String = "medseal"
    ) throws(FabricError) {
        let contract: ConsentChaincode
        do {
            contract = try ConsentChaincode(genesisFile: genesis)
        } catch { throw .badProfile("the network's genesis does not hold") }
        var members = try ChannelMembers(contract.genesis, authorities: authorities)
        guard let block = try? Common_Block(serializedBytes: file), !block.data.data.isEmpty,
            block.metadata.metadata.count > 2
        else { throw .badBlock(number: 0, "the file is no block") }
        let number = block.header.number
        func failure(_ reason: String) -> FabricError { .badBlock(number: number, reason) }
        guard [UInt8](block.header.dataHash) == FabricBlock.hash(of: block.data) else {
            throw failure("its data is not what its header says")
        }
        let codes = [UInt8](block.metadata.metadata[2])
        var statements = [Proven]()
        var moment = Date(timeIntervalSince1970: 0)
        for (index, bytes) in block.data.data.enumerated() {
            guard let envelope = try? Common_Envelope(serializedBytes: bytes),
                let transaction = try? OrderedTransaction(envelope)
            else { continue }
            moment = max(moment, transaction.date)
            guard transaction.chaincode == chaincode else { continue }
            let counts = index < codes.count && codes[index] == UInt8(Protos_TxValidationCode.valid.rawValue)
            if let fault = transaction.faults(&members, needsTwoKinds: true).first {
                if counts { throw failure("transaction \(index): \(fault.explanation)") }
                continue
            }
            do {
                statements += try Self.statements(
                    in: transaction, chaincode, contract.network, &members, counts: counts)
            } catch { throw failure("transaction \(index): \(error.reason)") }
        }
        let orderer: OrganisationName
        do throws(SignerError) {
            orderer = try members.orderer(of: block, at: moment)
        } catch { throw failure(error.description) }
        self.number = number
        self.orderer = orderer
        self.statements = statements
        hash = FabricBlock.hash(of: block.header)
    }

    private static func statements(
        in transaction: OrderedTransaction, _ chaincode: String, _ network: NetworkID,
        _ members: inout ChannelMembers, counts: Bool
    ) throws(CBOR.Malformed) -> [Proven] {
        guard let arguments = transaction.content.arguments(of: chaincode),
            let invocation = try? ChaincodeInvocation(arguments: arguments)
        else { throw CBOR.Malformed("it calls no function of the contract") }
        let written = Set(
            transaction.sets.filter { $0.namespace == chaincode }.flatMap { $0.set.writes.map(\.key) })
        let endorsers = Set(transaction.endorsers(&members).members.map(\.organisation))
            .sorted { $0.description < $1.description }
        guard let client = transaction.client(&members) else { throw CBOR.Malformed("it is nobody's") }
        func proven(_ bytes: [UInt8], _ time: LedgerTime) throws(CBOR.Malformed) -> Proven {
            guard let statement = try SignedStatement(bytes, network: network).verified() else {
                throw CBOR.Malformed("a signature of the statement does not hold")
            }
            guard written.contains(ChaincodeKey.name(of: .statement(statement.id))) else {
                throw CBOR.Malformed("it does not write that statement \(statement.id) is accepted")
            }
            return Proven(
                statement: statement, time: time, transaction: transaction.header.txID, endorsers: endorsers,
                client: client, writeCount: written.count, isSaidToCount: counts)
        }
        switch invocation {
        case .begin, .read, .status: return []
        case .submit(let bytes):
            let answer = [UInt8](transaction.content.action.response.payload)
            guard case .statement(_, let time, _) = try ChaincodeReceipt(event: "statement", payload: answer)
            else { throw CBOR.Malformed("it was answered with something else") }
            return [try proven(bytes, time)]
        case .import(let leaves):
            var all = [Proven]()
            for leaf in leaves {
                let entry = try LogEntry.decode(leaf)
                all.append(try proven(entry.statement, entry.time))
            }
            return all
        }
    }
}

extension Gateway {
    /// The block that has accepted the statement, verified and written as a file, as this organisation's peer
    /// has it; nil when the statement is not on the channel.
    ///
    /// Throws what `BlockProof` throws, and `unavailable`.
    public func proof(
        of statement: StatementID, genesis: [UInt8], authorities: [[UInt8]]
    ) async throws -> [UInt8]? {
        guard let number = try await block(thatWrote: .statement(statement)) else { return nil }
        let file = try await fetch(number)
        let proof = try BlockProof(
            verifying: file, genesis: genesis, authorities: authorities, chaincode: profile.chaincode)
        guard proof.statements.contains(where: { $0.statement.id == statement && $0.isSaidToCount }) else {
            throw FabricError.badBlock(number: number, "it does not hold the statement")
        }
        return file
    }

    private func fetch(_ number: UInt64) async throws -> [UInt8] {
        let found = Mutex<Common_Block?>(nil)
        try await blocks(from: number, until: number, waiting: false) { block in
            found.withLock { $0 = block }
        }
        guard let block = found.withLock({ $0 }) else {
            throw FabricError.unavailable("the peer gives no block")
        }
        return [UInt8](block.bytes)
    }
}
