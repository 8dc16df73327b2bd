import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// What went wrong is told as what it is: no lack of permission as damage, no date as a library's dump.
@Suite(.serialized, .failsWhenStill) struct CauseStoryTests {
    /// Root may read anything: its commands run as another user.
    private func unprivileged(_ story: Story, _ arguments: [String]) throws -> Story.Result {
        let program = Repository.programs.appending(path: "medseal").path
        guard geteuid() == 0 else { return try story.run(program, arguments) }
        return try story.run(
            "/usr/bin/setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", program] + arguments)
    }

    @Test func whoMayNotReadIsToldSo() throws {
        let story = try Story(["hospital1:hospital", "auditor:auditor"])
        try story.enrol("eve", "auditor", "auditor")
        #expect(try story.medseal(as: "eve", "audit").code == 0)
        let asEve = ["--home", "eve", "--passphrase-file", "eve.pass"]
        if geteuid() == 0 {
            #expect(try story.run("/bin/chmod", ["755", "."]).code == 0)
            #expect(try story.run("/bin/chown", ["-R", "65534:65534", "eve", "eve.pass"]).code == 0)
        }
        let works = try unprivileged(story, ["requests"] + asEve)
        #expect(works.code == 0, "\(works.text)")
        // As after root has run a command once on a user's home.
        for (path, command) in [("eve/checkpoint", "requests"), ("eve/member.json", "requests")] {
            #expect(try story.run("/bin/chmod", ["000", path]).code == 0)
            let refused = try unprivileged(story, [command] + asEve)
            #expect(refused.code == 3, "\(refused.text)")
            #expect(
                refused.text.contains(path) && refused.text.contains("Permission denied"), "\(refused.text)")
            #expect(refused.text.contains("chown"), "\(refused.text)")
            #expect(try story.run("/bin/chmod", ["600", path]).code == 0)
        }
        #expect(try story.run("/bin/chmod", ["000", "eve"]).code == 0)
        let shut = try unprivileged(story, ["requests"] + asEve)
        #expect(shut.code == 3 && shut.text.contains("Permission denied"), "\(shut.text)")
        #expect(try story.run("/bin/chmod", ["700", "eve"]).code == 0)
    }

    @Test func whatIsNotThereIsWrongInput() throws {
        let story = try Story(["hospital1:hospital"], isServed: false)
        try story.passphrase("some")
        for command in [
            ["age", "decrypt", "nothing.age"], ["age", "inspect", "nothing.age"],
            ["ledger", "verify", "nothing", "--genesis", "net/public/genesis.cbor"],
            ["ledger", "verify", "nothing", "--genesis", "nowhere"],
            ["requests", "--home", "nowhere"],
            [
                "wallet", "join", "--home", "new", "--network", "nowhere", "--organisation", "hospital1",
                "--passphrase-file", "some.pass",
            ],
        ] {
            let refused = try story.medseal(command)
            #expect(refused.code == 2, "\(command): \(refused.text)")
            #expect(!refused.text.contains("NSCocoaErrorDomain"), "\(refused.text)")
        }
    }

    @Test func aWrongPassphraseIsToldSo() throws {
        let story = try Story(["hospital1:hospital"], isServed: false)
        try story.passphrase("right")
        try story.passphrase("wrong")
        try story.write("note.txt", Data("a note".utf8))
        #expect(
            try story.medseal([
                "age", "encrypt", "-p", "--passphrase-file", "right.pass", "note.txt", "-o", "note.age",
            ]).code == 0)
        let refused = try story.medseal([
            "age", "decrypt", "--passphrase-file", "wrong.pass", "note.age", "-o", "stolen",
        ])
        #expect(refused.code == 1, "\(refused.text)")
        #expect(refused.text.contains("the passphrase does not open note.age"), "\(refused.text)")
        #expect(
            try story.medseal([
                "age", "keygen", "-p", "--passphrase-file", "right.pass", "-o", "key",
            ]).code == 0)
        let key = try story.medseal(["age", "keygen", "-y", "key", "--passphrase-file", "wrong.pass"])
        #expect(key.code == 1 && key.text.contains("the passphrase does not open key"), "\(key.text)")
    }

    /// The server shows a certificate that its own authority has issued, and that has ended.
    @Test func aCertificatesDatesAreWords() throws {
        let story = try Story(["hospital1:hospital", "auditor:auditor"])
        try story.enrol("eve", "auditor", "auditor")
        #expect(story.end(SIGTERM) == 0)
        let config = """
            [ca]
            default_ca = one
            [one]
            database = index
            new_certs_dir = .
            serial = serial
            default_md = sha256
            policy = any
            copy_extensions = copy
            [any]
            commonName = supplied
            """
        try story.write("ca.conf", Data(config.utf8))
        try story.write("index", Data())
        try story.write("serial", Data("1234\n".utf8))
        func openssl(_ arguments: String...) throws {
            let done = try story.run("/usr/bin/openssl", arguments)
            try #require(done.code == 0, "\(done.text)")
        }
        let authority = "net/organisations/hospital1/authority"
        try openssl(
            "req", "-new", "-key", "net/server/tls.key.pem", "-passin", "file:net.pass", "-subj",
            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out", "csr.pem")
        for (start, end, text) in [
            ("20200101000000Z", "20200201000000Z", "ended on 2020-02-01"),
            ("20400101000000Z", "20400201000000Z", "begins on 2040-01-01"),
        ] {
            try openssl(
                "ca", "-batch", "-config", "ca.conf", "-cert", "\(authority).pem", "-keyfile",
                "\(authority).key.pem", "-passin", "file:net.pass", "-in", "csr.pem", "-startdate", start,
                "-enddate", end, "-notext", "-out", "net/server/tls.pem")
            try story.write("index", Data())
            try story.start()
            let refused = try story.medseal(as: "eve", "requests")
            #expect(refused.code == 4 && refused.text.contains(text), "\(refused.text)")
            #expect(refused.text.contains("check the clock"), "\(refused.text)")
            for dump in ["SSL", "NIO", "handshake"] {
                #expect(!refused.text.contains(dump), "\(refused.text)")
            }
            #expect(story.end(SIGTERM) == 0)
        }
        // Nobody is there.
        let away = try story.medseal(as: "eve", "requests")
        #expect(away.code == 3 && away.text.contains("Connection refused"), "\(away.text)")
        #expect(!away.text.contains("NIO"), "\(away.text)")
    }
}
