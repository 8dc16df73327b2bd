public import Contract
import Evidence
import Primitives
public import Sealing

// What a custodian's desk keeps of its patients, sealed, as its members read it. The server finds a patient by an index
// that only the desk's key computes.

extension LedgerView {
    /// The patient of that number. Fails with `badInput` when there is none, with `unverified` when the entry is not
    /// the desk's own.
    public func patient(_ number: String, _ desk: DeskKeys) throws(Pause) -> AdmittedPatient {
        let index: Digest
        do throws(PartyError) { index = try desk.index(of: number) } catch { throw .failure(error) }
        let call = Call.directoryEntry(index, at: desk.organisation)
        guard try optionalBody(of: call) != nil else {
            throw .failure(.badInput("\(desk.organisation) knows no patient of this number"))
        }
        let entry = try json(of: call) { fields throws(JSONValue.Malformed) in try fields.base64("entry") }
        do throws(PartyError) {
            return try desk.patient(entry, number: number)
        } catch { throw .failure(error) }
    }

    /// A permit of the patient's for `purpose` (a record's handle or a request's id): the same one for the same
    /// purpose. Nil when the stock is empty.
    public func permit(
        of patient: AdmittedPatient, for purpose: Digest, _ desk: DeskKeys
    ) throws(Pause) -> [UInt8]? {
        let call = Call.takePermit(of: patient.inbox, for: purpose, at: desk.organisation)
        guard let body = try optionalBody(of: call) else { return nil }
        do throws(PartyError) {
            return try desk.permit(inAnswer: body, of: patient.inbox)
        } catch { throw .failure(error) }
    }
}

extension DeskKeys {
    /// The permit in the answer to `Call.takePermit`. Throws `unverified` unless the patient handed it over.
    func permit(inAnswer body: [UInt8], of inbox: PublicKey) throws(PartyError) -> [UInt8] {
        let sealed: [UInt8]
        do throws(JSONValue.Malformed) {
            var fields = try JSONFields(JSONValue(decoding: body))
            sealed = try fields.base64("permit")
        } catch { throw .unverified("the server's answer about a permit is malformed") }
        return try permit(sealed, of: inbox)
    }
}
