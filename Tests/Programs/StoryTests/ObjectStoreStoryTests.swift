import Foundation
import Testing

@testable import ObjectStore
@testable import S3
@testable import StoryPlay
@testable import Surroundings

/// Ciphertext that lies in a bucket of a real store, through the programs.
@Suite struct ObjectStoreStoryTests {
    private func done(_ result: Story.Result, line: Int = #line) {
        #expect(result.code == 0, "line \(line): \(result.text)")
    }

    /// Waits until the server has said `text`.
    private func says(_ story: Story, _ text: String) async throws {
        while true {
            let said = try String(contentsOf: story.log, encoding: .utf8)
            if said.contains(text) { return }
            try #require(kill(story.serverID, 0) == 0, "\(said)")
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// A file of the store's keys in the story's folder.
    private func credentials(of story: Story) throws -> URL {
        let file = try story.write(
            "credentials",
            Data(
                """
                [default]
                aws_access_key_id = \(SeaweedFS.accessKey)
                aws_secret_access_key = \(SeaweedFS.secretKey)
                """.utf8))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        return file
    }

    @Test(
        "moves into a bucket while it is served, is read and erased there, by stock tools too, and moves back"
    )
    func throughABucketAndBack() async throws {
        let store = try await SeaweedFS.running()
        let name = "story-\(UUID().uuidString.lowercased())"
        try await store.make(bucket: name)
        let story = try Story(["hospital1:hospital", "auditor:auditor"])
        let credentials = try credentials(of: story)
        let options = "?endpoint=http://\(store.authority)&credentials=\(credentials.path)"
        let vault = "s3://\(name)/net\(options)"
        let bucket = try store.bucket("\(name)/net/hospital1")

        for (home, organisation, role) in [
            ("ada", "hospital1", "clinician"), ("remo", "hospital1", "gateway"),
            ("eve", "auditor", "auditor"),
        ] {
            try story.enrol(home, organisation, role)
        }
        try story.admit("noor", at: "hospital1", by: "remo", number: "CANARY-1001")
        try story.write("scan.dcm", Data("DICM canary-plaintext".utf8))
        let deposited = try story.medseal(as: "ada", "deposit", "scan.dcm", "--patient", "CANARY-1001")
        done(deposited)
        let folder = "\(story.folder.path)/net/organisations/hospital1/vault/records"
        func files() throws -> Int {
            try FileManager.default.subpathsOfDirectory(atPath: folder).count { $0.utf8.count >= 132 }
        }
        let count = try files()
        #expect(count > 3)

        // All moves while it is served.
        #expect(story.end(SIGTERM) == 0)
        try story.start(["--vault", vault, "--moving-from", "folder"])
        try await says(story, "all has moved")
        #expect(try files() == 0)
        // What is printed is how the handle begins.
        let record = "records/\(deposited.id)"
        let objects = try await bucket.list(record).objects
        #expect(objects.count == count)
        done(try story.medseal(as: "noor", "fetch-own", deposited.id, "-o", "own"))
        #expect(try story.bytes("own") == Data("DICM canary-plaintext".utf8))

        // The store's own users get what its key names.
        let key = try #require(
            objects.map { String(decoding: $0.key, as: UTF8.self) }.first { !$0.contains(".") })
        let aws = URL(fileURLWithPath: Repository.python).deletingLastPathComponent().appending(path: "aws")
        let copied = try Command.run(
            aws.path,
            [
                "s3", "cp", "s3://\(name)/net/hospital1/\(key)",
                story.folder.appending(path: "copied.age").path,
                "--endpoint-url", "http://\(store.authority)", "--region", "us-east-1", "--only-show-errors",
            ],
            environment: SeaweedFS.environment.merging(["HOME": story.folder.path, "PATH": "/usr/bin:/bin"]) {
                $1
            })
        #expect(copied.status == 0, "\(copied.errors)")
        let sum = try story.run("/usr/bin/sha256sum", ["copied.age"])
        #expect(key.hasPrefix(record) && key.hasSuffix("/\(sum.id)") && sum.id.utf8.count == 64)
        #expect(try story.bytes("copied.age").starts(with: Data("age-encryption.org/v1\n".utf8)))

        // Only the bucket from now on: more comes in, the auditor hashes it, one record is erased.
        #expect(story.end(SIGTERM) == 0)
        try story.start(["--vault", vault])
        let more = try story.medseal(as: "ada", "deposit", "scan.dcm", "--again", "--patient", "CANARY-1001")
        done(more)
        let place = "hospital1=s3://\(name)/net/hospital1\(options)"
        done(try story.medseal(as: "eve", "audit", "--vault", place))
        done(try story.medseal(as: "noor", "remove", more.id, "--yes"))
        done(try story.medseal(as: "remo", "record", "erase", more.id))
        #expect(try await bucket.list("records/\(more.id)").objects.isEmpty)
        let damaged = objects[0].key
        try await bucket.put(String(decoding: damaged, as: UTF8.self), Content([1, 2, 3]))
        let audited = try story.medseal(as: "eve", "audit", "--vault", place)
        #expect(audited.code == 4, "\(audited.text)")

        // Back to the folder: what is damaged stays and is named.
        #expect(story.end(SIGTERM) == 0)
        try story.start(["--moving-from", vault])
        try await says(story, "DAMAGED")
        #expect(try files() == count - 1)
        #expect(try await bucket.list("records/").objects.map(\.key) == [damaged])
        #expect(story.end(SIGTERM) == 0)
        let said = try String(contentsOf: story.log, encoding: .utf8)
        #expect(!said.contains(SeaweedFS.secretKey))
    }

    @Test("what the vault loses a second copy in a bucket gives back, and an erasure waits for that copy")
    func aSecondCopy() async throws {
        let store = try await SeaweedFS.running()
        let name = "medical-\(UUID().uuidString.lowercased())"
        try await store.make(bucket: name)
        let story = try Story(["hospital1:hospital"])
        let credentials = try credentials(of: story)
        let place = "s3://\(name)/copies?endpoint=http://\(store.authority)&credentials=\(credentials.path)"
        let bucket = try store.bucket("\(name)/copies/hospital1")
        try story.enrol("ada", "hospital1", "clinician")
        try story.enrol("remo", "hospital1", "gateway")
        try story.admit("noor", at: "hospital1", by: "remo", number: "P-1")
        try story.write("scan.dcm", Data("a scan".utf8))
        // Deposited before there was a second copy: that makes up for it by itself.
        let first = try story.medseal(as: "ada", "deposit", "scan.dcm", "--patient", "P-1")
        done(first)
        #expect(story.end(SIGTERM) == 0)
        try story.start(["--second-copy", place])
        try await says(story, "blobs that the second copy lacked are in it now")
        let copied = try await bucket.list("records/\(first.id)").objects.count
        #expect(copied == (try story.vault("hospital1").count))
        let second = try story.medseal(as: "ada", "deposit", "scan.dcm", "--again", "--patient", "P-1")
        done(second)
        #expect(try await bucket.list("records/\(second.id)").objects.count == copied)

        // The folder is lost; the record is read all the same, and is there again after the next start.
        let lost = try story.vault("hospital1").filter { $0.contains(first.id) }
        for path in lost { try FileManager.default.removeItem(at: story.folder.appending(path: path)) }
        done(try story.medseal(as: "noor", "fetch-own", first.id, "-o", "own"))
        #expect(try story.bytes("own") == Data("a scan".utf8))
        #expect(story.end(SIGTERM) == 0)
        try story.start(["--second-copy", place])
        try await says(story, "RESTORED from the second copy")
        #expect(try story.vault("hospital1").filter { $0.contains(first.id) } == lost)

        done(try story.medseal(as: "noor", "remove", first.id, "--yes"))
        done(try story.medseal(as: "remo", "record", "erase", first.id))
        #expect(try await bucket.list("records/\(first.id)").objects.isEmpty)
        #expect(try story.vault("hospital1").count == copied)
        #expect(story.end(SIGTERM) == 0)
    }

    @Test("a server refuses a bucket that is another's, that keeps versions, or that is not there")
    func refusals() async throws {
        let store = try await SeaweedFS.running()
        let (name, versioned) = ("a-\(UUID().uuidString.lowercased())", "b-\(UUID().uuidString.lowercased())")
        for bucket in [name, versioned] { try await store.make(bucket: bucket) }
        try await store.setVersioning(of: versioned, "Enabled")
        try await store.bucket("\(name)/hospital1").put("OWNER", Content(Array("another\n".utf8)))
        let story = try Story(["hospital1:hospital"], isServed: false)
        func start(_ vault: String) throws -> Story.Result {
            try story.medseald(["run", "net", "--passphrase-file", "net.pass", "--vault", vault])
        }
        let credentials = try story.write(
            "credentials",
            Data(
                """
                [default]
                aws_access_key_id = \(SeaweedFS.accessKey)
                aws_secret_access_key = \(SeaweedFS.secretKey)
                """.utf8))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: credentials.path)
        let options = "?endpoint=http://\(store.authority)&credentials=\(credentials.path)"
        for (vault, reason) in [
            ("s3://\(name)\(options)", "another vault's"), ("s3://\(versioned)\(options)", "old versions"),
            ("s3://there-is-none\(options)", "no such bucket"),
        ] {
            let refused = try start(vault)
            #expect(refused.code == 1 && refused.text.contains(reason), "\(refused.text)")
        }
        for vault in ["s3://abc", "/srv/vault", "s3://abc?endpoint=http://store.example&region=r"] {
            #expect(try start(vault).code == 2, "\(vault)")
        }
    }
}
