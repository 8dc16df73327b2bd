import API
import Age
import Contract
import Evidence
import Foundation
import Homes
import Remote
public import Sealing

extension Member {
    /// The wallets that wait to be admitted, each with the short code that its owner must show too.
    public func applicants() async throws -> [Applicant] {
        try await waitingInboxes().compactMap(\.applicant)
    }

    /// The inboxes that wait, each with what the desk reads of its letter; nil where that does not open.
    func waitingInboxes() async throws -> [(inbox: PublicKey, applicant: Applicant?)] {
        let desk = try deskKeys()
        var waiting = [(inbox: PublicKey, applicant: Applicant?)]()
        var last: PublicKey?
        // More than a server keeps: a server that lists without end is not believed.
        for _ in 0..<Self.applicationPagesMax {
            let page: Wire.Applications = try await connection.call(
                .get, Routes.Organisation(organisation.name).inboxes,
                query: last.map { [("after", $0.hex)] } ?? [])
            guard let end = page.applications.last?.inbox else { break }
            waiting += page.applications.map {
                (
                    $0.inbox,
                    desk.applicant(inbox: $0.inbox, recipient: $0.recipient, letter: [UInt8]($0.letter))
                )
            }
            last = end
        }
        return waiting
    }

    private static let applicationPagesMax = 64

    /// Enters the patient whose wallet shows `shortCode`. Throws `refused` when no wallet does.
    public func admit(shortCode: String, number: String, name: String) async throws {
        let desk = try deskKeys()
        let index = try desk.index(of: number)
        guard (1...200).contains(name.utf8.count) else {
            throw PartyError.badInput("a patient's name has 1 to 200 bytes")
        }
        guard let applicant = try await applicants().first(where: { $0.shows(shortCode) }) else {
            throw Self.absent(shortCode)
        }
        let sealed = try desk.entry(number: number, name: name, of: applicant)
        try await connection.call(
            .put, Routes.Organisation(organisation.name).directory,
            json: Wire.DirectoryEntry(
                index: index, inbox: applicant.inbox, recipient: applicant.recipient.text, entry: Data(sealed)
            ))
    }
}

extension Member {
    static func absent(_ shortCode: String) -> PartyError {
        .refused("no wallet that waits here shows the short code \(SafeText.escaped(shortCode))")
    }
}

extension Applicant {
    /// Whether its short code is the one that a person has typed.
    func shows(_ typed: String) -> Bool {
        shortCode.filter { $0 != "-" } == typed.uppercased().filter { $0 != "-" && $0 != " " }
    }
}
