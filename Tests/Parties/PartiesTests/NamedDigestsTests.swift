import Contract
import Identity
import Primitives
import Testing

@testable import Auditors

/// T66: a digest that two records name is found, whoever named it first and as what.
struct NamedDigestsTests {
    private let name = OrganisationName("hospital1")!

    private func handle() -> RecordHandle { RecordHandle(Random.bytes(32))! }
    private func digest() -> Digest { Digest(Random.bytes(32))! }

    private func deposit(_ record: RecordHandle, descriptor: Digest, manifest: Digest) -> Assertion {
        .deposit(
            Deposit(
                organisation: name, record: record, recipientHash: Digest(hashing: []),
                descriptor: descriptor, ownerEnvelope: digest(), custodianEnvelope: digest(),
                manifest: manifest, root: digest(), suite: .hybrid, additionsHash: digest()))
    }

    @Test func whatTwoRecordsNameIsFound() {
        let (victim, shadow) = (handle(), handle())
        let (descriptor, manifest) = (digest(), digest())
        var digests = NamedDigests()
        digests.note(deposit(victim, descriptor: descriptor, manifest: manifest))
        #expect(digests.count == 4 && digests.shared.isEmpty)
        digests.note(deposit(shadow, descriptor: digest(), manifest: manifest))
        let delegate = Delegate(
            record: shadow, delegate: SigningKey.generate().key, scope: .read, notAfter: 1,
            envelope: descriptor)
        for _ in 0..<2 { digests.note(.delegate(delegate)) }
        #expect(
            digests.shared == [
                NamedDigests.Shared(digest: manifest, first: victim, second: shadow),
                NamedDigests.Shared(digest: descriptor, first: victim, second: shadow),
            ])
    }

    @Test func aRecordNamesItsOwnAsOftenAsItLikes() {
        let (record, descriptor, manifest) = (handle(), digest(), digest())
        var digests = NamedDigests()
        for _ in 0..<2 { digests.note(deposit(record, descriptor: descriptor, manifest: manifest)) }
        #expect(digests.shared.isEmpty && digests.count == 6)
    }

    @Test func lettersAreNoBlobsOfARecord() {
        let letter = digest()
        var digests = NamedDigests()
        let request = Request(
            organisation: name, custodian: name, purpose: .claim, notAfter: 1, letter: letter)
        digests.note(.request(request))
        digests.note(deposit(handle(), descriptor: letter, manifest: digest()))
        #expect(digests.shared.isEmpty && digests.count == 4)
    }
}
