import API
import Contract
import Evidence
import Homes
import Remote
import Sealing
import Workflow

// The sealed directory of a custodian's desk, and its patients' permits, as its members use them.

extension Member {
    /// Throws `refused` unless the member works at the desk of a custodian.
    func deskKeys() throws(PartyError) -> DeskKeys {
        DeskKeys(try keys.reader.requireDesk(), organisation: organisation.name, network: network.id)
    }

    /// The patient of that number. Throws `badInput` when there is none, `unverified` when the entry is not
    /// the desk's own.
    func patient(_ number: String) async throws -> AdmittedPatient {
        let desk = try deskKeys()
        return try await connection.read(under: nil) { ledger throws(Pause) in
            try ledger.patient(number, desk)
        }
    }

    /// A permit of the patient's for `purpose` (a record's handle or a request's id): the same one for the
    /// same purpose. Nil when the stock is empty.
    func permit(of patient: AdmittedPatient, for purpose: [UInt8]) async throws -> [UInt8]? {
        guard let purpose = Digest(purpose) else { preconditionFailure("a purpose has 32 bytes") }
        let desk = try deskKeys()
        return try await connection.read(under: nil) { ledger throws(Pause) in
            try ledger.permit(of: patient, for: purpose, desk)
        }
    }

    /// The same, where the contract would refuse without one. Throws its reason.
    func requirePermit(of patient: AdmittedPatient, for record: RecordHandle) async throws -> [UInt8] {
        guard let permit = try await permit(of: patient, for: record.bytes) else {
            throw PartyError.rejected(.permitMissing)
        }
        return permit
    }
}
