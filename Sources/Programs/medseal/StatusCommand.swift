import ArgumentParser
import Files
import Homes
import Members
import Patients
import Remote
import Terminal

/// `medseal status`
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show everything of yours that ends, when, and what renews it.",
        discussion: """
            Of a member the certificate, the enrolment, the organisation's revocation list and records key; of a patient the \
            permits and what was entrusted; of both the server's certificate. From 30 days before an end on every command warns.

            Example: medseal status --home ada
            """)

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let deadlines: [Deadline]
        if PatientHome.exists(in: try member.home.folder) {
            let patient = PatientOptions(member)
            deadlines = try await patient.patient { try await $0.status() }
        } else {
            deadlines = try await member.open { try await $0.status() }
        }
        try output.print(deadlines) {
            var table = Table("ENDS", "WHAT", "HOW IT IS RENEWED")
            for deadline in deadlines {
                let ends = deadline.ends.map { Moment.text($0) } ?? "no end"
                table.add(ends, deadline.subject, deadline.renewal)
            }
            table.print()
        }
    }
}
