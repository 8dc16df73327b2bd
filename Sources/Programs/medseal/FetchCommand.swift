import API
import ArgumentParser
import Contract
import Files
import Foundation
import Homes
import Members
import Remote
import Sealing
import Terminal

/// `medseal grants`
struct GrantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grants", abstract: "List what patients have granted to you.",
        discussion: "Example: medseal grants --home officer")

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let grants = try await member.open { try await $0.grants() }
        struct Row: Encodable {
            var grant: StatementID
            var record: RecordHandle
            var kind: String
            var purpose: String
            var stage: String
            var notAfter: LedgerTime
            var releasesUsed: UInt64
            var releasesAllowed: UInt64
            var custodians: [String]
        }
        let now = machineTime()
        let rows = grants.map { granted in
            Row(
                grant: granted.id, record: granted.grant.record, kind: granted.grant.kind.name,
                purpose: granted.grant.purpose.name, stage: granted.state.stage(at: now),
                notAfter: granted.grant.notAfter, releasesUsed: granted.state.releasesUsed,
                releasesAllowed: granted.state.releasesAllowed,
                custodians: granted.custodians.map(\.description))
        }
        try output.print(rows) {
            guard !rows.isEmpty else { return print("No grants.") }
            for row in rows {
                print("Grant \(row.grant)")
                print("  record  \(row.record) at \(row.custodians.joined(separator: ", "))")
                print("  \(row.kind) for \(row.purpose), \(row.stage), until \(Moment.text(row.notAfter))")
                print("  \(row.releasesUsed) of \(row.releasesAllowed) releases used")
            }
        }
    }
}

