import ArgumentParser
import Client
import Contract
import Foundation
import Primitives
import Remote
import TransparencyLog

/// `medseal ledger prove`
struct LedgerProve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Write one file that proves that a statement is on the ledger.",
        discussion: """
            The file is a c2sp.org/tlog-proof: the statement, its place in the log, and a checkpoint with its cosignatures. Whoever \
            has the network's genesis file verifies it offline: medseal ledger verify, or any C2SP verifier. Of a record it proves \
            the deposit.

            Example: medseal ledger prove RECORD -o deposit.tlog-proof --home eve
            """)

    @Argument(help: ArgumentHelp("A statement's id or a record's handle.", valueName: "id"))
    var id: Digest

    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
    var output: String

    @OptionGroup var member: MemberOptions

    func run() async throws {
        let file = Folder(output)
        try file.requireNew()
        let proof = try await member.connected { member, connection in
            let checkpoint = try await RememberedCheckpoint(folder: member.home.folder).advance(connection)
            return try await connection.proof(of: id.bytes, under: checkpoint)
        }
        try file.parent.write(proof, as: file.name, mode: 0o644)
        print("Wrote \(output): verify it with medseal ledger verify \(output) --genesis GENESIS")
    }
}

/// `medseal ledger verify`
struct LedgerVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify a proof file offline, with nothing but the network's genesis.",
        discussion: """
            Exit code 0 only when everything holds: the statement's signatures, its place in the log, the ledger's signature and the \
            cosignatures that the genesis asks for; 4 when something does not.

            Example: medseal ledger verify deposit.tlog-proof --genesis net/public/genesis.cbor
            """)

    @Argument(help: ArgumentHelp("The proof file.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("The network's genesis file.", valueName: "file"))
    var genesis: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let proven = try StatementProof(
            verifying: try Folder.read(file, bytesMax: ProofFile.bytesMax),
            genesis: try Folder.read(genesis))
        struct Answer: Encodable {
            var statement: StatementID
            var kind: String
            var position: UInt64
            var time: LedgerTime
            var signer: PublicKey
            var checkpointSize: UInt64
            var cosigners: [OrganisationName]
        }
        let statement = proven.statement
        let answer = Answer(
            statement: statement.id, kind: "\(statement.assertion.kind)", position: proven.entry.position,
            time: proven.entry.time, signer: statement.caller,
            checkpointSize: proven.checkpoint.checkpoint.head.size, cosigners: proven.cosigners)
        try output.print(answer) {
            print("\(answer.kind) \(answer.statement)")
            print("  signed by  \(answer.signer)")
            print("  on the ledger at position \(answer.position), \(Moment.text(answer.time))")
            let names = answer.cosigners.map(\.description).joined(separator: ", ")
            print(
                "  under a checkpoint of \(answer.checkpointSize) entries, cosigned by \(names.isEmpty ? "nobody" : names)"
            )
            print("All holds.")
        }
    }
}
