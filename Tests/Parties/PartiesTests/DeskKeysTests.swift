import API
import Age
import Contract
import Evidence
import Files
import Foundation
import Identity
import Primitives
import Remote
import Testing

@testable import Homes
@testable import Patients
@testable import Sealing

/// T2: what a server could put among a desk's things is not believed.
struct DeskKeysTests {
    let world: World
    let desk: AgeIdentity
    let keys: DeskKeys
    let hospital: Network.Organisation
    let patient: Patient

    init() async throws {
        world = try await World.shared.value
        desk = try world.desk(of: "hospital1")
        hospital = try world.organisation("hospital1")
        keys = DeskKeys(desk, organisation: hospital.name, network: world.network.id)
        patient = try PassphraseWork.$factor.withValue(4) { [world] in
            let folder = Folder(NSTemporaryDirectory()).folder("medseal-\(lowercaseHex(Random.bytes(6)))")
            return try PatientHome.create(
                folder, network: world.network, wallet: .create(), passphrase: world.passphrase
            ).unlock(world.passphrase)
        }
    }

    var inbox: PublicKey { patient.wallet.inboxKey(organisation: hospital.name).key }

    func application(permits: [PublicKey] = []) throws -> Wire.Application {
        let recipient = patient.inboxIdentity(hospital.name).recipient.text
        let letter = ApplicationLetter(inbox: inbox, recipient: recipient, permits: permits)
        return Wire.Application(
            inbox: inbox, recipient: recipient, letter: Data(try Letter.seal(letter, to: desk.recipient)))
    }

    @Test func bothSidesAgreeHowLongALetterMayBe() { #expect(Letter.bytesMax == Wire.letterBytesMax) }

    @Test func anApplicationIsOfTheInboxThatSentIt() throws {
        var application = try application()
        #expect(keys.applicant(of: application) != nil)
        application.inbox = SigningKey.generate().key
        #expect(keys.applicant(of: application) == nil)
        application = try self.application()
        application.recipient = AgeIdentity.generate(.x25519).recipient.text
        #expect(keys.applicant(of: application) == nil)
    }

    @Test func theShortCodeIsOfEveryKey() throws {
        let permits = (0..<3).map { _ in SigningKey.generate().key }
        let code = keys.applicant(of: try application(permits: permits))?.shortCode
        #expect(code?.count == 19)
        #expect(keys.applicant(of: try application(permits: permits))?.shortCode == code)
        #expect(keys.applicant(of: try application(permits: permits.reversed()))?.shortCode != code)
        #expect(keys.applicant(of: try application(permits: Array(permits.dropLast())))?.shortCode != code)
        var letter = ApplicationLetter(inbox: inbox, recipient: "age1", permits: permits)
        let before = letter.shortCode
        letter.recipient = "age2"
        #expect(letter.shortCode != before)
    }

    @Test func anEntryIsTheDesksOwn() throws {
        let applicant = try #require(keys.applicant(of: try application()))
        let sealed = try keys.entry(number: "P-1", name: "Grace", of: applicant)
        #expect(try keys.patient(sealed, number: "P-1").inbox == inbox)
        // Another patient's entry under this number's index.
        #expect(throws: PartyError.self) { try keys.patient(sealed, number: "P-2") }
        // What anybody can seal who knows the number and the desk's recipient, but not the desk's key.
        var forged = DeskKeys.Entry(
            number: "P-1", name: "Grace", inbox: SigningKey.generate().key,
            recipient: AgeIdentity.generate(.x25519).recipient.text, tag: try keys.index(of: "P-1"))
        #expect(throws: PartyError.self) {
            try keys.patient(try Letter.seal(forged, to: desk.recipient), number: "P-1")
        }
        // A true entry with another recipient in it.
        let genuine = try Letter.open(sealed, with: desk, as: DeskKeys.Entry.self)
        forged = genuine
        forged.recipient = AgeIdentity.generate(.x25519).recipient.text
        #expect(throws: PartyError.self) {
            try keys.patient(try Letter.seal(forged, to: desk.recipient), number: "P-1")
        }
    }

    @Test func theIndexIsOfNumberAndDesk() throws {
        let other = DeskKeys(.generate(.hybrid), organisation: hospital.name, network: world.network.id)
        #expect(try keys.index(of: "P-1") == keys.index(of: "P-1"))
        #expect(try keys.index(of: "P-1") != keys.index(of: "P-2"))
        #expect(try keys.index(of: "P-1") != other.index(of: "P-1"))
        for number in ["", "P 1", "P\n1", "\u{41e}", String(repeating: "9", count: 65)] {
            #expect(throws: PartyError.self) { try keys.index(of: number) }
        }
    }

    @Test func aPermitComesFromThePatientsWallet() throws {
        let sealed = try patient.sealedPermit(0, for: hospital, notAfter: World.now + 60)
        let bytes = try keys.permit(sealed, of: inbox)
        #expect(
            try Permit.decode(bytes).permit.key
                == patient.wallet.ownerKey(organisation: hospital.name, index: 0).key)
        // Taken for another patient's.
        #expect(throws: PartyError.self) { try keys.permit(sealed, of: SigningKey.generate().key) }
        // Made by somebody who has no inbox here, with a key of his own.
        let permit = Permit.signed(
            key: .generate(), organisation: hospital.name, notAfter: World.now + 60, network: world.network.id
        )
        for signature in [Random.bytes(64), SigningKey.generate().sign(permit)] {
            let letter = PermitLetter(permit: permit, signature: signature)
            #expect(throws: PartyError.self) {
                try keys.permit(try Letter.seal(letter, to: desk.recipient), of: inbox)
            }
        }
        // Handed over by the patient, but of another organisation or network.
        let key = patient.wallet.inboxKey(organisation: hospital.name)
        let elsewhere = Permit.signed(
            key: .generate(), organisation: OrganisationName("insurer")!, notAfter: World.now + 60,
            network: world.network.id)
        let foreign = Permit.signed(
            key: .generate(), organisation: hospital.name, notAfter: World.now + 60,
            network: Genesis.networkID(of: [1]))
        for permit in [elsewhere, foreign] {
            let content = PermitLetter.signedContent(
                permit: permit, organisation: hospital.name, network: world.network.id)
            let letter = PermitLetter(permit: permit, signature: key.sign(content))
            #expect(throws: PartyError.self) {
                try keys.permit(try Letter.seal(letter, to: desk.recipient), of: inbox)
            }
        }
    }
}

extension DeskKeys {
    fileprivate func applicant(of application: Wire.Application) -> Applicant? {
        applicant(
            inbox: application.inbox, recipient: application.recipient, letter: [UInt8](application.letter))
    }
}