/// `medseal fetch`
struct FetchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Fetch and open what a patient has granted.",
        discussion: """
            The release is on the ledger before a byte is served. A file is written only when its hash, its key, its header and \
            every byte of it hold. A hospital's gateway fetches its own records with --record and --basis.

            Examples:
              medseal fetch --grant GRANT -o scans --home officer
              medseal fetch --record RECORD --basis care -o scans --home gateway
              medseal fetch --grant GRANT --file scan.dcm -o scans --home officer
            """)

    @Option(help: ArgumentHelp("A grant's id.", valueName: "grant"))
    var grant: StatementID?

    @Option(help: ArgumentHelp("Everything granted in answer to this request.", valueName: "request"))
    var request: StatementID?

    @Option(help: ArgumentHelp("A record of your own organisation (gateway).", valueName: "record"))
    var record: RecordHandle?

    @Option(help: ArgumentHelp("Why: care or administration; with --record.", valueName: "basis"))
    var basis: StaffBasis?

    @Option(help: ArgumentHelp("An emergency that names you as its reader.", valueName: "emergency"))
    var emergency: StatementID?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The folder or, for one file, the file to write.", valueName: "path"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "Keep in this folder what was served, as it was served: any age tool opens it.", valueName: "dir")
    )
    var sealed: String?

    @Option(
        name: .customLong("file"),
        help: ArgumentHelp("Only this file; may be given more than once.", valueName: "name"))
    var files: [String] = []

    @Flag(help: "Replace files that are there.")
    var force = false

    @OptionGroup var member: MemberOptions
    @OptionGroup var form: OutputOptions

    enum StaffBasis: String, ExpressibleByArgument, CaseIterable {
        case care
        case administration
    }

    func validate() throws {
        guard [grant, request, emergency].count(where: { $0 != nil }) + (record == nil ? 0 : 1) == 1 else {
            throw ValidationError("Name one of --grant, --request, --record and --emergency.")
        }
        guard (record == nil) == (basis == nil) else {
            throw ValidationError("--record and --basis go together.")
        }
    }

    func run() async throws {
        let bar = LazyBar("fetching")
        let fetched = try await member.open { member in
            if let right {
                return [try await fetch(right, as: member, to: output, keepingSealedIn: sealed, bar)]
            }
            var grants = [StatementID]()
            if let grant { grants = [grant] }
            if let request { grants = try await member.grants(answering: request) }
            var fetched = [(fetched: Fetched, places: FolderSinks)]()
            for grant in grants {
                // Several records may hold files of one name: each goes into a folder of its own.
                let own = grants.count == 1 ? nil : String(grant.hex.prefix(16))
                fetched.append(
                    try await fetch(
                        .grant(grant), as: member,
                        to: own.map { Folder(output).file($0) + "/" } ?? output,
                        keepingSealedIn: sealed.map { folder in
                            own.map { Folder(folder).file($0) } ?? folder
                        }, bar))
            }
            return fetched
        }
        bar.finish()
        try report(fetched)
    }

    /// By what right, where it is no grant's.
    private var right: Member.FetchRight? {
        if let emergency { return .emergency(emergency) }
        guard let record, let basis else { return nil }
        return .custody(record, basis == .care ? .care : .administration)
    }

    private func fetch(
        _ right: Member.FetchRight, as member: Member, to target: String, keepingSealedIn sealed: String?,
        _ bar: LazyBar
    ) async throws -> (fetched: Fetched, places: FolderSinks) {
        let places = try FolderSinks(target, replacing: force)
        let kept = try sealed.map { try FolderSinks($0 + "/", replacing: true) }
        let fetched = try await member.fetch(
            right, into: places, only: files.isEmpty ? nil : files, keepingSealed: kept
        ) {
            bar.report($0, of: $1)
        }
        return (fetched, places)
    }

    private func report(_ fetched: [(fetched: Fetched, places: FolderSinks)]) throws {
        struct Row: Encodable {
            struct File: Encodable {
                var path: String
                var byteCount: Int
                var sha256: Digest
                var mediaType: String
                var holdsProgram: Bool
            }
            var record: RecordHandle
            var release: StatementID
            var files: [File]
        }
        let rows = fetched.map { done, places in
            Row(
                record: done.record, release: done.release,
                files: done.files.map {
                    .init(
                        path: places.path(of: $0.name), byteCount: $0.byteCount, sha256: $0.sha256,
                        mediaType: $0.mediaType,
                        holdsProgram: $0.holdsProgram)
                })
        }
        for file in rows.flatMap(\.files) where file.holdsProgram {
            Standard.error(
                "medseal: warning: \(file.path) begins like a program; open it only with a viewer, never run it"
            )
        }
        try form.print(rows) {
            for row in rows {
                print("Fetched record \(row.record)")
                for file in row.files {
                    print("  \(file.path)  \(file.byteCount) bytes  sha256 \(file.sha256)")
                }
            }
        }
    }
}

/// `medseal receive`
struct ReceiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receive",
        abstract: "Receive a record that a patient lets your hospital keep too (gateway).",
        discussion: "Example: medseal receive --grant GRANT --home gateway2")

    @Option(help: ArgumentHelp("A transfer grant's id.", valueName: "grant"))
    var grant: StatementID?

    @Option(help: ArgumentHelp("Everything granted in answer to this request.", valueName: "request"))
    var request: StatementID?

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (grant == nil) != (request == nil) else {
            throw ValidationError("Name one of --grant and --request.")
        }
    }

    func run() async throws {
        struct Row: Encodable {
            var record: RecordHandle
            var files: Int
            var alreadyCustodian: Bool
            var position: UInt64?
            var acknowledged: Wire.Acknowledged?
        }
        let rows = try await member.open { member in
            var grants = [StatementID]()
            if let grant { grants = [grant] }
            if let request { grants = try await member.grants(answering: request) }
            var rows = [Row]()
            for grant in grants {
                let done = try await member.receive(grant)
                rows.append(
                    Row(
                        record: done.record, files: done.files, alreadyCustodian: done.receipt == nil,
                        position: done.receipt?.position, acknowledged: done.receipt?.acknowledged))
            }
            return rows
        }
        try output.print(rows) {
            for row in rows {
                if let position = row.position, let acknowledged = row.acknowledged {
                    print(
                        "Received record \(row.record): \(row.files) file(s), acknowledged at ledger position \(position) (\(acknowledged))"
                    )
                } else {
                    print("Custodian of record \(row.record) already")
                }
            }
        }
    }
}
