import Contract
import Evidence
import Foundation
import Identity
import Primitives
import Sealing
import Testing
import Workflow

/// What a patient is told of what happened, and a custodian of what it has released.
struct HistoryTests {
    private func history(_ story: inout ApprovalStory) throws -> (events: [HistoryEvent], grants: [GrantUse])
    {
        let membership = story.membership
        let records = try story.ownRecords()
        return try story.server.read { ledger throws(Pause) in
            try ledger.history(membership, of: records, own: [])
        }
    }

    @Test func everyStepIsToldOnceInItsOrder() throws {
        var story = try ApprovalStory()
        _ = try story.carryOut(try story.signed(try story.proposal()))
        let (events, grants) = try history(&story)
        #expect(events.map(\.kind) == ["deposit", "request", "route", "release", "grant", "answer"])
        #expect(events.map(\.position) == events.map(\.position).sorted())
        let texts = events.map(\.text)
        #expect(texts[0].hasPrefix("Dr Grace (hospital1, clinician) saved files at hospital1"))
        #expect(
            texts[1].hasPrefix("Olga Officer (insurer, officer) asked hospital1 for access, for claim, until")
        )
        #expect(texts[1].hasSuffix(UTC.text(ScriptedServer.now + 10 * 86_400)))
        #expect(texts[3] == "you opened it, kept by hospital1")
        #expect(texts[4].hasPrefix("you let Olga Officer (insurer, officer) read it"))
        #expect(texts[5] == "you approved the request")
        #expect(
            grants.map(\.text) == ["never opened"] && grants[0].grantee == "Olga Officer (insurer, officer)")
    }

    /// A grant that ended with something else is not told as in force: each ending by itself (docs/decisions/0028).
    @Test func aGrantThatEndedSaysWithWhat() throws {
        var story = try ApprovalStory()
        let approved = try story.carryOut(try story.signed(try story.proposal()))
        let reader = story.reader
        let granted = try story.server.read { ledger throws(Pause) in
            try ledger.granted(approved.orders[0].id)
        }
        func stage(_ change: (inout GrantState, inout RecordState) -> Void = { _, _ in }) -> String {
            var (grant, record) = (granted.state, granted.record)
            change(&grant, &record)
            return grant.stage(in: record, at: ScriptedServer.now)
        }
        #expect(stage() == "in force")
        #expect(stage { grant, _ in grant.releasesUsed = grant.releasesAllowed } == "used up")
        #expect(stage { grant, _ in grant.revoked = true } == "revoked")
        #expect(stage { grant, _ in grant.notBefore = ScriptedServer.now + 1 } == "not yet valid")
        #expect(stage { grant, _ in grant.notAfter = ScriptedServer.now } == "expired")
        #expect(stage { _, record in record.removed = ScriptedServer.now }.contains("removed"))
        #expect(stage { _, record in record.owner = reader.signingKey.key }.contains("another owner"))
        #expect(stage { _, record in record.sealing += 1 }.contains("sealed anew"))
        let delegation = StatementID(Random.bytes(32))!
        let ended = EndedDelegation(delegation: delegation, notAfter: ScriptedServer.now + 9)
        #expect(stage { _, record in record.endedDelegations = [ended] } == "in force")
        #expect(
            stage { grant, record in
                grant.delegation = delegation
                record.endedDelegations = [ended]
            }.contains("delegation"))
        // As the lists and histories of both sides say it.
        let owner = try #require(try story.ownRecords().first)
        try story.server.say(
            .remove(Remove(record: story.record)),
            by: story.wallet.ownerKey(organisation: owner.depositedAt, index: owner.index))
        let listed = try story.server.read { ledger throws(Pause) in try ledger.grants(to: reader) }
        #expect(
            listed.map { $0.state.stage(in: $0.record, at: ScriptedServer.now) } == [
                "ended: the record was removed"
            ])
        #expect(try history(&story).grants.map(\.stage) == ["ended: the record was removed"])
    }

    @Test func whoeverIsNotVerifiedIsMarked() throws {
        var story = try ApprovalStory()
        try story.server.say(
            .retire(Retire(organisation: story.server.insurer, member: story.officer.key)),
            by: story.server.roots[story.server.insurer]!)
        let (events, _) = try history(&story)
        let request = try #require(events.first { $0.kind == "request" })
        #expect(request.text.hasPrefix("a former officer of insurer (\(story.officer.key.hex.prefix(16)))"))
    }

    @Test func aCustodianAccountsForItsReleases() throws {
        var story = try ApprovalStory()
        _ = try story.proposal()
        let hospital = story.server.hospital
        let rows = try story.server.read { ledger throws(Pause) in
            try ledger.disclosures(of: hospital, since: nil, until: nil)
        }
        #expect(rows.count == 1 && rows[0].reader == "the patient's side" && rows[0].reason == "owner")
        let csv = Disclosure.csv(rows)
        #expect(csv.hasPrefix("\"time\",\"position\",") && csv.hasSuffix("\"\"\r\n"))
        #expect(csv.utf8.filter { $0 == 0x0a }.count == 2)
    }

    /// The calendar of another implementation.
    @Test func timesAreThoseOfTheCalendar() {
        var seed: UInt64 = 7
        for index in 0..<2_000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let edges: [UInt64] = [0, 951_782_399, 951_782_400, 4_107_542_400, 253_402_300_799]
            let time = index < edges.count ? edges[index] : (seed >> 11) % 253_402_300_800
            let date = Date(timeIntervalSince1970: TimeInterval(time))
            #expect(UTC.text(time) == date.formatted(.iso8601))
        }
        #expect(UTC.text(.max) == "9999-12-31T23:59:59Z")
    }
}
