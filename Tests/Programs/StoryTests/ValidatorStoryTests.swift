import Contract
import Foundation
import Identity
import Primitives
import Testing
import TransparencyLog

@testable import StoryPlay
@testable import Surroundings

/// Validators beside a server that is not to be trusted, through the programs themselves.
@Suite(.serialized, .failsWhenStill) struct ValidatorStoryTests {
    private let organisations = ["hospital1:hospital", "insurer:insurer", "auditor:auditor"]

    @Test func nobodyBelievesWhatTheValidatorsHaveNotCosigned() throws {
        let story = try Story(organisations, quorum: ["2", "1:auditor"])
        try story.passphrase("ada")
        let early = try story.medseal([
            "member", "enrol", "--network", "net", "--organisation", "hospital1", "--role", "clinician",
            "--name", "Ada", "--home", "ada", "--organisation-passphrase-file", "net.pass",
            "--passphrase-file", "ada.pass",
        ])
        #expect(early.code == 3)
        #expect(early.text.contains("medseald validate NETWORK --organisation NAME"))

        let auditors = try story.validate("auditor")
        #expect(auditors.says("cosigned 0 entries"))
        let insurers = try story.validate("insurer")
        #expect(insurers.says("cosigned 0 entries"))
        try story.enrol("eve", "auditor", "auditor")
        let listed = try story.medseal(as: "eve", "ledger", "list")
        #expect(listed.code == 0, "\(listed.text)")
        try proves(story)

        // One of two that are asked for is gone: what is recorded is durable, and its client says no more.
        #expect(insurers.end() == 0)
        #expect(insurers.said.hasSuffix("medseald: stopped\n"))
        let enrolled = try story.medseal([
            "member", "enrol", "--network", "net", "--organisation", "hospital1", "--role", "clinician",
            "--name", "Ada", "--home", "ada", "--organisation-passphrase-file", "net.pass",
            "--passphrase-file", "ada.pass", "--json",
        ])
        #expect(enrolled.code == 0, "\(enrolled.text)")
        #expect(enrolled.text.contains("\"acknowledged\" : \"durable\""))
        // It comes back, executes what it has missed, and the entry is cosigned.
        let again = try story.validate("insurer")
        #expect(again.says("cosigned 2 entries"))
        let after = try story.medseal(as: "eve", "ledger", "list", "--kind", "enrol", "--json")
        #expect(after.text.contains("\"position\" : 1"))
        // Whole minutes: the ledger does not tell who came when (T23).
        let times = after.text.matches(of: /"time" : (\d+)/).compactMap { UInt64($0.1) }
        #expect(times.count == 2 && times.allSatisfy { $0.isMultiple(of: 60) }, "\(after.text)")
        #expect(try story.medseal(as: "eve", "audit").code == 0)
        #expect(again.end() == 0)
        #expect(auditors.end() == 0)
        #expect(story.end(SIGTERM) == 0)
    }

