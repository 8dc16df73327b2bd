import API
import Age
import Contract
import Foundation
import Identity
import Primitives
public import Remote

/// A custodian's desk as its members work at it: admits patients, finds them, takes their permits.
///
/// The server keeps all of it sealed and finds a patient by an index that only the desk's key computes.
public struct Desk: Sendable {
    let member: Member
    let connection: Connection
    private let keys: DeskKeys

    /// Throws `refused` unless the member works at the desk of a custodian.
    public init(_ member: Member, _ connection: Connection) throws(ClientFailure) {
        self.member = member
        self.connection = connection
        keys = DeskKeys(
            try member.requireDesk(), organisation: member.organisation.name, network: member.network.id)
    }

    private var routes: Routes.Organisation { Routes.Organisation(member.organisation.name) }

    /// The wallets that wait to be admitted, each with the short code that its owner must show too.
    public func applicants() async throws -> [Applicant] {
        let answer: Wire.Applications = try await connection.call(.get, routes.inboxes)
        return answer.applications.compactMap {
            keys.applicant(inbox: $0.inbox, recipient: $0.recipient, letter: [UInt8]($0.letter))
        }
    }

    /// Enters the patient whose wallet shows `shortCode`. Throws `refused` when no wallet does.
    public func admit(shortCode: String, number: String, name: String) async throws {
        let index = try keys.index(of: number)
        guard (1...200).contains(name.utf8.count) else {
            throw ClientFailure.badInput("a patient's name has 1 to 200 bytes")
        }
        let typed = shortCode.uppercased().filter { $0 != "-" && $0 != " " }
        let matching = try await applicants().filter { $0.shortCode.filter { $0 != "-" } == typed }
        guard let applicant = matching.first else {
            throw ClientFailure.refused(
                "no wallet that waits here shows the short code \(SafeText.escaped(shortCode))")
        }
        let sealed = try keys.entry(number: number, name: name, of: applicant)
        try await connection.call(
            .put, routes.directory,
            json: Wire.DirectoryEntry(
                index: index, inbox: applicant.inbox, recipient: applicant.recipient.text, entry: Data(sealed)
            ))
    }

    /// The patient of that number. Throws `badInput` when there is none, `unverified` when the entry is not
    /// the desk's own.
    public func patient(_ number: String) async throws -> AdmittedPatient {
        let index = try keys.index(of: number)
        let answer: Wire.DirectoryEntry
        do {
            answer = try await connection.call(.get, routes.entry(index.hex))
        } catch let problem as Problem where problem.type == .notFound {
            throw ClientFailure.badInput("\(member.organisation.name) knows no patient of this number")
        }
        return try keys.patient([UInt8](answer.entry), number: number)
    }

    /// A permit of the patient's for `purpose` (a record's handle or a request's id): the same one for the
    /// same purpose. Nil when the stock is empty.
    func permit(of patient: AdmittedPatient, for purpose: [UInt8]) async throws -> [UInt8]? {
        guard let purpose = Digest(purpose) else { preconditionFailure("a purpose has 32 bytes") }
        let taken: Wire.Taken
        do {
            taken = try await connection.call(
                .post, routes.take(patient.inbox.hex), json: Wire.Take(purpose: purpose))
        } catch let problem as Problem where problem.type == .stockEmpty {
            return nil
        }
        return try keys.permit([UInt8](taken.permit), of: patient.inbox)
    }
}
