import Contract
import Evidence
import Files
import Foundation
import Identity
import Primitives
import Remote
import Sealing
import Testing
import Workflow

@testable import Homes

/// What is shown of a statement is what is signed, all of it (T46).
@Suite struct StatementTextTests {
    private static func random<Meaning>() -> Bytes32<Meaning> { Bytes32(Random.bytes(32))! }
    private static let hospital = OrganisationName("hospital1")!
    private static let auditor = OrganisationName("auditor")!

    private static let assertions: [Assertion] = [
        .append(
            Append(
                organisation: hospital, record: random(), grant: random(), after: random(),
                descriptor: random(),
                manifest: random(), root: random(), recipientHash: random(), envelope: random())),
        .reseal(
            Reseal(
                organisation: hospital, record: random(), recipientHash: random(), suite: .hybrid,
                descriptor: random(), ownerEnvelope: random(), custodianEnvelope: random(),
                manifest: random(), root: random(), grants: [Rewrapped(of: random(), envelope: random())],
                delegates: [Rewrapped(of: random(), envelope: random())], additionsHash: random())),
        .emergency(
            Emergency(
                organisation: hospital, record: random(), readerOrganisation: auditor, reader: random(),
                second: random(), reason: .unconscious, notAfter: 1_800_000_000, envelope: random())),
        .grant(
            Grant(
                record: random(), organisation: hospital, grantee: random(), kind: .transfer,
                purpose: .treatment, notBefore: 1_700_000_000, notAfter: 1_800_000_000, releases: 7,
                envelope: random(), request: random())),
        .grant(
            Grant(
                record: random(), organisation: hospital, grantee: nil, kind: .append, purpose: .treatment,
                notBefore: 1_700_000_000, notAfter: 1_800_000_000, releases: 7, role: .gateway)),
        .admit(
            Admit(
                organisation: Genesis.Organisation(
                    name: hospital, kind: .hospital, root: random(), validator: random(),
                    authorityHash: random(), recordsRecipientHash: random(), deskRecipientHash: random()),
                endorsers: [auditor, hospital])),
        .hold(Hold(organisation: hospital, record: random(), reason: .proceedings, until: 1_800_000_000)),
    ]

    /// Every key, id, hash and name in a CBOR item.
    private func parts(_ item: CBOR) -> [String] {
        switch item {
        case .bytes(let bytes): [lowercaseHex(bytes)]
        case .text(let bytes): [String(decoding: bytes, as: UTF8.self)]
        case .array(let items): items.flatMap(parts)
        case .map(let pairs): pairs.flatMap { parts($0.value) }
        default: []
        }
    }

    @Test("every key, id, hash and name that is signed is shown", arguments: assertions)
    func everythingIsShown(_ assertion: Assertion) throws {
        let draft = StatementDraft(
            assertion, signer: Self.random(), network: Self.random(), now: 1_700_000_000)
        let text = StatementText.fields(of: draft.statement).map(\.value).joined(separator: "\n")
        let signed = parts(try CBOR.decode(draft.statement.approvedContent()))
        #expect(signed.count >= 3)
        for part in signed { #expect(text.contains(part), "\(part)") }
        #expect(text.contains(assertion.kind.name))
    }

    @Test("times, numbers and choices are in words")
    func words() {
        let draft = StatementDraft(
            Self.assertions[3], signer: Self.random(), network: Self.random(), now: 1_700_000_000)
        let fields = StatementText.fields(of: draft.statement).map { "\($0.name): \($0.value)" }
        for line in [
            "kind: grant", "purpose: treatment", "releases: 7", "not after: 2027-01-15T08:00:00Z",
            "not before: 2023-11-14T22:13:20Z",
        ] {
            #expect(fields.contains(line), "\(fields)")
        }
    }

    @Test("an approval holds for one content, one signer and one network only")
    func drafts() throws {
        let folder = Folder(
            FileManager.default.temporaryDirectory.appending(path: "draft-\(UUID().uuidString)").path)
        try folder.make()
        defer { folder.parent.remove(folder.name) }
        let (signer, second) = (SigningKey.generate(), SigningKey.generate())
        let network: NetworkID = Self.random()
        var draft = StatementDraft(
            Self.assertions[2], signer: signer.key, network: network, now: 1_700_000_000)
        draft.agree(by: second)
        draft.agree(by: second)
        #expect(draft.statement.approvals.count == 1)
        try draft.write(to: folder, "a.draft")
        let read = try StatementDraft(reading: folder, "a.draft")
        #expect(read.statement == draft.statement && read.signer == signer.key)
        let bytes = read.statement.signed(by: signer, network: network)
        #expect(try SignedStatement(bytes, network: network).verified() != nil)
        // Said by another, the approval does not hold.
        let other = read.statement.signed(by: SigningKey.generate(), network: network)
        #expect(try SignedStatement(other, network: network).verified() == nil)
        #expect(try SignedStatement(bytes, network: Self.random()).verified() == nil)

        let text = String(decoding: try folder.read("a.draft"), as: UTF8.self)
        try folder.write(
            Array(text.replacing(signer.key.hex, with: second.key.hex).utf8), as: "altered.draft")
        #expect(throws: PartyError.self) { try StatementDraft(reading: folder, "altered.draft") }
    }
}
