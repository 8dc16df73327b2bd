public import Contract
import Evidence
import Homes
import Remote
import Sealing
public import Workflow

/// An emergency that a clinician means to declare.
public struct DeclaredEmergency: Sendable {
    public let record: RecordHandle
    /// Who is to read it, and of which organisation.
    public let reader: PublicKey
    public let readerOrganisation: OrganisationName
    /// The clinician who has to agree.
    public let second: PublicKey
    public let reason: EmergencyReason
    public let hours: Int
    /// What a gateway has left for the reader.
    public let envelope: Digest?

    public init(
        of record: RecordHandle, reader: PublicKey, of readerOrganisation: OrganisationName,
        second: PublicKey, reason: EmergencyReason, hours: Int, envelope: Digest?
    ) {
        self.record = record
        self.reader = reader
        self.readerOrganisation = readerOrganisation
        self.second = second
        self.reason = reason
        self.hours = hours
        self.envelope = envelope
    }
}

extension Member {
    /// Leaves an envelope for a clinician in the vault, to be named by an emergency (gateway). It is served
    /// to nobody before two clinicians have declared one.
    public func leaveEmergencyEnvelope(_ record: RecordHandle, reader: PublicKey) async throws -> Digest {
        let checkpoint = try await remembered.advance(connection)
        let holder = try await connection.verifiedMember(reader, under: checkpoint)
        let unlocked = try await unlock(.custody(record, .administration))
        let envelope = try await put(
            try Envelope.wrap(unlocked.fetched.wholeKeys(), record: record, forEmergency: holder),
            as: .emergencyEnvelope,
            of: record)
        unlocked.finish()
        return envelope
    }

    /// A draft of an emergency, to which the second clinician has to agree.
    public func declareEmergency(_ it: DeclaredEmergency) throws -> StatementDraft {
        guard (1...24).contains(it.hours) else {
            throw PartyError.badInput("an emergency lasts 1 to 24 hours")
        }
        return draft(
            .emergency(
                Emergency(
                    organisation: organisation.name, record: it.record,
                    readerOrganisation: it.readerOrganisation, reader: it.reader, second: it.second,
                    reason: it.reason, notAfter: surroundings.now() + UInt64(it.hours) * 3_600,
                    envelope: it.envelope)))
    }
}
