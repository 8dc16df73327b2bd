public import Contract
import Evidence
import Sealing

/// One disclosure of a record by a custodian, for its accounting.
public struct Disclosure: Equatable, Sendable {
    public let time: LedgerTime
    public let position: UInt64
    public let release: StatementID
    public let record: RecordHandle
    /// Who kept it, and released it.
    public let custodian: OrganisationName
    public let reader: String
    public let readerOrganisation: String
    /// The grant's purpose, or the basis.
    public let reason: String
    public let grant: StatementID?
    public let emergency: StatementID?

    private static let header = [
        "time", "position", "release", "record", "custodian", "reader", "organisation", "reason", "grant",
        "emergency",
    ]

    private var cells: [String] {
        [
            UTC.text(time), String(position), release.hex, record.hex, custodian.description, reader,
            readerOrganisation, reason,
            grant?.hex ?? "", emergency?.hex ?? "",
        ]
    }

    /// A table as RFC 4180 has it, with a header.
    public static func csv(_ disclosures: [Disclosure]) -> String {
        var bytes = [UInt8]()
        for row in [header] + disclosures.map({ $0.cells }) {
            for (index, cell) in row.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes.append(UInt8(ascii: "\""))
                for byte in cell.utf8 {
                    if byte == UInt8(ascii: "\"") { bytes.append(byte) }
                    bytes.append(byte)
                }
                bytes.append(UInt8(ascii: "\""))
            }
            bytes += [0x0d, 0x0a]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension LedgerView {
    /// Every release by an organisation from `since` on and before `until`, proven to be on the ledger.
    public mutating func disclosures(
        of organisation: OrganisationName, since: LedgerTime?, until: LedgerTime?
    ) throws(Pause) -> [Disclosure] {
        var all = [Disclosure]()
        let query = PositionQuery(subject: organisation.bytes, kind: .release, since: since, until: until)
        for logged in try statements(query) {
            guard case .release(let it) = logged.statement.assertion, it.custodian == organisation else {
                continue
            }
            var reason = it.basis?.name ?? ""
            if let grant = it.grant, let state: GrantState = try state(.grant(grant)) {
                reason = state.purpose.name
            }
            let isOwners = it.basis == .owner || it.basis == .delegate
            all.append(
                Disclosure(
                    time: logged.entry.time, position: logged.entry.position, release: logged.statement.id,
                    record: it.record, custodian: organisation,
                    reader: isOwners ? "the patient's side" : try name(logged.statement.caller, own: []),
                    readerOrganisation: it.organisation?.description ?? "", reason: reason, grant: it.grant,
                    emergency: it.emergency))
        }
        return all
    }
}
