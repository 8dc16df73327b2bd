import API
public import Contract
import Evidence
import Foundation
import Homes
import Identity
import Remote
import Sealing

/// A member as the ledger has it.
public struct ListedMember: Encodable, Sendable {
    public let key: PublicKey
    public let organisation: OrganisationName
    public let role: String
    /// As its certificate has it, escaped; nil where none is shown that was enrolled.
    public let name: String?
    public let expires: LedgerTime
    /// `active`, or why nothing is sealed to it.
    public let status: String
}

extension Member {
    /// Every member that was ever enrolled, of one organisation or of all: from the enrolments that are proven
    /// to be in the log, and verified where it is active.
    public func members(of organisation: OrganisationName? = nil) async throws -> [ListedMember] {
        let checkpoint = try await remembered.advance(connection)
        let governance = try await connection.governance(under: checkpoint)
        var listed = [ListedMember]()
        for each in governance.organisations where organisation.map({ $0 == each.name }) ?? true {
            let history = try await connection.history(about: each.name.bytes, under: checkpoint)
            let enrolled = Enrolled.all(in: history, of: each, now: surroundings.now())
            var cards = [Wire.MemberCard]()
            var absence = "no card is shown"
            do {
                cards = try await connection.cards(of: each.name, max: enrolled.count)
            } catch let failure as PartyError where failure.leavesUnverified {
                absence = failure.message
            }
            let authority = try await connection.authority(of: each)
            let verified = try await connection.members(
                enrolled.filter { $0.end == nil }.map(\.enrol.member), under: checkpoint)
            for row in enrolled {
                let card = cards.first { $0.key == row.enrol.member }
                var status = row.end ?? absence
                if row.end == nil, card != nil {
                    switch verified[row.enrol.member] {
                    case .success?: status = "active"
                    case .failure(let failure)?: status = failure.message
                    case nil: break
                    }
                }
                listed.append(
                    ListedMember(
                        key: row.enrol.member, organisation: each.name, role: row.enrol.role.name,
                        name: card.flatMap { row.name(on: $0, under: authority) }, expires: row.enrol.expires,
                        status: status))
            }
        }
        return listed
    }
}

extension Connection {
    /// The cards that an organisation's server shows, page by page, until it has shown more than were ever enrolled.
    fileprivate func cards(of organisation: OrganisationName, max: Int) async throws -> [Wire.MemberCard] {
        var cards = [Wire.MemberCard]()
        while cards.count <= max {
            let page: Wire.Members = try await call(
                .get, Routes.members,
                query: [("organisation", organisation.description)]
                    + (cards.last.map { [("after", $0.key.hex)] } ?? []), at: organisation)
            guard !page.members.isEmpty else { break }
            cards += page.members
        }
        return cards
    }
}

/// An enrolment and what became of it.
private struct Enrolled {
    var enrol: Enrol
    var time: LedgerTime
    /// Nil while it is in force.
    var end: String?

    /// The enrolments of an organisation, one for each key, in the order of their keys' coming.
    static func all(
        in history: [(entry: LogEntry, statement: VerifiedStatement)],
        of organisation: Governance.Organisation, now: LedgerTime
    ) -> [Enrolled] {
        var all = [Enrolled]()
        func change(_ key: PublicKey, _ body: (inout Enrolled) -> Void) -> Bool {
            guard let index = all.firstIndex(where: { $0.enrol.member == key }) else { return false }
            body(&all[index])
            return true
        }
        for (entry, statement) in history where statement.caller == organisation.root(at: entry.position) {
            switch statement.assertion {
            case .enrol(let it):
                if let key = it.replaces, key != it.member {
                    _ = change(key) { $0.end = "replaced by \(it.member.hex.prefix(16))" }
                }
                let new = Enrolled(enrol: it, time: entry.time, end: nil)
                if !change(it.member, { $0 = new }) { all.append(new) }
            case .retire(let it): _ = change(it.member) { $0.end = "retired" }
            default: continue
            }
        }
        for index in all.indices where all[index].end == nil && all[index].enrol.expires <= now {
            all[index].end = "expired"
        }
        return all
    }

    /// The name in the certificate that was enrolled, as it was then.
    func name(on card: Wire.MemberCard, under authority: [UInt8]) -> String? {
        let der = [UInt8](card.certificate)
        guard Digest(hashing: der) == enrol.certificateHash else { return nil }
        let date = Date(timeIntervalSince1970: TimeInterval(time))
        return (try? MemberCertificate.verify(der, under: authority, at: date)).map {
            SafeText.escaped($0.name)
        }
    }
}
