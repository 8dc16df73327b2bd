import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// New passphrases cannot be guessed, are changed whole or not at all, and need not be typed each time.
@Suite(.serialized, .failsWhenStill) struct PassphraseStoryTests {
    @Test func aWeakOneIsRefusedWithWhatIsWanted() throws {
        let story = try Story(["hospital1:hospital"], isServed: false)
        for (name, text) in [
            ("short", "tin opener"), ("row", "aaaaaaaaaaaaaaaa"), ("digits", "12345678901234567890"),
            ("worst", "Password123456789"), ("own", "weak-wallet-weak-wallet"),
        ] {
            try story.writePassphrase(name, text)
            for command in [
                [
                    "wallet", "join", "--network", "net", "--organisation", "hospital1", "--home",
                    "weak-wallet",
                ],
                ["network", "init", "other", "--organisation", "a:hospital"],
            ] where name != "own" || command[0] == "wallet" {
                let refused = try story.medseal(command + ["--passphrase-file", "\(name).pass"])
                #expect(
                    refused.code == 2 && refused.text.contains("at least 12 characters"), "\(refused.text)")
            }
        }
        #expect(!story.exists("weak-wallet") && !story.exists("other"))
    }

    @Test func aHomeAWalletAndAnOrganisationGetAnotherOne() throws {
        let story = try Story(["hospital1:hospital", "auditor:auditor"])
        try story.enrol("ada", "hospital1", "gateway")
        try story.admit("noor", at: "hospital1", by: "ada", number: "P-1")
        try story.writePassphrase("new", "four lanterns under ice")
        try story.writePassphrase("weak", "tin opener")
        for (home, use) in [("ada", "requests"), ("noor", "records")] {
            func change(_ new: String, from old: String) throws -> Story.Result {
                try story.medseal([
                    "passphrase", "change", "--home", home, "--passphrase-file", "\(old).pass",
                    "--new-passphrase-file", "\(new).pass",
                ])
            }
            #expect(try change("weak", from: home).code == 2)
            #expect(try change("new", from: "net").code == 1)
            #expect(try story.medseal(as: home, use).code == 0)
            let changed = try change("new", from: home)
            #expect(changed.code == 0, "\(changed.text)")
            #expect(try story.medseal(as: home, use).code == 1)
            #expect(try story.medseal([use, "--home", home, "--passphrase-file", "new.pass"]).code == 0)
        }
        let changed = try story.medseal([
            "passphrase", "change", "--network", "net", "--organisation", "hospital1", "--passphrase-file",
            "net.pass", "--new-passphrase-file", "new.pass",
        ])
        #expect(changed.code == 0, "\(changed.text)")
        func publish(_ passphrase: String) throws -> Int32 {
            try story.medseal([
                "member", "publish-crl", "--network", "net", "--organisation", "hospital1",
                "--organisation-passphrase-file", "\(passphrase).pass",
            ]).code
        }
        #expect(try publish("net") == 1)
        #expect(try publish("new") == 0)
    }

    @Test func anUnlockedHomeIsNotAskedFor() throws {
        let story = try Story(["hospital1:hospital"])
        try story.enrol("ada", "hospital1", "registrar")
        try story.writePassphrase("new", "four lanterns under ice")
        // No terminal is there to be asked.
        func alone(_ arguments: String...) throws -> Story.Result {
            try story.run(
                "/usr/bin/setsid",
                ["--wait", Repository.programs.appending(path: "medseal").path] + arguments)
        }
        let unlocked = try story.medseal(as: "ada", "unlock", "--minutes", "5")
        guard unlocked.code == 0 else {
            // A container may not ask the kernel: that is told, and nothing is kept.
            #expect(unlocked.code == 3 && unlocked.text.contains("--passphrase-file"), "\(unlocked.text)")
            return
        }
        let listed = try alone("requests", "--home", "ada")
        #expect(listed.code == 0, "\(listed.text)")
        let locked = try alone("lock", "--home", "ada")
        #expect(locked.code == 0 && locked.text.contains("Locked"), "\(locked.text)")
        #expect(try alone("requests", "--home", "ada").code != 0)
        #expect(try alone("lock", "--home", "ada").text.contains("already"))

        // A wrong one is not kept, and one that was changed since is not used.
        #expect(try story.medseal(["unlock", "--home", "ada", "--passphrase-file", "net.pass"]).code == 1)
        #expect(try story.medseal(as: "ada", "unlock").code == 0)
        #expect(
            try story.medseal([
                "passphrase", "change", "--home", "ada", "--passphrase-file", "ada.pass",
                "--new-passphrase-file", "new.pass",
            ]).code == 0)
        #expect(try alone("requests", "--home", "ada").code != 0)
    }
}

extension Story {
    fileprivate func writePassphrase(_ name: String, _ text: String) throws {
        let path = folder.appending(path: "\(name).pass").path
        try #require(
            FileManager.default.createFile(
                atPath: path, contents: Data("\(text)\n".utf8), attributes: [.posixPermissions: 0o600]))
    }
}
