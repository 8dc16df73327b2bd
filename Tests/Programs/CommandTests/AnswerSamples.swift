import API
import Contract
import Terminal

@testable import Auditors
@testable import FabricChannel
@testable import Homes
@testable import Members
@testable import Patients
@testable import Workflow

/// One of each answer, with a value for every field.
enum AnswerSamples {
    typealias Sample = (name: String, answer: any Encodable)

    static var all: [Sample] {
        patients + members + auditors + offices + operators + parties
    }

    private static func id<Meaning>() -> Bytes32<Meaning> {
        guard let id = Bytes32<Meaning>([UInt8](repeating: 1, count: 32)) else {
            preconditionFailure("32 bytes")
        }
        return id
    }

    private static var statement: StatementID { id() }
    private static var record: RecordHandle { id() }
    private static var key: PublicKey { id() }
    private static var digest: Digest { id() }
    private static var organisation: OrganisationName {
        guard let name = OrganisationName("hospital1") else { preconditionFailure("a name") }
        return name
    }

    private static var recordFile: Printed.RecordFile {
        Printed.RecordFile(
            name: "text", mediaType: "text", byteCount: 1, sha256: digest, ciphertext: digest,
            modality: "text", studyDate: "text", bodyPart: "text")
    }
    private static var recordGrant: Printed.RecordGrant {
        Printed.RecordGrant(
            grant: statement, grantee: "text", kind: "text", purpose: "text", stage: "text", notAfter: 1,
            releasesUsed: 1, releasesAllowed: 1)
    }
    private static var openedFile: Printed.OpenedFile {
        Printed.OpenedFile(path: "text", byteCount: 1, sha256: digest, mediaType: "text", holdsProgram: true)
    }
    private static var emergency: Printed.Emergency {
        Printed.Emergency(
            emergency: statement, record: record, custodian: organisation, reason: "text", until: 1,
            review: "text")
    }
    private static var batchEntry: Printed.BatchEntry {
        Printed.BatchEntry(index: 1, name: "text", byteCount: 1)
    }
    private static var blockStatement: Printed.BlockStatement {
        Printed.BlockStatement(
            statement: statement, kind: "text", time: 1, signer: key, transaction: "text",
            client: organisation, endorsers: [organisation], writes: 1, saidToCount: true)
    }
    private static var organisationServer: Printed.OrganisationServer {
        Printed.OrganisationServer(organisation: organisation, server: "text")
    }

    private static var patients: [Sample] {
        [
            (
                "InboxRequest",
                Printed.InboxRequest(
                    request: statement, custodian: organisation, requester: "text", verified: true,
                    isUnderAnotherKey: true, purpose: "text", kind: "text", notAfter: 1, stage: "text",
                    text: "text")
            ),
            (
                "OwnRecord",
                Printed.OwnRecord(
                    record: record, custodians: [organisation], depositedAt: 1, files: [recordFile],
                    grants: [recordGrant])
            ),
            ("RecordFile", recordFile),
            ("RecordGrant", recordGrant),
            ("Approved", Printed.Approved(grants: [statement], acknowledged: .cosigned)),
            ("Rejected", Printed.Rejected(request: statement, acknowledged: .cosigned)),
            ("Revoked", Printed.Revoked(grants: [statement], acknowledged: .cosigned)),
            ("Granted", Printed.Granted(grant: statement, position: 1, acknowledged: .cosigned)),
            ("OpenedFile", openedFile),
            (
                "FetchedRecord",
                Printed.FetchedRecord(
                    record: record, release: statement, files: [openedFile], additionsLeftOut: 0)
            ),
            (
                "Joined",
                Printed.Joined(organisation: organisation, shortCode: "text", permits: 1, newWallet: true)
            ),
            ("ToppedUp", Printed.ToppedUp(organisation: organisation, permits: 1)),
            ("Recovered", Printed.Recovered(organisations: [organisation])),
            ("Invited", Printed.Invited(invitation: "text", records: 1)),
            (
                "EntrustedRecord",
                Printed.EntrustedRecord(record: record, scope: "text", until: 1, isOver: true)
            ),
            ("History", Printed.History(events: [event], grants: [use])),
        ]
    }

    private static var members: [Sample] {
        [
            ("Statement", Printed.Statement(statement: statement, position: 1, acknowledged: .cosigned)),
            (
                "Deposited",
                Printed.Deposited(
                    record: record, files: [digest], alreadyDeposited: true, position: 1,
                    acknowledged: .cosigned)
            ),
            ("Admitted", Printed.Admitted(patient: "text")),
            ("RejectedApplications", Printed.RejectedApplications(applications: 1)),
            ("Application", Printed.Application(shortCode: "text", permits: 1, inbox: key)),
            ("Requested", Printed.Requested(request: statement, position: 1, acknowledged: .cosigned)),
            ("Routed", Printed.Routed(request: statement, acknowledged: .cosigned)),
            (
                "ReceivedGrant",
                Printed.ReceivedGrant(
                    grant: statement, record: record, kind: "text", purpose: "text", stage: "text",
                    notAfter: 1, releasesUsed: 1, releasesAllowed: 1, custodians: [organisation])
            ),
            (
                "Received",
                Printed.Received(
                    record: record, files: 1, alreadyCustodian: true, position: 1, acknowledged: .cosigned)
            ),
            ("Removal", Printed.Removal(record: record, since: 1, heldUntil: 1)),
            ("Drafted", Printed.Drafted(draft: "text")),
            ("Agreed", Printed.Agreed(approvals: 1)),
            ("EmergencyEnvelope", Printed.EmergencyEnvelope(envelope: digest)),
            ("Emergencies", Printed.Emergencies(emergencies: [emergency], overdue: 1)),
            ("Emergency", emergency),
            ("BatchContents", Printed.BatchContents(root: digest, entries: [batchEntry])),
            ("BatchEntry", batchEntry),
            (
                "ProvenEntry",
                Printed.ProvenEntry(
                    record: record, statement: statement, signer: key, position: 1, time: 1, entry: 1,
                    entries: 1, name: "text", byteCount: 1)
            ),
        ]
    }

