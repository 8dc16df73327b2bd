import API
import Contract
import Evidence
import Homes
import Remote
import Sealing

// The sealed directory of a custodian's desk, as its members read it. The server keeps it and finds a patient by an
// index that only the desk's key computes.

extension Member {
    /// Throws `refused` unless the member works at the desk of a custodian.
    func deskKeys() throws(ClientFailure) -> DeskKeys {
        DeskKeys(try keys.requireDesk(), organisation: organisation.name, network: network.id)
    }

    /// The patient of that number. Throws `badInput` when there is none, `unverified` when the entry is not
    /// the desk's own.
    func patient(_ number: String) async throws -> AdmittedPatient {
        let desk = try deskKeys()
        let index = try desk.index(of: number)
        let answer: Wire.DirectoryEntry
        do {
            answer = try await connection.call(.get, Routes.Organisation(organisation.name).entry(index.hex))
        } catch let problem as Problem where problem.type == .notFound {
            throw ClientFailure.badInput("\(organisation.name) knows no patient of this number")
        }
        return try desk.patient([UInt8](answer.entry), number: number)
    }

    /// A permit of the patient's for `purpose` (a record's handle or a request's id): the same one for the
    /// same purpose. Nil when the stock is empty.
    func permit(of patient: AdmittedPatient, for purpose: [UInt8]) async throws -> [UInt8]? {
        guard let purpose = Digest(purpose) else { preconditionFailure("a purpose has 32 bytes") }
        let taken: Wire.Taken
        do {
            taken = try await connection.call(
                .post, Routes.Organisation(organisation.name).take(patient.inbox.hex),
                json: Wire.Take(purpose: purpose))
        } catch let problem as Problem where problem.type == .stockEmpty {
            return nil
        }
        return try deskKeys().permit([UInt8](taken.permit), of: patient.inbox)
    }

    /// The same, where the contract would refuse without one. Throws its reason.
    func requirePermit(of patient: AdmittedPatient, for record: RecordHandle) async throws -> [UInt8] {
        guard let permit = try await permit(of: patient, for: record.bytes) else {
            throw Problem.rejected(.permitMissing)
        }
        return permit
    }
}
