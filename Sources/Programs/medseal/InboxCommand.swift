import ArgumentParser
import Contract
import Foundation
import Homes
import Patients
import Remote
import Sealing
import Terminal
import Workflow

/// `medseal inbox`
struct InboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inbox", abstract: "Show who asks for your records.",
        discussion: """
            Who asks was verified: enrolled on the ledger by its organisation, certificate and keys as enrolled, not retired.

            Example: medseal inbox --home wallet
            """)

    static let otherKey = "this name had another key when you approved it before: ask its organisation why"

    @Flag(help: "Also those that were answered or have expired.")
    var all = false

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let now = machineTime()
        let requests = try await patient.patient { try await $0.inbox() }.filter {
            all || $0.isWaiting(at: now)
        }
        struct Row: Encodable {
            var request: StatementID
            var custodian: OrganisationName
            var requester: String
            var verified: Bool
            var isUnderAnotherKey: Bool
            var purpose: String
            var kind: String
            var notAfter: LedgerTime
            var stage: String
            var text: String
        }
        let rows = requests.map { request in
            Row(
                request: request.id, custodian: request.custodian, requester: request.requesterShown,
                verified: request.isVerified, isUnderAnotherKey: request.isUnderAnotherKey,
                purpose: request.purpose.name, kind: request.kind.name,
                notAfter: request.notAfter, stage: request.stage.name, text: request.text)
        }
        try output.print(rows) {
            guard !rows.isEmpty else { return print("Nobody asks for your records.") }
            for row in rows {
                print("Request \(row.request)")
                print("  from   \(row.requester)")
                if row.isUnderAnotherKey { print("  NOTE   \(Self.otherKey)") }
                print(
                    "  wants  \(row.kind == "transfer" ? "to receive and keep" : "to read") records at \(row.custodian)"
                )
                print("  for    \(row.purpose), until \(Moment.text(row.notAfter))")
                if !row.text.isEmpty { print("  text   \(row.text)") }
                print("  stage  \(row.stage)")
            }
        }
    }
}

extension RoutedRequest {
    var isVerified: Bool { if case .success = requester { true } else { false } }

    var requesterShown: String {
        switch requester {
        case .success(let member): member.shown
        case .failure(let failure): "NOT VERIFIED, cannot be approved: \(failure.message)"
        }
    }
}

/// `medseal records`
struct RecordsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "records", abstract: "Show your records and who may open them.",
        discussion: """
            What a vault gives out for this is on the ledger too, as read by the owner.

            Example: medseal records --home wallet
            """)

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let views = try await patient.patient { try await $0.records() }
        let now = machineTime()
        let rows = views.map { RecordRow($0, now: now) }
        try output.print(rows) {
            guard !rows.isEmpty else { return print("No records.") }
            for row in rows {
                print("Record \(row.record)")
                print(
                    "  kept by  \(row.custodians.joined(separator: ", ")); deposited \(Moment.text(row.depositedAt))"
                )
                for file in row.files { print("  file     \(file.line)") }
                for grant in row.grants {
                    print("  grant    \(grant.grant)")
                    print("           \(grant.grantee): \(grant.kind) for \(grant.purpose), \(grant.stage)")
                    print(
                        "           until \(Moment.text(grant.notAfter)), \(grant.releasesUsed) of \(grant.releasesAllowed) releases used"
                    )
                }
            }
        }
    }
}

/// A file of a record, for people and programs.
struct FileRow: Encodable {
    var name: String
    var mediaType: String
    var byteCount: Int
    var sha256: Digest
    var ciphertext: Digest
    var modality: String?
    var studyDate: String?
    var bodyPart: String?

    init(_ file: Descriptor.File) {
        name = SafeText.escaped(file.name)
        mediaType = SafeText.escaped(file.mediaType)
        byteCount = Int(file.byteCount)
        sha256 = file.sha256
        ciphertext = file.ciphertext
        modality = file.dicom?.modality.map(SafeText.escaped)
        studyDate = file.dicom?.studyDate.map(SafeText.escaped)
        bodyPart = file.dicom?.bodyPart.map(SafeText.escaped)
    }

    var line: String {
        let scan = [modality, bodyPart, studyDate].compactMap(\.self).joined(separator: " ")
        return "\(name)  \(byteCount) bytes  \(mediaType)" + (scan.isEmpty ? "" : "  (\(scan))")
    }
}

struct RecordRow: Encodable {
    struct GrantRow: Encodable {
        var grant: StatementID
        var grantee: String
        var kind: String
        var purpose: String
        var stage: String
        var notAfter: LedgerTime
        var releasesUsed: UInt64
        var releasesAllowed: UInt64
    }
    var record: RecordHandle
    var custodians: [String]
    var depositedAt: LedgerTime
    var files: [FileRow]
    var grants: [GrantRow]

    init(_ view: Patient.RecordView, now: LedgerTime) {
        record = view.record.handle
        custodians = view.record.custodians.map(\.description)
        depositedAt = view.descriptor.depositedAt
        files = view.descriptor.files.map { FileRow($0) }
        grants = view.grants.map { grant in
            GrantRow(
                grant: grant.id, grantee: grant.grantee, kind: grant.state.kind.name,
                purpose: grant.state.purpose.name, stage: grant.state.stage(at: now),
                notAfter: grant.state.notAfter,
                releasesUsed: grant.state.releasesUsed, releasesAllowed: grant.state.releasesAllowed)
        }
    }
}
