import Contract
import Identity
import Ledger
import SQLiteLedger
import TransparencyLog

extension EmbeddedLedger {
    /// The newest checkpoint's head, the ledger's signature checked.
    func head() throws -> TreeHead {
        try Self.head(of: checkpoint(), genesis)
    }

    static func head(of note: [UInt8], _ genesis: Genesis) throws -> TreeHead {
        try verified(note, genesis).checkpoint.head
    }

    static func verified(_ note: [UInt8], _ genesis: Genesis) throws -> VerifiedCheckpoint {
        let key = try VerifierKey(
            name: genesis.origin.description, kind: .note, publicKey: genesis.ledgerKey.bytes)
        return try VerifiedCheckpoint(opening: note, log: key)
    }
}