    /// A suspended organisation's validator is not asked, and what it says counts for nothing, whoever shows it; and none is
    /// suspended without which nothing could be believed (docs/decisions/0030).
    @Test func aSuspendedValidatorCountsForNothing() throws {
        let story = try Story(organisations, quorum: ["1:insurer,auditor"])
        let insurers = try story.validate("insurer")
        #expect(insurers.says("cosigned 0 entries"))
        try story.enrol("eve", "auditor", "auditor")
        func suspend(_ name: String, with other: String) throws -> Story.Result {
            let by = ["--network", "net", "--organisation-passphrase-file", "net.pass", "--organisation"]
            let made = try story.medseal(
                ["network", "suspend", name, "--with", other, "-o", "\(name).json"] + by + ["hospital1"])
            #expect(made.code == 0, "\(made.text)")
            let agreed = try story.medseal(["network", "agree", "\(name).json", "--yes"] + by + [other])
            #expect(agreed.code == 0, "\(agreed.text)")
            return try story.medseal(["network", "submit", "\(name).json"] + by + ["hospital1"])
        }
        let suspended = try suspend("insurer", with: "auditor")
        #expect(suspended.code == 0, "\(suspended.text)")
        insurers.end()
        let auditors = try story.validate("auditor")
        #expect(auditors.says("cosigned 2 entries"))
        let last = try suspend("auditor", with: "auditor")
        #expect(last.code == 1 && last.text.contains("quorumUnreachable"), "\(last.text)")
        auditors.end()

        // A server that shows what only the suspended one has cosigned is not believed.
        try story.enrol("ada", "hospital1", "clinician")
        #expect(story.end(SIGTERM) == 0)
        let genesis = try Genesis.decode([UInt8](try story.bytes("net/public/genesis.cbor")))
        let keys = try CheckpointKeys(genesis)
        let checkpoint = try keys.open([UInt8](try story.bytes("net/server/ledger/checkpoint")))
        #expect(checkpoint.checkpoint.head.size == 3)
        let passphrase = try story.bytes("net.pass").dropLast()
        let sealed = [UInt8](try story.bytes("net/organisations/insurer/validator.key.pem"))
        let pkcs8 = try SealedPrivateKey.open(
            pem: sealed, passphrase: SecretBytes(copying: [UInt8](passphrase)))
        let signer = try NoteSigner(
            name: CheckpointKeys.name(of: OrganisationName("insurer")!, at: genesis.origin),
            kind: .cosignature,
            key: try #require(SigningKey(pkcs8: pkcs8)))
        let cosignature = try signer.cosign(checkpoint, time: UInt64(Date().timeIntervalSince1970))
        let note = checkpoint.note.replacing(cosignature).encoded
        #expect(try keys.meetsQuorum(keys.open(note)))
        try story.write("net/server/ledger/cosigned", Data(note))
        try story.start()
        let lied = try story.medseal(as: "eve", "audit")
        #expect(lied.code == 4 && lied.text.contains("has not the cosignatures"), "\(lied.text)")
        let again = try story.validate("auditor")
        #expect(again.says("cosigned 3 entries"))
        let audited = try story.medseal(as: "eve", "audit")
        #expect(audited.code == 0, "\(audited.text)")
        again.end()
    }

    private func proves(_ story: Story) throws {
        let key = try story.medseal(as: "eve", "member", "list", "--json").id
        let proof = try story.medseal(as: "eve", "ledger", "prove", key, "-o", "proof")
        #expect(proof.code == 0, "\(proof.text)")
        func verify(_ file: String, _ genesis: String = "net/public/genesis.cbor") throws -> Story.Result {
            try story.medseal(["ledger", "verify", file, "--genesis", genesis])
        }
        let verified = try verify("proof")
        #expect(verified.code == 0)
        #expect(verified.text.contains("cosigned by insurer, auditor\nAll holds."))
        // Without one of the cosignatures it is not enough, whatever the ledger has signed.
        let lines = String(decoding: try story.bytes("proof"), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        let less = lines.filter { !$0.contains("/insurer ") }.joined(separator: "\n")
        try story.write("less", Data(less.utf8))
        let refused = try verify("less")
        #expect(refused.code == 4)
        #expect(refused.text.contains("has not the cosignatures that the genesis asks for"))
        var changed = try story.bytes("proof")
        changed[40] ^= 1
        try story.write("changed", changed)
        #expect(try verify("changed").code == 4)
        #expect(try verify("net/public/genesis.cbor").code == 4)
        #expect(try verify("proof", "proof").code == 4)
        #expect(try story.medseal(as: "eve", "ledger", "prove", key, "-o", "proof").code == 2)
    }

    /// The whole server is put back to yesterday, anchor and all: the validator knows better (T32, T33).
    @Test func yesterdaysServerIsStoppedByAValidator() throws {
        let story = try Story(organisations, quorum: ["1:auditor"])
        let validator = try story.validate("auditor")
        #expect(validator.says("cosigned 0 entries"))
        try story.enrol("eve", "auditor", "auditor")
        #expect(validator.end() == 0)
        #expect(story.end(SIGTERM) == 0)
        let ledger = story.folder.appending(path: "net/server/ledger")
        let yesterday = story.folder.appending(path: "yesterday")
        try FileManager.default.copyItem(at: ledger, to: yesterday)

        try story.start()
        let second = try story.validate("auditor")
        #expect(second.says("cosigned 1 entries"))
        try story.enrol("ada", "hospital1", "clinician")
        #expect(second.says("cosigned 2 entries"))
        #expect(second.end() == 0)
        #expect(story.end(SIGTERM) == 0)

        try FileManager.default.removeItem(at: ledger)
        try FileManager.default.copyItem(at: yesterday, to: ledger)
        try story.start()
        let third = try story.validate("auditor")
        #expect(third.says("REFUSES TO COSIGN"))
        #expect(third.end() == 0)
        #expect(third.said.contains("the log shows 1 entries, after it had shown 2"))
        #expect(story.exists("net/organisations/auditor/evidence"))
        // The ledger has been told, and takes nothing; nobody who has seen more believes it.
        try story.passphrase("ben")
        let refused = try story.medseal([
            "member", "enrol", "--network", "net", "--organisation", "hospital1", "--role", "clinician",
            "--name", "Ben", "--home", "ben", "--organisation-passphrase-file", "net.pass",
            "--passphrase-file", "ben.pass",
        ])
        #expect(refused.code != 0)
        #expect(refused.text.contains("the validator of auditor has cosigned 2"), "\(refused.text)")
        #expect(story.end(SIGTERM) == 0)

        // From the validator's copy the ledger starts again, with everything.
        try FileManager.default.removeItem(at: ledger)
        let genesis = ["--genesis", "net/public/genesis.cbor"]
        let exported = try story.medseald(
            ["ledger", "export", "net/organisations/auditor/validator", "copy"] + genesis)
        #expect(exported.code == 0, "\(exported.text)")
        let imported = try story.medseald(["ledger", "import", "copy", "net/server/ledger"] + genesis)
        #expect(imported.code == 0, "\(imported.text)")
        #expect(try story.medseald(["ledger", "fsck", "net/server/ledger"] + genesis).code == 0)
        try story.start()
        let fourth = try story.validate("auditor")
        #expect(fourth.says("cosigned 2 entries"))
        #expect(try story.medseal(as: "eve", "audit").code == 0)
        try story.enrol("ben", "hospital1", "clinician")
        #expect(fourth.end() == 0)
        #expect(story.end(SIGTERM) == 0)
    }
}
