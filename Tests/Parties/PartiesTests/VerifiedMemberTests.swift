import API
import Age
import Contract
import Evidence
import Foundation
import Identity
import Primitives
import Remote
import Sealing
import Testing
import TransparencyLog
import Workflow

@testable import Homes

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
        [(name: String, change: @Sendable (inout Candidate) throws -> Void, code: PartyError.Code)] = [
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
                    $0.card.certificate = try $0.world.authority(of: "insurer").issueMember(
                        name: "Dr Somebody Else", role: .officer, key: $0.key.key,
                        notAfter: Date(timeIntervalSince1970: Double(World.now) + 1_000),
                        now: Date(timeIntervalSince1970: Double(World.now)))
                }, .unverified
            ),
            (
                "another member's certificate, enrolled",
                {
                    $0.card.certificate = try Candidate($0.world, name: "Eve").card.certificate
                    $0.enrol.certificateHash = Digest(hashing: $0.card.certificate)
                    $0.state?.certificateHash = $0.enrol.certificateHash
                }, .unverified
            ),
            (
                "a certificate of another organisation's authority, enrolled",
                {
                    $0.card.certificate = try Candidate($0.world, at: "hospital1").card.certificate
                    $0.enrol.certificateHash = Digest(hashing: $0.card.certificate)
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
            (
                "replaced by another key, kept quiet by the state",
                {
                    $0.replacement = $0.enrol
                    $0.replacement?.member = SigningKey.generate().key
                    $0.replacement?.replaces = $0.key.key
                }, .refused
            ),
            (
                "enrolled by the root that was replaced before",
                { try $0.rotate(to: SigningKey.generate(), at: 5) }, .unverified
            ),
            (
                "of an organisation that is suspended",
                {
                    let statement = try $0.world.agreed(
                        .suspend(
                            Suspend(
                                organisation: $0.enrol.organisation, endorsers: $0.world.endorsers,
                                standing: .suspended)), by: try $0.world.roots())
                    try $0.governance.apply($0.world.entry(statement, at: 5), statement)
                }, .refused
            ),
            (
                "of an organisation that was suspended since the checkpoint",
                {
                    $0.organisationState = OrganisationState(
                        kind: .insurer, root: $0.enrolledBy.key, suspended: true)
                }, .refused
            ),
            ("on the revocation list", { $0.list = try $0.listed(.keyCompromise) }, .refused),
            (
                "under a revocation list that has ended", { $0.list = try $0.listed(nil, seconds: -1) },
                .refused
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
        } catch let failure as PartyError {
            #expect(failure.code == attack.code, "\(attack.name): \(failure)")
        }
    }

    @Test func aFreshListThatDoesNotNameItIsNoObstacle() async throws {
        var candidate = try Candidate(try await World.shared.value)
        candidate.list = try candidate.listed(nil)
        #expect(try candidate.verified().key == candidate.key.key)
    }

    /// T65: what the old root enrolled before it was replaced stays; from then on only the new one enrols.
    @Test func theRootOfItsTimeEnrolsAMember() async throws {
        let world = try await World.shared.value
        let new = SigningKey.generate()
        var before = try Candidate(world)
        before.enrolledAt = 4
        try before.rotate(to: new, at: 5)
        #expect(try before.verified().key == before.key.key)
        var early = try Candidate(world)
        early.enrolledBy = new
        early.enrolledAt = 4
        try early.rotate(to: new, at: 5)
        #expect(throws: PartyError.self) { try early.verified() }
        var after = try Candidate(world)
        after.enrolledBy = new
        after.enrolledAt = 6
        try after.rotate(to: new, at: 5)
        #expect(try after.verified().key == after.key.key)
    }

    /// T78: a root that enrols a key which somebody else has.
    @Test func aKeyThatWasEnrolledWithoutItsHolderIsNotBelieved() async throws {
        var candidate = try Candidate(try await World.shared.value)
        #expect(try candidate.verified().key == candidate.key.key)
        candidate.agrees = false
        #expect(throws: PartyError.self) { try candidate.verified() }
    }

    /// T31, T39: a ledger that puts a change into its log which too few roots agreed to changes nothing.
    @Test func whatTheContractRefusesIsNotBelieved() async throws {
        let world = try await World.shared.value
        let new = SigningKey.generate()
        let name = OrganisationName("insurer")!
        let alone = try world.agreed(
            .rotateRoot(RotateRoot(organisation: name, root: new.key, endorsers: [name])),
            by: [try world.root(of: "insurer"), new])
        let unproven = try world.agreed(
            .rotateRoot(RotateRoot(organisation: name, root: new.key, endorsers: world.endorsers)),
            by: try world.roots())
        for statement in [alone, unproven] {
            var governance = Governance(world.network.genesis)
            #expect(throws: PartyError.self) {
                try governance.apply(world.entry(statement, at: 5), statement)
            }
            #expect(governance.organisation(name)?.root == (try world.root(of: "insurer").key))
        }
    }

    @Test func anAdmittedOrganisationEnrolsMembers() async throws {
        let world = try await World.shared.value
        let root = SigningKey.generate()
        let clinic = OrganisationName("clinic")!
        let (certificate, privateKey) = try CertificateAuthority.create(organisation: clinic, now: Date())
        let authority = try CertificateAuthority(certificate: certificate, privateKey: privateKey)
        let validator = SigningKey.generate()
        let pinned = Genesis.Organisation(
            name: clinic, kind: .hospital, root: root.key, validator: validator.key,
            authorityHash: Digest(hashing: certificate), recordsRecipientHash: Digest(hashing: [1]),
            deskRecipientHash: Digest(hashing: [2]))
        let admission = try world.agreed(
            .admit(Admit(organisation: pinned, endorsers: world.endorsers)),
            by: try world.roots(and: root, validator))
        var governance = Governance(world.network.genesis)
        try governance.apply(world.entry(admission, at: 5), admission)
        #expect(governance.majority == 2 && governance.organisations.count == 3)
        let key = SigningKey.generate()
        let identity = AgeIdentity.generate(.hybrid)
        let end = World.now + 1_000
        let member = try authority.issueMember(
            name: "Dr New", role: .clinician, key: key.key,
            notAfter: Date(timeIntervalSince1970: Double(end)), now: Date())
        let enrol = Enrol(
            organisation: clinic, member: key.key, role: .clinician, recipientHash: identity.recipient.hash,
            certificateHash: Digest(hashing: member), expires: end, suite: .hybrid)
        func verified(at position: UInt64, under authority: [UInt8]) throws -> VerifiedMember {
            let statement = try world.agreed(.enrol(enrol), by: [root, key])
            return try VerifiedMember(
                key.key,
                claims: .init(
                    card: .init(
                        key: key.key, organisation: clinic, recipient: identity.recipient.text,
                        certificate: member), history: [(position, statement)],
                    state: MemberState(
                        organisation: clinic, role: .clinician, recipientHash: enrol.recipientHash,
                        certificateHash: enrol.certificateHash, expires: end, suite: .hybrid, retired: false),
                    organisationState: nil, authority: authority, list: nil),
                governance: governance, now: World.now)
        }
        #expect(try verified(at: 6, under: certificate).shown == "Dr New (clinic, clinician)")
        // Before it was admitted nobody spoke for it; and no other authority does.
        #expect(throws: PartyError.self) { try verified(at: 4, under: certificate) }
        let other = try CertificateAuthority.create(organisation: clinic, now: Date()).certificate
        #expect(throws: PartyError.self) { try verified(at: 6, under: other) }
    }

    @Test func aCertificateEnds() async throws {
        var candidate = try Candidate(try await World.shared.value)
        let later = World.now + 200_000
        candidate.enrol.expires = later + 1
        candidate.state?.expires = later + 1
        #expect(throws: PartyError.self) { try candidate.verified(at: later) }
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
            (try? LoggedStatement(
                leaf, at: position, InclusionProof(hashes: [sibling]), in: head, network: world.network.id))
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
