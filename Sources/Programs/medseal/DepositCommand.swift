import API
import Age
import ArgumentParser
import Contract
import Foundation
import Homes
import Members
import Terminal

/// `medseal deposit`
struct DepositCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deposit", abstract: "Save files as one record of a patient's.",
        discussion: """
            Files are sealed here; the vault gets ciphertext. Without a permit of the patient's the contract refuses. The same \
            command again goes on where it was cut off, and never makes a second record unless --again is given.

            Example: medseal deposit scan.dcm prescription.pdf --patient-file number.txt --home ada
            """)

    @OptionGroup var files: FileArguments

    @OptionGroup var patient: PatientNumberOptions

    @Option(
        help: ArgumentHelp(
            "The kind of the record's key.", valueName: "kind"))
    var keyKind = KeyKindOption.hybrid

    @Flag(help: "Make a new record even if these files were deposited for this patient before.")
    var again = false

    @Option(
        help: ArgumentHelp(
            "Without a permit, openly marked so, for this reason: nobody outside can be granted the record until the patient adopts it.",
            valueName: "reason"))
    var custodial: TypedChoice<CustodialReason>?

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let patient = try self.patient.read()
        if let custodial {
            let (record, receipt) = try await member.open {
                try await $0.depositCustodial(
                    try files.sources(), patient: patient, reason: custodial.value, kind: keyKind.age)
            }
            let answer = Printed.Deposited(
                record: record, files: [], alreadyDeposited: false, position: receipt.position,
                acknowledged: receipt.acknowledged, lost: nil)
            return try output.print(answer) {
                print("Deposited custodial record \(record.short), \(receipt.shown)")
            }
        }
        let bars = DepositBars()
        let done = try await member.open {
            try await $0.deposit(
                try files.sources(), patient: patient, kind: keyKind.age, again: again,
                progress: { bars.report($0) })
        }
        bars.finish()
        let answer = Printed.Deposited(
            record: done.record, files: done.files, alreadyDeposited: done.wasThere,
            position: done.receipt?.position, acknowledged: done.receipt?.acknowledged, lost: done.lost)
        try output.print(answer) {
            if let lost = done.lost {
                print("The vault had lost some of record \(lost.short): these files are deposited anew")
            }
            if let receipt = done.receipt {
                print("Deposited record \(done.record.short)")
                print("  \(done.files.count) file(s), \(receipt.shown)")
            } else {
                print("Already deposited as record \(done.record.short)")
            }
        }
    }
}

/// One bar after the other.
private final class DepositBars: Sendable {
    private let lock = NSLock()
    // Only touched while `lock` is held.
    private nonisolated(unsafe) var sealing: ProgressBar?
    private nonisolated(unsafe) var sending: ProgressBar?

    func report(_ progress: DepositProgress) {
        lock.withLock {
            switch progress {
            case .sealing(let done, let total):
                if sealing == nil { sealing = ProgressBar("sealing", totalBytes: total) }
                sealing?.report(done)
            case .goingOn(let offset, let total):
                Standard.error("medseal: the vault has \(offset) of \(total) bytes of a file: going on there")
            case .sending(let done, let total):
                if sending == nil { sending = ProgressBar("sending", totalBytes: total) }
                sending?.report(done)
            }
        }
    }

    func finish() { lock.withLock { (sending ?? sealing)?.finish() } }
}
