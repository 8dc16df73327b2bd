public import Contract
public import Identity
import Primitives
import TransparencyLog

/// What the server has acknowledged of a statement, under a checkpoint that holds it.
public struct Receipt: Sendable {
    /// How much an acknowledgement is worth. Each is more than the one before.
    public enum Acknowledged: Int, Sendable, CaseIterable {
        /// Decided, and may still be lost in a crash.
        case sequenced
        /// It survives a power cut, under a signed checkpoint.
        case durable
        /// Enough validators of other organisations have executed it too and cosigned.
        case cosigned

        public var name: String {
            switch self {
            case .sequenced: "sequenced"
            case .durable: "durable"
            case .cosigned: "cosigned"
            }
        }
    }

    public let statement: StatementID
    public let position: UInt64
    public let time: LedgerTime
    public let acknowledged: Acknowledged
    /// The signed note of the checkpoint that covers it.
    public let note: [UInt8]

    /// The receipt for a signed statement, as the API has it (JSON). Throws `unverified` unless its checkpoint is
    /// signed by the ledger, covers the position, and is cosigned where it says so.
    public init(
        verifying body: [UInt8], of statement: [UInt8], network: NetworkID, keys: CheckpointKeys
    ) throws(PartyError) {
        guard let signed = try? SignedStatement(statement, network: network) else {
            throw .unverified("the statement is malformed")
        }
        do throws(JSONValue.Malformed) {
            var fields = try JSONFields(JSONValue(decoding: body))
            self.statement = try fields.bytes32("statement")
            position = try fields.number("position")
            time = try fields.number("time")
            let reached = try fields.text("acknowledged")
            guard let acknowledged = Acknowledged.allCases.first(where: { $0.name == reached }) else {
                throw JSONValue.Malformed("no acknowledgement")
            }
            self.acknowledged = acknowledged
            note = try fields.base64("checkpoint")
        } catch { throw .unverified("the server's receipt is malformed") }
        let checkpoint: VerifiedCheckpoint
        do throws(NoteError) {
            checkpoint = try keys.open(note)
        } catch {
            throw .unverified("the checkpoint is not signed by this network's ledger", cause: error)
        }
        guard position < checkpoint.checkpoint.head.size, self.statement == signed.id else {
            throw .unverified("the server's receipt is not for this statement")
        }
        guard acknowledged != .cosigned || keys.meetsQuorum(checkpoint) else {
            throw .unverified("the server's receipt says cosigned, and is not")
        }
    }
}

extension [Receipt] {
    /// What is true of all of them.
    public var acknowledged: Receipt.Acknowledged {
        self.min { $0.acknowledged.rawValue < $1.acknowledged.rawValue }?.acknowledged ?? .cosigned
    }
}
