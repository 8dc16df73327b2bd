import ArgumentParser
import Auditors
import Contract
import FabricChannel
import Files
import Foundation
import Homes
import Members
import Primitives
import Remote
import Sealing
import Terminal
import TransparencyLog
import Workflow

/// `medseal ledger prove`
struct LedgerProve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Write one file that proves that a statement is on the ledger.",
        discussion: """
            The file is a c2sp.org/tlog-proof: the statement, its place in the log, and a checkpoint with its cosignatures. Whoever \
            has the network's genesis file verifies it offline: medseal ledger verify, or any C2SP verifier. Of a record it proves \
            the deposit.

            With --fabric the file is the block of the Fabric channel that has the statement, as peers and orderers keep it.

            With --file it proves that a record has the file of that name, without the others: your member reads the record's list \
            for it (a gateway its own organisation's, others with --grant), which is a release on the ledger.

            Example: medseal ledger prove RECORD -o deposit.tlog-proof --home eve
            Example: medseal ledger prove RECORD --file scan.dcm -o scan.proof --home gateway
            Example: medseal ledger prove RECORD -o deposit.block --home eve --fabric net/fabric/hospital1/connection.json
            """)

    @Argument(help: ArgumentHelp("A statement's id or a record's handle.", valueName: "id"))
    var id: TypedID<DigestMeaning>

    @Option(
        name: .customLong("file"),
        help: ArgumentHelp("A file of the record, by its name in the record's list.", valueName: "name"))
    var recordFile: String?

    @Option(help: ArgumentHelp("The grant by which you read the record's list.", valueName: "grant"))
    var grant: TypedStatement?

    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
    var output: String

    @OptionGroup var fabric: MemberFabricOptions
    @OptionGroup var member: MemberOptions

    func run() async throws {
        let file = Folder(output)
        try file.requireNew()
        if let recordFile {
            let proof = try await self.member.open { member in
                let handle = try await member.connection.anything(id)
                guard let record = RecordHandle(handle.bytes) else {
                    throw PartyError.badInput("name the record by its handle (`medseal records` shows it)")
                }
                guard let grant else {
                    return try await member.proveFile(recordFile, of: record, .custody(record, .care))
                }
                return try await member.proveFile(
                    recordFile, of: record, .grant(try await member.connection.statement(grant, "grant")))
            }
            try file.parent.write(proof, as: file.name, mode: 0o644)
            print("Wrote \(output): verify it with medseal ledger verify \(output) --genesis GENESIS")
            return
        }
        let member = try self.member.keys()
        let proof = try await Auditor.open(member) { auditor in
            try await auditor.prove(try await auditor.connection.anything(id))
        }
        if let block = try await block(of: proof, member.network) {
            try file.parent.write(block, as: file.name, mode: 0o644)
            print("Wrote \(output): verify it with medseal ledger verify \(output) --network PUBLIC-FOLDER")
        } else {
            try file.parent.write(proof, as: file.name, mode: 0o644)
            print("Wrote \(output): verify it with medseal ledger verify \(output) --genesis GENESIS")
        }
    }

    /// The block of the Fabric channel that has the statement of `proof`; nil without `--fabric`.
    private func block(of proof: [UInt8], _ network: Network) async throws -> [UInt8]? {
        guard let (profile, identity) = try fabric.open() else { return nil }
        let statement = try StatementProof(verifying: proof, genesis: network.genesisFile).statement.id
        return try await Gateway(profile, as: identity).running { gateway in
            let block = try await gateway.proof(
                of: statement, genesis: network.genesisFile,
                authorities: network.organisations.map(\.authority))
            guard let block else {
                throw PartyError.refused(
                    "statement \(statement) is not on the channel: check its id (`medseal ledger list`)")
            }
            return block
        }
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

            A block of a Fabric channel needs the network's public folder, for the certificates of the authorities beside the genesis.

            Example: medseal ledger verify deposit.tlog-proof --genesis net/public/genesis.cbor
            Example: medseal ledger verify deposit.block --network net/public
            """)

    @Argument(help: ArgumentHelp("The proof file.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("The network's genesis file.", valueName: "file"))
    var genesis: String?

    @Option(help: ArgumentHelp("The network's public folder: the file is a block.", valueName: "dir"))
    var network: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (genesis == nil) != (network == nil) else {
            throw ValidationError("Give --genesis FILE for a log's proof, or --network DIR for a block.")
        }
    }

    func run() throws {
        if let network { return try verifyBlock(Network(Folder(network))) }
        guard let genesis else { return }
        let bytes = try Folder.read(file, bytesMax: ProofFile.bytesMax)
        if FileProof.isOne(bytes) {
            return try show(try FileProof(verifying: bytes, genesis: try Folder.read(genesis)))
        }
        let proven = try StatementProof(
            verifying: bytes, genesis: try Folder.read(genesis))
        let statement = proven.statement
        let answer = Printed.ProvenStatement(
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

    private func show(_ proven: FileProof) throws {
        let (statement, entry) = (proven.statement.statement, proven.statement.entry)
        let answer = Printed.ProvenFile(
            file: proven.file, record: proven.record, statement: statement.id,
            kind: "\(statement.assertion.kind)", position: entry.position, time: entry.time,
            cosigners: proven.statement.cosigners)
        try output.print(answer) {
            print("File \(answer.file)")
            print("  of record  \(answer.record)")
            print("  brought by \(answer.kind) \(answer.statement)")
            print("  on the ledger at position \(answer.position), \(Moment.text(answer.time))")
            print("All holds.")
        }
    }

    private func verifyBlock(_ network: Network) throws {
        let proof = try BlockProof(
            verifying: try Folder.read(file, bytesMax: BlockProof.bytesMax), genesis: network.genesisFile,
            authorities: network.organisations.map(\.authority))
        let answer = Printed.ProvenBlock(
            block: proof.number, hash: lowercaseHex(proof.hash), orderer: proof.orderer,
            statements: proof.statements.map { proven in
                Printed.BlockStatement(
                    statement: proven.statement.id, kind: "\(proven.statement.assertion.kind)",
                    time: proven.time, signer: proven.statement.caller, transaction: proven.transaction,
                    client: proven.client, endorsers: proven.endorsers, writes: proven.writeCount,
                    saidToCount: proven.isSaidToCount)
            })
        try output.print(answer) {
            print("block \(answer.block) of the channel, hash \(answer.hash)")
            print("  signed by the orderer of \(answer.orderer)")
            for statement in answer.statements {
                print("\(statement.kind) \(statement.statement)")
                print("  signed by   \(statement.signer)")
                print("  accepted    \(Moment.text(statement.time)), changing \(statement.writes) values")
                let names = statement.endorsers.map(\.description).joined(separator: ", ")
                print("  executed and signed by peers of \(names), handed in by \(statement.client)")
                print("  transaction \(statement.transaction)")
                print(
                    "  \(statement.saidToCount ? "counts" : "is VOID"), as the peer says that the block is from"
                )
            }
            if answer.statements.isEmpty { print("It holds no statement.") }
            print(
                """
                Proven: these organisations have executed the statement and signed what comes of it, and the orderer has \
                put it into this block of the chain.
                Not proven: that no other transaction changed the same values first. Each peer finds that out by itself, \
                nobody signs it; medseal audit --fabric does, too.
                """)
        }
    }
}
