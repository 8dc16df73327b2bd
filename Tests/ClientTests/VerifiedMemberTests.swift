import API
import Age
import Contract
import Foundation
import Identity
import Primitives
import Remote
import Testing
import TransparencyLog

@testable import Client

/// T3: a malicious directory gets nobody verified, and only who is verified gets a key wrapped.
struct VerifiedMemberTests {
    @Test func theTrueMemberIsVerified() async throws {
        let candidate = try Candidate(try await World.shared.value)
        let member = try candidate.verified()
        #expect(member.shown == "Olga Officer (insurer, officer)")
        #expect(member.recipient == candidate.identity.recipient)
    }

    /// Each exchanges one thing; each must be refused with the code in the last column.
    static let attacks:
        [(name: String, change: @Sendable (inout Candidate) throws -> Void, code: ClientFailure.Code)] = [
            ("another key's card", { $0.card.key = SigningKey.generate().key }, .unverified),
            (
                "another age recipient", { $0.card.recipient = AgeIdentity.generate(.x25519).recipient.text },
                .unverified
            ),
            ("no age recipient at all", { $0.card.recipient = "age1" }, .unverified),
            (
                "another member's certificate",
                { $0.card.certificate = try Candidate($0.world, name: "Eve").card.certificate }, .unverified
            ),
            (
                "a certificate of this key that was not enrolled",
                {
                    $0.card.certificate = Data(
                        try $0.world.authority(of: "insurer").issueMember(
                            name: "Dr Somebody Else", role: .officer, key: $0.key.key,
                            notAfter: Date(timeIntervalSince1970: Double(World.now) + 1_000),
                            now: Date(timeIntervalSince1970: Double(World.now))))
                }, .unverified
            ),
            (
                "another member's certificate, enrolled",
                {
                    $0.card.certificate = try Candidate($0.world, name: "Eve").card.certificate
                    $0.enrol.certificateHash = Digest(hashing: [UInt8]($0.card.certificate))
                    $0.state?.certificateHash = $0.enrol.certificateHash
                }, .unverified
            ),
            (
                "a certificate of another organisation's authority, enrolled",
                {
                    $0.card.certificate = try Candidate($0.world, at: "hospital1").card.certificate
                    $0.enrol.certificateHash = Digest(hashing: [UInt8]($0.card.certificate))
                    $0.state?.certificateHash = $0.enrol.certificateHash
                }, .unverified
            ),
            (
                "the right key at the wrong organisation",
                { $0.card.organisation = OrganisationName("hospital1")! }, .unverified
            ),
            (
                "an organisation that is not in the genesis",
                { $0.card.organisation = OrganisationName("nobody")! }, .unverified
            ),
            ("enrolled by another root", { $0.enrolledBy = try $0.world.root(of: "hospital1") }, .unverified),
            ("enrolled by itself", { $0.enrolledBy = $0.key }, .unverified),
            ("the enrolment of another key", { $0.enrol.member = SigningKey.generate().key }, .unverified),
            ("unknown to the state", { $0.state = nil }, .unverified),
            ("another role in the state", { $0.state?.role = .gateway }, .unverified),
            (
                "another role than the certificate's",
                {
                    $0.enrol.role = .gateway
                    $0.state?.role = .gateway
                }, .unverified
            ),
            ("retired in the state", { $0.state?.retired = true }, .refused),
            (
                "retired on the ledger, kept quiet by the state",
                { $0.retire = Retire(organisation: $0.enrol.organisation, member: $0.key.key) }, .refused
            ),
            ("expired in the state", { $0.state?.expires = World.now }, .refused),
            ("expired by its enrolment", { $0.enrol.expires = World.now }, .refused),
        ]

    @Test(arguments: attacks.indices) func attack(_ index: Int) async throws {
        let attack = Self.attacks[index]
        var candidate = try Candidate(try await World.shared.value)
        try attack.change(&candidate)
        do {
            _ = try candidate.verified()
            Issue.record("verified in spite of: \(attack.name)")
        } catch let failure as ClientFailure {
            #expect(failure.code == attack.code, "\(attack.name): \(failure)")
        }
    }

    @Test func aCertificateEnds() async throws {
        var candidate = try Candidate(try await World.shared.value)
        let later = World.now + 200_000
        candidate.enrol.expires = later + 1
        candidate.state?.expires = later + 1
        #expect(throws: ClientFailure.self) { try candidate.verified(at: later) }
    }

    @Test func anEntryOfAForkIsNotBelieved() async throws {
        let world = try await World.shared.value
        let candidate = try Candidate(world)
        func leaf(_ position: UInt64, _ assertion: Assertion) throws -> [UInt8] {
            LogEntry(
                position: position, time: World.now,
                statement: try world.statement(assertion, by: candidate.enrolledBy).bytes,
                writesDigest: Digest(hashing: []), stateDigest: Digest(hashing: [])
            ).encoded()
        }
        let enrolment = try leaf(0, .enrol(candidate.enrol))
        let other = try leaf(
            1, .retire(Retire(organisation: candidate.enrol.organisation, member: candidate.key.key)))
        let hashes = [enrolment, other].map { Merkle.leafHash($0) }
        let head = TreeHead(size: 2, root: Merkle.nodeHash(hashes[0], hashes[1]))
        func proven(_ leaf: [UInt8], at position: UInt64, sibling: [UInt8]) -> Bool {
            (try? Connection.proven(
                leaf, at: position, InclusionProof(hashes: [sibling]), head: head, network: world.network.id))
                != nil
        }
        #expect(proven(enrolment, at: 0, sibling: hashes[1]))
        #expect(proven(other, at: 1, sibling: hashes[0]))
        #expect(!proven(enrolment, at: 1, sibling: hashes[0]))
        #expect(!proven(try leaf(0, .enrol(try Candidate(world).enrol)), at: 0, sibling: hashes[1]))
        var altered = enrolment
        altered[altered.count - 1] ^= 1
        #expect(!proven(altered, at: 0, sibling: hashes[1]))
    }

    @Test func namesThatLookAlikeAreShownApart() async throws {
        let world = try await World.shared.value
        // The first letter is Cyrillic.
        let member = try Candidate(world, name: "\u{41e}lga Officer").verified()
        #expect(member.shown == "\\u{41e}lga Officer (insurer, officer)")
    }

    @Test func anotherKeyUnderAKnownNameIsPointedOut() async throws {
        let world = try await World.shared.value
        let first = try Candidate(world).verified()
        var known = KnownMembers()
        #expect(!known.isUnderAnotherKey(first))
        known.remember(first)
        #expect(!known.isUnderAnotherKey(first))
        #expect(!known.isUnderAnotherKey(try Candidate(world, name: "Somebody Else").verified()))
        #expect(!known.isUnderAnotherKey(try Candidate(world, at: "hospital1").verified()))
        let second = try Candidate(world).verified()
        #expect(known.isUnderAnotherKey(second))
        known.remember(second)
        #expect(!known.isUnderAnotherKey(second))
    }
}
