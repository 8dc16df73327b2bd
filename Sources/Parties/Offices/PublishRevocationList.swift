import API
public import Contract
import Evidence
import Files
import Foundation
import Homes
public import Identity
import Remote
import TransparencyLog

extension Office {
    /// For how long a revocation list is good unless it is said.
    public static let listDays = 90
    /// So long before its end the next one takes a list's place.
    private static let listRenewalDays: UInt64 = 30
    static let listName = "crl.pem"

    /// Makes the authority's revocation list anew from the ledger and publishes it: every certificate whose
    /// enrolment was replaced or retired is on it.
    ///
    /// `reasons` are for the keys that were ended just now; what was listed before keeps its reason. The list
    /// is in the organisation's folder (`crl.pem`) before anybody else has it.
    @discardableResult
    public func publishRevocationList(
        days: Int = listDays, reasons: [PublicKey: RevocationList.Reason] = [:]
    ) async throws -> RevocationList {
        guard (1...366).contains(days) else {
            throw PartyError.badInput("a revocation list is good for 1 to 366 days")
        }
        let organisation = try organisation
        let ended = try await endedEnrolments()
        guard reasons.keys.allSatisfy({ key in ended.contains { $0.key == key } }) else {
            throw PartyError.refused(
                "the member's end is on the ledger, not yet under a checkpoint that may be believed: publish the revocation list in a minute (medseal member publish-crl)"
            )
        }
        let published = try await connection.revocationList(of: name, under: organisation.authority)
        let last = [try kept(under: organisation.authority), published].compactMap { $0 }
            .max { $0.number < $1.number }
        var entries = last?.entries ?? []
        for end in ended {
            guard let serial = try await serial(of: end, under: organisation.authority) else { continue }
            let reason = reasons[end.key]
            if let index = entries.firstIndex(where: { $0.serial == serial }) {
                entries[index].reason = reason ?? entries[index].reason
            } else {
                let date = Date(timeIntervalSince1970: TimeInterval(end.time))
                entries.append(.init(serial: serial, revoked: date, reason: reason ?? end.reason))
            }
        }
        let now = surroundings.date
        let list = try keys.authority(of: organisation).issueList(
            number: (last?.number ?? 0) + 1, entries: entries, now: now,
            nextUpdate: now.addingTimeInterval(Double(days) * 86_400))
        try folder.write(list.pem, as: Self.listName, mode: 0o644)
        _ = try await connection.call(
            .put, Routes.Organisation(name).revocationList, .bytes(list.der, type: "application/pkix-crl"))
        return list
    }

    /// Publishes the list after the ledger has taken an end; what the ledger has stays done when this fails.
    func publishRevocationList(
        after receipt: Wire.Receipt?, reasons: [PublicKey: RevocationList.Reason] = [:]
    ) async throws {
        do {
            try await publishRevocationList(reasons: reasons)
        } catch {
            let place = receipt.map { "the ledger has it (position \($0.position))" } ?? "it ended before"
            throw PartyError(
                .unavailable,
                "\(place), but the revocation list is not published yet: run medseal member publish-crl",
                cause: error
            )
        }
    }

    /// Publishes the next list where the last one ends within 30 days. Gives it, or nil where nothing had to be done.
    public func renewRevocationList() async throws -> RevocationList? {
        guard let last = try kept(under: try organisation.authority),
            surroundings.now() + Self.listRenewalDays * 86_400 >= last.ends
        else { return nil }
        return try await publishRevocationList()
    }

    /// When the list that was published last ends; nil where there is none.
    public func revocationListEnd() throws -> LedgerTime? {
        try kept(under: try organisation.authority)?.ends
    }

    /// The list that was made here last; nil when there is none.
    private func kept(under authority: [UInt8]) throws -> RevocationList? {
        guard folder.has(Self.listName) else { return nil }
        let pem = try PartyError.files { try folder.read(Self.listName) }
        guard let der = try? PEM.decode(pem, label: RevocationList.pemLabel),
            let list = try? RevocationList.verify(der, under: authority)
        else {
            throw PartyError.unverified(
                "\(folder.file(Self.listName)) is not a revocation list of this authority")
        }
        return list
    }

    /// An enrolment that is over.
    private struct Ended {
        let key: PublicKey
        let certificate: Digest
        let enrolled: LedgerTime
        let time: LedgerTime
        let reason: RevocationList.Reason
    }

    /// The enrolments of this organisation that were replaced or retired, proven to be on the ledger.
    private func endedEnrolments() async throws -> [Ended] {
        let checkpoint = try await RememberedCheckpoint(folder: folder).advance(connection)
        let governance = try await connection.governance(under: checkpoint)
        guard let own = governance.organisation(name) else { return [] }
        var current = [PublicKey: (enrol: Enrol, time: LedgerTime)]()
        var ended = [Ended]()
        func end(_ key: PublicKey, at time: LedgerTime, _ reason: RevocationList.Reason) {
            guard let (enrol, enrolled) = current.removeValue(forKey: key) else { return }
            ended.append(
                Ended(
                    key: key, certificate: enrol.certificateHash, enrolled: enrolled, time: time,
                    reason: reason))
        }
        let history = try await connection.history(about: name.bytes, under: checkpoint)
        for (entry, statement) in history where statement.caller == own.root(at: entry.position) {
            switch statement.assertion {
            case .enrol(let it):
                if let key = it.replaces { end(key, at: entry.time, .superseded) }
                current[it.member] = (it, entry.time)
            case .retire(let it): end(it.member, at: entry.time, .cessationOfOperation)
            default: continue
            }
        }
        return ended
    }

    /// The serial number of an ended certificate: from the copy kept here, or else from the member's card. Nil
    /// when neither has it; then nobody is shown it either.
    private func serial(of end: Ended, under authority: [UInt8]) async throws -> [UInt8]? {
        var der = keys.issued(end.certificate)
        if der == nil {
            let answer: Wire.Members = try await connection.call(.get, Routes.member(end.key.hex))
            der = answer.members.map { [UInt8]($0.certificate) }.first {
                Digest(hashing: $0) == end.certificate
            }
        }
        guard let der else { return nil }
        return try MemberCertificate.verify(
            der, under: authority, at: Date(timeIntervalSince1970: TimeInterval(end.enrolled))
        ).serial
    }
}
