import ArgumentParser
import Auditors
import Contract
import Files
import Foundation
import Remote
import Sealing
import Terminal

/// `medseal batch`
struct BatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch", abstract: "Many small files or readings as one, each with a proof to hand on.",
        discussion: """
            A device's readings, or many small files, are made one file and deposited as that: one statement, one permit. Of each \
            entry it can be proven that it was among them, without the others.

            Example:
              medseal batch make readings.csv --lines -o readings.batch
              medseal deposit readings.batch --patient P-1001 --home ada
              medseal batch prove readings.batch 17 --record RECORD -o reading-17.proof --home ada
              medseal batch verify reading-17.proof --genesis net/public/genesis.cbor
            """,
        subcommands: [
            BatchMake.self, BatchList.self, BatchExtract.self, BatchProve.self, BatchVerify.self,
        ])
}

/// A file that is to be made.
private func newFile(_ path: String) throws -> Folder {
    let file = Folder(path)
    try file.requireNew()
    return file
}

private func readBatch(_ path: String) throws -> Batch {
    try Batch(try Folder.read(path, bytesMax: Batch.bytesMax))
}

struct BatchMake: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make", abstract: "Make one batch of small files, or of the lines of files.",
        discussion: "Example: medseal batch make readings.csv --lines -o readings.batch")

    @OptionGroup var files: FileArguments

    @Flag(
        help: "Each line of the files is an entry of its own, without its line end; empty lines are left out."
    )
    var lines = false

    @Option(name: .shortAndLong, help: ArgumentHelp("The batch to write.", valueName: "file"))
    var output: String

    func run() throws {
        let target = try newFile(output)
        let contents = try files.paths().flatMap { path in
            let name = URL(fileURLWithPath: path).lastPathComponent
            guard lines else { return [(name, try UnchangingFile(path).bytes(max: Batch.entryBytesMax))] }
            let all = try UnchangingFile(path).bytes(max: Batch.bytesMax)
                .split(separator: 0x0a, omittingEmptySubsequences: false).map {
                    $0.last == 0x0d ? $0.dropLast() : $0
                }
            return all.enumerated().filter { !$1.isEmpty }.map { ("\(name):\($0 + 1)", Array($1)) }
        }
        let batch = try Batch(of: contents)
        try target.parent.write(batch.encoded(), as: target.name)
        print("Wrote \(output): \(batch.entries.count) entries, root \(batch.root)")
    }
}

struct BatchList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the entries of a batch.",
        discussion: "Example: medseal batch list readings.batch")

    @Argument(help: ArgumentHelp("The batch.", valueName: "file"))
    var file: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let batch = try readBatch(file)
        let rows = batch.entries.map {
            Printed.BatchEntry(index: $0.index, name: $0.name, byteCount: $0.content.count)
        }
        try output.print(Printed.BatchContents(root: batch.root, entries: rows)) {
            var table = Table("ENTRY", "BYTES", "NAME")
            for row in rows { table.add("\(row.index)", "\(row.byteCount)", SafeText.escaped(row.name)) }
            table.print()
        }
    }
}

struct BatchExtract: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract", abstract: "Write an entry of a batch to a file.",
        discussion: "Example: medseal batch extract readings.batch 17 -o reading.txt")

    @Argument(help: ArgumentHelp("The batch.", valueName: "file"))
    var file: String

    @Argument(help: ArgumentHelp("The entry's number in the list.", valueName: "entry"))
    var entry: Int

    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
    var output: String

    func run() throws {
        let target = try newFile(output)
        let batch = try readBatch(file)
        guard batch.entries.indices.contains(entry) else {
            throw PartyError.badInput(
                "the batch has no entry \(entry): name one of 0 to \(batch.entries.count - 1)")
        }
        try target.parent.write(batch.entries[entry].content, as: target.name)
        print("Wrote \(output)")
    }
}

struct BatchProve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove", abstract: "Write one file that proves that an entry was recorded, to hand on.",
        discussion: """
            The file has the entry itself, its way to the batch's root, and the proof that the statement about the batch is on the \
            ledger. It tells nothing of the other entries. Its reader reads the entry.

            Example: medseal batch prove readings.batch 17 --record RECORD -o reading-17.proof --home ada
            """)

    @Argument(help: ArgumentHelp("The batch, as it was deposited or fetched.", valueName: "file"))
    var file: String

    @Argument(help: ArgumentHelp("The entry's number in the list.", valueName: "entry"))
    var entry: Int

    @Option(help: ArgumentHelp("The record that the batch is a file of.", valueName: "record"))
    var record: TypedRecord

    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
    var output: String

    @OptionGroup var member: MemberOptions

    func run() async throws {
        let target = try newFile(output)
        let batch = try readBatch(file)
        let proof = try await member.auditing {
            try await $0.proveEntry(entry, of: batch, in: try await $0.connection.record(record))
        }
        try target.parent.write(proof, as: target.name)
        print("Wrote \(output): verify it with medseal batch verify \(output) --genesis GENESIS")
    }
}

struct BatchVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify the proof of an entry offline, with nothing but the network's genesis.",
        discussion: """
            Exit code 0 only when everything holds: the entry is in the batch that the statement names, and the statement is on the \
            ledger (medseal ledger verify); 4 when something does not.

            Example: medseal batch verify reading-17.proof --genesis net/public/genesis.cbor -o reading.txt
            """)

    @Argument(help: ArgumentHelp("The proof file.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("The network's genesis file.", valueName: "file"))
    var genesis: String

    @Option(name: .shortAndLong, help: ArgumentHelp("Write the entry here.", valueName: "file"))
    var output: String?

    @OptionGroup var answer: OutputOptions

    func run() throws {
        let target = try output.map(newFile)
        let proven = try BatchProof(
            verifying: try Folder.read(file, bytesMax: BatchProof.bytesMax), genesis: try Folder.read(genesis)
        )
        if let target { try target.parent.write(proven.entry.content, as: target.name) }
        let statement = proven.statement.statement
        let found = Printed.ProvenEntry(
            record: proven.record, statement: statement.id, signer: statement.caller,
            position: proven.statement.entry.position, time: proven.statement.entry.time,
            entry: proven.entry.index, entries: proven.entry.count, name: proven.entry.name,
            byteCount: proven.entry.content.count)
        try answer.print(found) {
            print(
                "entry \(found.entry) of \(found.entries), \(found.byteCount) bytes: \(SafeText.escaped(found.name))"
            )
            print("  in the batch of record \(found.record.short)")
            print(
                "  by \(statement.assertion.kind) \(found.statement.short), signed by \(found.signer.short)")
            print("  on the ledger at position \(found.position), \(Moment.text(found.time))")
            print("All holds.")
        }
    }
}
