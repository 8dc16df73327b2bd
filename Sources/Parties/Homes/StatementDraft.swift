public import API
public import Contract
public import Evidence
public import Files
import Foundation
import Identity
public import Primitives
public import Remote

/// A statement that others must agree to before its signer says it: a file that goes from hand to hand.
///
/// It holds nothing secret. Who agrees signs the statement's own content, so what is shown of it
/// (`StatementText`) is what is signed (T46).
public struct StatementDraft: Sendable {
    /// The file, JSON.
    private struct File: Codable {
        struct Approval: Codable {
            var key: PublicKey
            var signature: Data
        }
        var network: NetworkID
        var signer: PublicKey
        /// `Statement.approvedContent`.
        var content: Data
        var approvals: [Approval]
        /// What those who agree have to see and no vault gives out yet, sealed; left out where there is nothing.
        var enclosed: [Data]?
    }

    /// How long there is to agree and to submit: most of what the contract allows.
    public static let validSeconds = Limits.validitySecondsMax - 600

    public let network: NetworkID
    /// Who will say it.
    public let signer: PublicKey
    public private(set) var statement: Statement
    /// Sealed blobs that the statement names, for those who agree.
    public let enclosed: [[UInt8]]

    /// A draft of what `signer` means to say.
    public init(
        _ assertion: Assertion, enclosing enclosed: [[UInt8]] = [], signer: PublicKey, network: NetworkID,
        now: LedgerTime
    ) {
        self.enclosed = enclosed
        self.network = network
        self.signer = signer
        statement = .make(assertion, now: now, validSeconds: Self.validSeconds)
    }

    /// Reads a draft's file. Throws `badInput` when it is none, `unverified` when an approval in it does not
    /// hold.
    public init(reading file: Folder, _ name: String) throws(PartyError) {
        let path = file.file(name)
        guard let read = try? JSON.decode(File.self, try file.read(name)),
            let statement = try? Statement.decode([UInt8](read.content)), statement.approvals.isEmpty
        else { throw .badInput("\(path) is not the draft of a statement") }
        network = read.network
        signer = read.signer
        enclosed = (read.enclosed ?? []).map { [UInt8]($0) }
        let approvals = read.approvals.map {
            Contract.Approval(key: $0.key, signature: [UInt8]($0.signature))
        }
        for approval in approvals {
            let content = Contract.Approval.signedContent(
                [UInt8](read.content), by: approval.key, signer: read.signer, network: read.network)
            let claim = SignatureClaim(key: approval.key, message: content, signature: approval.signature)
            guard Signatures.isValid(claim) else {
                throw .unverified("\(path): the approval by \(approval.key.hex.prefix(16)) does not hold")
            }
        }
        self.statement = Statement(
            statement.assertion, validUntil: statement.validUntil, nonce: statement.nonce,
            approvals: approvals)
    }

    public func write(to folder: Folder, _ name: String) throws {
        let file = File(
            network: network, signer: signer, content: Data(statement.approvedContent()),
            approvals: statement.approvals.map { .init(key: $0.key, signature: Data($0.signature)) },
            enclosed: enclosed.isEmpty ? nil : enclosed.map { Data($0) })
        try folder.write(try JSON.pretty(file), as: name)
    }

    /// Adds the approval of `key`; once is enough.
    public mutating func agree(by key: SigningKey) {
        guard !statement.approvals.contains(where: { $0.key == key.key }) else { return }
        statement = statement.agreed(by: key, signer: signer, network: network)
    }

    /// Says it: has it ordered as `key`, which must be the draft's signer.
    public func submit(by key: SigningKey, _ connection: Connection) async throws -> Wire.Receipt {
        guard network == connection.network.id else {
            throw PartyError.badInput("the draft is for another network")
        }
        guard key.key == signer else {
            throw PartyError.refused("the draft is to be submitted by \(signer.hex.prefix(16))")
        }
        return try await connection.submit(statement, signedBy: key)
    }
}