    private static var auditors: [Sample] {
        [
            (
                "ProvenFile",
                Printed.ProvenFile(
                    file: digest, record: record, statement: statement, kind: "text", position: 1, time: 1,
                    cosigners: [organisation])
            ),
            (
                "ProvenStatement",
                Printed.ProvenStatement(
                    statement: statement, kind: "text", position: 1, time: 1, signer: key, checkpointSize: 1,
                    cosigners: [organisation])
            ),
            (
                "ProvenBlock",
                Printed.ProvenBlock(
                    block: 1, hash: "text", orderer: organisation, statements: [blockStatement])
            ),
            ("BlockStatement", blockStatement),
            ("Audit", Printed.Audit(ledger: audit, fabric: channel)),
            (
                "InspectedFile",
                Printed.InspectedFile(
                    armored: true, stanzas: ["text"], postQuantum: true, headerBytes: 1, payloadBytes: 1,
                    plaintextBytes: 1)
            ),
            ("Copied", Printed.Copied(entries: 1)),
        ]
    }

    private static var offices: [Sample] {
        [
            (
                "FoundNetwork",
                Printed.FoundNetwork(
                    network: "text", origin: "text", server: "text", organisations: [organisation])
            ),
            ("UpdatedNetwork", Printed.UpdatedNetwork(organisations: [organisation])),
            (
                "ChangedMember",
                Printed.ChangedMember(
                    member: key, organisation: organisation, role: "text", position: 1,
                    acknowledged: .cosigned)
            ),
            ("Retired", Printed.Retired(member: key, acknowledged: .cosigned)),
            (
                "RevocationListPublished",
                Printed.RevocationListPublished(
                    organisation: organisation, number: 1, certificates: 1, until: 1)
            ),
        ]
    }

    private static var operators: [Sample] {
        [
            ("Examined", Printed.Examined(findings: ["text"])),
            ("Rebuilt", Printed.Rebuilt(entries: 1, leftOut: 1, previous: "text")),
            (
                "FabricFounded",
                Printed.FabricFounded(
                    folder: "text", organisations: ["text"], orderers: ["text"], endorsement: "text",
                    package: "text")
            ),
            ("FabricDivided", Printed.FabricDivided(folder: "text", servers: [organisationServer])),
            ("OrganisationServer", organisationServer),
            (
                "FollowedTransaction",
                Printed.FollowedTransaction(
                    block: 1, transaction: "text", event: "text", statement: statement, time: 1, first: 1,
                    entries: 1)
            ),
        ]
    }

    // What the party's modules give.

    private static var event: HistoryEvent {
        HistoryEvent(time: 1, position: 1, statement: statement, kind: "text", record: record, text: "text")
    }
    private static var use: GrantUse {
        GrantUse(
            position: 1, grant: statement, record: record, grantee: "text", kind: .read, used: 1,
            stage: "text")
    }
    private static let finding = AuditReport.Finding(
        kind: .missing, place: "text", subject: "text", problem: "text")
    private static var audit: AuditReport {
        var report = AuditReport()
        report.findings = [finding]
        return report
    }
    private static let note = FabricAudit.Note(block: 1, transaction: 1, text: "text")
    private static var blocks: FabricAudit.Report {
        var report = FabricAudit.Report()
        report.findings = [note]
        return report
    }
    private static var peer: ChannelAudit.Peer {
        ChannelAudit.Peer(
            organisation: "text", address: "text", newestBlock: 1, hasSameBlocks: true, values: 1)
    }
    private static var channel: ChannelAudit.Report {
        ChannelAudit.Report(channel: blocks, source: "text", peers: [peer])
    }

    private static var parties: [Sample] {
        [
            ("HistoryEvent", event), ("GrantUse", use),
            (
                "Disclosure",
                Disclosure(
                    time: 1, position: 1, release: statement, record: record, reader: "text",
                    readerOrganisation: "text", reason: "text", grant: statement, emergency: statement)
            ),
            (
                "RequestView",
                RequestView(
                    id: statement, requester: "text", requesterIsVerified: true, organisation: organisation,
                    custodian: organisation, purpose: "text", notAfter: 1, stage: "text", patient: "text",
                    kind: "text", text: "text", grants: [statement])
            ),
            (
                "ListedStatement",
                ListedStatement(position: 1, time: 1, kind: "text", statement: statement, signer: key)
            ),
            ("Event", Wire.Event(position: 1, time: 1, kind: "text", statement: statement)),
            (
                "ListedMember",
                ListedMember(
                    key: key, organisation: organisation, role: "text", name: "text", expires: 1,
                    status: "text")
            ),
            ("AuditReport", audit), ("Finding", finding), ("ChannelReport", channel), ("Peer", peer),
            ("BlocksReport", blocks), ("Note", note),
        ]
    }
}
