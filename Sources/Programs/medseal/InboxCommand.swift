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
        let rows = requests.map { request in
            Printed.InboxRequest(
                request: request.id, custodian: request.custodian, requester: request.requesterShown,
                verified: request.isVerified, isUnderAnotherKey: request.isUnderAnotherKey,
                purpose: request.purpose.name, kind: request.kind.name,
                notAfter: request.notAfter, stage: request.stage.name, text: request.text)
        }
        try output.print(rows) {
            guard !rows.isEmpty else { return print("Nobody asks for your records.") }
            let short = ShortIDs(rows.map(\.request))
            for (row, request) in zip(rows, requests) {
                print("Request \(short(row.request))")
                print("  from   \(row.requester)")
                if row.isUnderAnotherKey { print("  NOTE   \(Self.otherKey)") }
                print(
                    "  wants  \(request.wish) records at \(row.custodian)\(request.isRemoval ? " erased" : "")"
                )
                print("  for    \(row.purpose), until \(Moment.text(row.notAfter))")
                if !row.text.isEmpty { print("  text   \(row.text)") }
                print("  stage  \(row.stage)")
            }
        }
    }
}

extension RoutedRequest {
    fileprivate var isRemoval: Bool { purpose == .removal }

    fileprivate var wish: String {
        if isRemoval { return "to have" }
        return kind == .transfer ? "to receive and keep" : "to read"
    }

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

    @Flag(help: "List every file by its name.")
    var files = false

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let views = try await patient.patient { try await $0.records() }
        let now = machineTime()
        let rows = views.map { Printed.OwnRecord($0, now: now) }
        try output.print(rows) {
            guard !rows.isEmpty else { return print("No records.") }
            let short = ShortIDs(rows.map(\.record))
            let shortGrant = ShortIDs(rows.flatMap(\.grants).map(\.grant))
            for (row, view) in zip(rows, views) {
                print("Record \(short(row.record))")
                for line in row.custody { print("  \(line)") }
                if let reason = row.unshown, !view.record.isGone { print("  NOT SHOWN  \(reason)") }
                for line in lines(of: row, view) { print("  file     \(line)") }
                if let reason = row.unshownGrants { print("  grants   NOT SHOWN: \(reason)") }
                for grant in row.grants {
                    print("  grant    \(shortGrant(grant.grant))")
                    print("           \(grant.grantee): \(grant.kind) for \(grant.purpose), \(grant.stage)")
                    print(
                        "           until \(Moment.text(grant.notAfter)), \(grant.releasesUsed) of \(grant.releasesAllowed) releases used"
                    )
                }
            }
        }
    }

    private func lines(of row: Printed.OwnRecord, _ view: Patient.RecordView) -> [String] {
        if files { return row.files.map(\.line) }
        return ContentSummary((try? view.descriptor.get())?.files ?? []).lines
    }
}

extension Printed.RecordFile {
    init(_ file: Descriptor.File) {
        self.init(
            name: SafeText.escaped(file.name), mediaType: SafeText.escaped(file.mediaType),
            byteCount: Int(file.byteCount), sha256: file.sha256, ciphertext: file.ciphertext,
            modality: file.dicom?.modality.map(SafeText.escaped),
            studyDate: file.dicom?.studyDate.map(SafeText.escaped),
            bodyPart: file.dicom?.bodyPart.map(SafeText.escaped))
    }

    /// For people.
    var line: String {
        let scan = [modality, bodyPart, studyDate].compactMap(\.self).joined(separator: " ")
        return "\(name)  \(byteCount) bytes  \(mediaType)" + (scan.isEmpty ? "" : "  (\(scan))")
    }
}

extension Printed.OwnRecord {
    init(_ view: Patient.RecordView, now: LedgerTime) {
        var unshown: (files: String?, grants: String?)
        let descriptor: Descriptor?
        switch view.descriptor {
        case .success(let shown): descriptor = shown
        case .failure(let failure): (descriptor, unshown.files) = (nil, failure.description)
        }
        let grants: [Patient.GivenGrant]
        switch view.grants {
        case .success(let shown): grants = shown
        case .failure(let failure): (grants, unshown.grants) = ([], failure.description)
        }
        self.init(
            record: view.record.handle, custodians: view.record.custodians,
            removedAt: view.record.state.removed, wasRemovedHere: view.wasRemovedHere,
            erasures: view.record.erasures.map {
                Printed.Erasure(organisation: $0.organisation, time: $0.time)
            },
            depositedAt: descriptor?.depositedAt,
            files: descriptor?.files.map { Printed.RecordFile($0) } ?? [], unshown: unshown.files,
            grants: grants.map { grant in
                Printed.RecordGrant(
                    grant: grant.id, grantee: grant.grantee, kind: grant.state.kind.name,
                    purpose: grant.state.purpose.name,
                    stage: grant.state.stage(in: view.record.state, at: now),
                    notAfter: grant.state.notAfter, releasesUsed: grant.state.releasesUsed,
                    releasesAllowed: grant.state.releasesAllowed)
            }, unshownGrants: unshown.grants)
    }

    /// Who keeps it; or since when it is gone, by whose word. For people.
    fileprivate var custody: [String] {
        let deposited = depositedAt.map { "; deposited \(Moment.text($0))" } ?? ""
        let keepers = custodians.map(\.description).joined(separator: ", ")
        var lines = [String]()
        if let removedAt {
            let word = wasRemovedHere ? "you ordered its erasure" : "an earlier owner ordered its erasure"
            lines.append("GONE     \(word) on \(Moment.text(removedAt))\(deposited)")
            if !keepers.isEmpty { lines.append("         \(keepers): has not yet said that it is erased") }
        } else {
            lines.append(
                custodians.isEmpty
                    ? "GONE     no one keeps it\(deposited)" : "kept by  \(keepers)\(deposited)")
        }
        for erasure in erasures {
            lines.append(
                "         \(erasure.organisation) said on \(Moment.text(erasure.time)) that it is erased")
        }
        return lines
    }
}
