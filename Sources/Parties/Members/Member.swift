import API
import Contract
import Evidence
import Files
public import Homes
import Identity
import Primitives
public import Remote
import Sealing
import Workflow

/// A member of an organisation at work: clinician, registrar, officer or gateway, its keys open, connected.
///
/// Each verb is a use case in a file of its own. What needs a record's key is a gateway's to do, which holds the key of
/// custodian's envelopes; each such look is released on the ledger.
public struct Member: Sendable {
    let keys: MemberKeys
    public let connection: Connection
    let spool: Spool

    var surroundings: Surroundings { connection.surroundings }
    var network: Network { keys.network }
    var organisation: Network.Organisation { keys.organisation }
    var key: PublicKey { keys.signingKey.key }
    /// The newest checkpoint that this home has seen.
    var remembered: RememberedCheckpoint { RememberedCheckpoint(folder: keys.home.folder) }

    /// Runs `body` with the member, connected. What a process that was killed has left in the home's spool is swept
    /// first.
    public static func open<Result>(
        _ keys: MemberKeys, surroundings: Surroundings = .machine,
        _ body: (Member) async throws -> Result
    ) async throws -> Result {
        let spool = Spool(keys.home.folder.folder("spool"), prefix: "")
        return try await keys.connected(surroundings) { connection in
            try await body(Member(keys: keys, connection: connection, spool: spool))
        }
    }

    /// Has `assertion` ordered as this member.
    func say(_ assertion: Assertion) async throws -> Wire.Receipt {
        try await connection.submit(surroundings.statement(assertion), signedBy: keys.signingKey)
    }

    /// A draft of what this member means to say once others have agreed.
    func draft(_ assertion: Assertion, enclosing enclosed: [[UInt8]] = []) -> StatementDraft {
        StatementDraft(
            assertion, enclosing: enclosed, signer: key, network: network.id, now: surroundings.now())
    }

    /// Stores a small blob of a record in the vault of this member's organisation.
    func put(_ bytes: [UInt8], as kind: BlobKind, of record: RecordHandle) async throws -> Digest {
        let digest = Digest(hashing: bytes)
        _ = try await connection.call(
            .put,
            Routes.Organisation(organisation.name).blob(BlobName(digest, kind).text, of: record.hex),
            .bytes(bytes, type: "application/octet-stream"))
        return digest
    }

    /// A handle for a new record.
    func newHandle() -> RecordHandle {
        guard let handle = RecordHandle(surroundings.random(32)) else {
            preconditionFailure("a handle has 32 bytes")
        }
        return handle
    }
}
