import Age
import Foundation
import Primitives
import Testing

@testable import Surroundings

/// Files and keys between this code, Debian's `age` and PyPI `pyrage`, both ways. Neither is ever skipped.
@Suite struct InteropTests {
    static let identity = AgeIdentity.generate(.x25519)
    static var identityText: String { identity.withText { String(decoding: $0, as: UTF8.self) } }

    static let age = tool("age", hint: "apt-get install age")
    static let keygen = tool("age-keygen", hint: "apt-get install age")
    static let script = tool("script", hint: "apt-get install bsdutils")

    static func tool(_ name: String, hint: String) -> String? {
        let found = ["/usr/bin/", "/usr/local/bin/", "/bin/"].map { $0 + name }.first(
            where: FileManager.default.isExecutableFile)
        if found == nil { Issue.record("\(name) is not installed: \(hint)") }
        return found
    }

    /// The Python that has pyrage: $MEDSEAL_PYTHON, or what tools/test installs.
    static let python: String? = {
        let path = Repository.python
        guard FileManager.default.isExecutableFile(atPath: path) else {
            Issue.record("no Python with pyrage at \(path): run tools/test, or set MEDSEAL_PYTHON")
            return nil
        }
        return path
    }()

    // MARK: - age

    @Test(arguments: [false, true], [0, 65_536, 200_000]) func stockToolOpensOurs(armored: Bool, size: Int)
        throws
    {
        let folder = try Scratch()
        let plaintext = Random.bytes(size)
        let keys = try folder.write(
            "key",
            IdentityFile(comments: ["a comment"], identities: [Self.identity]).serialized().withUnsafeBytes {
                Array($0)
            })
        let file = try seal(plaintext, for: .recipients([Self.identity.recipient]), armored: armored)
        let opened = try Command.run(try #require(Self.age), ["-d", "-i", keys], input: file)
        #expect(opened.status == 0)
        #expect(opened.bytes == plaintext)
        var altered = file
        altered[altered.count / 2] ^= 1
        #expect(try Command.run(try #require(Self.age), ["-d", "-i", keys], input: altered).status != 0)
    }

    @Test(arguments: [false, true], [0, 65_536, 200_000]) func weOpenTheStockTools(armored: Bool, size: Int)
        throws
    {
        let plaintext = Random.bytes(size)
        let other = AgeIdentity.generate(.x25519).recipient.text
        let sealed = try Command.run(
            try #require(Self.age),
            ["-r", other, "-r", Self.identity.recipient.text] + (armored ? ["-a"] : []), input: plaintext)
        #expect(sealed.status == 0)
        #expect(try Age.open(sealed.bytes, with: .identity(Self.identity)) == plaintext)
    }

    @Test func theStockToolsKeysAreOurs() throws {
        let file = try Command.run(try #require(Self.keygen), []).bytes
        let identity = try #require(try IdentityFile(parsing: file).identities.first)
        let recipient = try Command.run(try #require(Self.keygen), ["-y"], input: file).bytes
        #expect(String(decoding: recipient, as: UTF8.self) == identity.recipient.text + "\n")
        let ours = IdentityFile(identities: [Self.identity]).serialized().withUnsafeBytes { Array($0) }
        let theirs = try Command.run(try #require(Self.keygen), ["-y"], input: ours).bytes
        #expect(String(decoding: theirs, as: UTF8.self) == Self.identity.recipient.text + "\n")
    }

    // MARK: - pyrage

    static func python(_ program: String, _ arguments: [String], input: [UInt8]) throws -> [UInt8] {
        let run = try Command.run(
            try #require(python),
            [
                "-c",
                "import sys, pyrage\ni = sys.stdin.buffer.read()\na = sys.argv[1:]\no = sys.stdout.buffer\n"
                    + program,
            ] + arguments, input: input)
        #expect(run.status == 0, "pyrage failed")
        return run.bytes
    }

    @Test(arguments: [0, 65_536, 200_000]) func pyrageAndWeAgree(size: Int) throws {
        let plaintext = Random.bytes(size)
        let ours = try seal(plaintext, for: .recipients([Self.identity.recipient]))
        let opened = try Self.python(
            "o.write(pyrage.decrypt(i, [pyrage.x25519.Identity.from_str(a[0])]))", [Self.identityText],
            input: ours)
        #expect(opened == plaintext)
        let theirs = try Self.python(
            "o.write(pyrage.encrypt(i, [pyrage.x25519.Recipient.from_str(a[0])]))",
            [Self.identity.recipient.text], input: plaintext)
        #expect(try Age.open(theirs, with: .identity(Self.identity)) == plaintext)
    }

    @Test func pyrageAndWeAgreeOnPassphrases() throws {
        let passphrase = SecretBytes(copying: Array("Grüße".utf8))
        let ours = try seal([1, 2, 3], for: .passphrase(passphrase, workFactor: 10))
        #expect(
            try Self.python("o.write(pyrage.passphrase.decrypt(i, a[0]))", ["Grüße"], input: ours) == [
                1, 2, 3,
            ])
        let theirs = try Self.python("o.write(pyrage.passphrase.encrypt(i, a[0]))", ["Grüße"], input: [4, 5])
        #expect(try Age.open(theirs, with: .passphrase(passphrase, maximumWorkFactor: 22)) == [4, 5])
        // What is refused by the one is refused by the other.
        var altered = ours
        altered[altered.count - 1] ^= 1
        let verdict = try Self.python(
            "try:\n  pyrage.passphrase.decrypt(i, a[0])\nexcept pyrage.DecryptError:\n  o.write(b'no')",
            ["Grüße"], input: altered)
        #expect(verdict == Array("no".utf8))
    }

    /// The stock tool asks a terminal for a passphrase: `script` gives it one.
    @Test func stockToolOpensOurPassphraseFile() throws {
        let folder = try Scratch()
        let passphrase = SecretBytes(copying: Array("correct horse".utf8))
        let file = try folder.write(
            "f", try seal(Array("a scan".utf8), for: .passphrase(passphrase, workFactor: 10)))
        let command = "\(try #require(Self.age)) -d -o \(folder.path("out")) \(file)"
        _ = try Command.run(
            try #require(Self.script), ["-qec", command, "/dev/null"], input: Array("correct horse\n".utf8))
        #expect(try contents(folder.path("out")) == Array("a scan".utf8))
    }
}
