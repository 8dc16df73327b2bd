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
import Workflow

/// `medseal grants`
struct GrantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grants", abstract: "List what patients have granted to you.",
        discussion: "Example: medseal grants --home officer")

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (grants, looked) = try await member.listing { try await $0.grants() }
        let now = machineTime()
        let rows = grants.map { granted in
            Printed.ReceivedGrant(
                grant: granted.id, record: granted.grant.record, kind: granted.grant.kind.name,
                purpose: granted.grant.purpose.name, stage: granted.state.stage(in: granted.record, at: now),
                notAfter: granted.grant.notAfter, releasesUsed: granted.state.releasesUsed,
                releasesAllowed: granted.state.releasesAllowed,
                custodians: granted.custodians)
        }
        try output.print(rows) {
            guard !rows.isEmpty else { return print(looked.none("grants to you")) }
            let short = ShortIDs(rows.map(\.grant))
            let shortRecord = ShortIDs(rows.map(\.record))
            for row in rows {
                let custodians = row.custodians.map(\.description).joined(separator: ", ")
                print("Grant \(short(row.grant))")
                print("  record  \(shortRecord(row.record)) at \(custodians)")
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
    var grant: TypedStatement?

    @Option(help: ArgumentHelp("Everything granted in answer to this request.", valueName: "request"))
    var request: TypedStatement?

    @Option(help: ArgumentHelp("A record of your own organisation (gateway).", valueName: "record"))
    var record: TypedRecord?

    @Option(help: ArgumentHelp("Why, with --record.", valueName: "basis"))
    var basis: StaffBasis?

    @Option(help: ArgumentHelp("An emergency that names you as its reader.", valueName: "emergency"))
    var emergency: TypedStatement?

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

        static var allValueDescriptions: [String: String] {
            ["care": "to treat the patient", "administration": "to keep the organisation's records in order"]
        }
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
        let (fetched, failure) = try await member.open {
            member -> ([Printed.FetchedRecord], (any Error)?) in
            if let right = try await right(as: member.connection) {
                return ([try await fetch(right, as: member, to: output, keepingSealedIn: sealed, bar)], nil)
            }
            let grants = try await member.grants(grant, answering: request)
            return try await member.each(of: grants, "fetched") { grant in
                // Several records may hold files of one name: each goes into a folder of its own.
                let own = grants.count == 1 ? nil : grant.short
                return try await fetch(
                    .grant(grant), as: member,
                    to: own.map { Folder(output).file($0) + "/" } ?? output,
                    keepingSealedIn: sealed.map { folder in
                        own.map { Folder(folder).file($0) } ?? folder
                    }, bar)
            }
        }
        bar.finish()
        try form.print(fetched)
        if let failure { throw failure }
    }

    /// By what right, where it is no grant's.
    private func right(as connection: Connection) async throws -> FetchRight? {
        if let emergency { return .emergency(try await connection.statement(emergency, "emergency")) }
        guard let record, let basis else { return nil }
        return .custody(try await connection.record(record), basis == .care ? .care : .administration)
    }

    private func fetch(
        _ right: FetchRight, as member: Member, to target: String, keepingSealedIn sealed: String?,
        _ bar: LazyBar
    ) async throws -> Printed.FetchedRecord {
        let places = try FolderSinks(target, replacing: force)
        let kept = try sealed.map { try FolderSinks($0 + "/", replacing: true) }
        let fetched = try await member.fetch(
            right, into: places, only: files.isEmpty ? nil : files, keepingSealed: kept
        ) {
            bar.report($0, of: $1)
        }
        return Printed.FetchedRecord(fetched, in: places)
    }
}
