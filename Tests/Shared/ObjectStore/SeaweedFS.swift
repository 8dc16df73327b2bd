import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

@testable import S3
@testable import Surroundings

/// A real store on this machine: SeaweedFS, started once for all tests of a process, in a folder that goes with it.
struct SeaweedFS: Sendable {
    /// Of its S3 interface: `127.0.0.1:PORT`.
    let authority: String
    private let filer: String
    private let http: HTTPClient

    static let accessKey = "medseal-test"
    /// A secret that nothing else has: what shows it has it from here.
    static let secretKey = "not-a-secret-but-looked-for-in-every-error"
    static let environment = ["AWS_ACCESS_KEY_ID": accessKey, "AWS_SECRET_ACCESS_KEY": secretKey]

    /// The one that runs; started at the first call.
    static func running() async throws -> SeaweedFS { try await starting.value }

    private static let starting = Task { try await SeaweedFS() }

    private init() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "medseal-weed-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let program = URL(fileURLWithPath: Repository.python).deletingLastPathComponent().appending(
            path: "weed")
        guard FileManager.default.isExecutableFile(atPath: program.path) else {
            throw Missing(description: "SeaweedFS is not installed: run tools/prepare")
        }
        let identity = """
            {"identities": [{"name": "test", "actions": ["Admin", "Read", "Write", "List"], "credentials":
            [{"accessKey": "\(Self.accessKey)", "secretKey": "\(Self.secretKey)"}]}]}
            """
        try Data(identity.utf8).write(to: folder.appending(path: "s3.json"))
        let ports = try await Self.freePorts(8)
        let names = [
            "s3.port", "filer.port", "master.port", "volume.port", "s3.port.grpc", "filer.port.grpc",
            "master.port.grpc", "volume.port.grpc",
        ]
        let options = zip(names, ports).map { "-\($0)=\($1)" }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        // The shell becomes the store. Another one beside it reads the end of its input when this process ends, however
        // that is, and ends it.
        process.arguments =
            [
                "-c",
                #"exec 3<&0; (cat <&3 >/dev/null; kill -9 $$; rm -rf "$0") & exec "$@" >"$0/log" 2>&1 3<&-"#,
                folder.path,
                program.path, "server", "-dir=\(folder.path)", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
                "-filer",
                "-s3", "-s3.config=\(folder.path)/s3.json", "-s3.port.iceberg=0", "-s3.port.lance=0",
                "-iam=false", "-s3.localSocket=\(folder.path)/s3.sock",
                "-filer.localSocket=\(folder.path)/filer.sock",
                "-volume.max=50", "-master.volumeSizeLimitMB=64", "-master.telemetry=false",
            ] + options
        process.environment = ["HOME": folder.path, "TMPDIR": folder.path]
        let input = Pipe()
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        Self.held.withLock { $0 = input.fileHandleForWriting }
        authority = "127.0.0.1:\(ports[0])"
        filer = "http://127.0.0.1:\(ports[1])"
        http = HTTPClient(eventLoopGroupProvider: .singleton)
        try await waitUntilItAnswers(process, folder)
    }

    /// Open as long as this process lives.
    private static let held = Mutex<FileHandle?>(nil)

    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    private static func freePorts(_ count: Int) async throws -> [Int] {
        var channels = [any Channel]()
        for _ in 0..<count {
            channels.append(
                try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .bind(host: "127.0.0.1", port: 0).get())
        }
        let ports = channels.compactMap { $0.localAddress?.port }
        for channel in channels { try await channel.close() }
        return ports
    }

    private func waitUntilItAnswers(_ process: Process, _ folder: URL) async throws {
        while process.isRunning {
            if (try? await make(bucket: "ready")) != nil,
                (try? await bucket("ready").list("")) != nil
            {
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        let said = (try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)) ?? ""
        let reasons = said.split(separator: "\n").filter { $0.hasPrefix("F") }.joined(separator: "\n")
        throw Missing(description: "SeaweedFS does not start: \(reasons)")
    }

    /// Makes a bucket, as its administrator does.
    func make(bucket: String) async throws {
        var request = HTTPClientRequest(url: "\(filer)/buckets/\(bucket)/")
        request.method = .POST
        let response = try await http.execute(request, timeout: .seconds(5))
        guard (200..<300).contains(response.status.code) || response.status == .conflict else {
            throw Missing(description: "SeaweedFS makes no bucket")
        }
    }

    /// The address of a bucket, or of a folder in it; through `passage` where there is one.
    func address(_ place: String, through passage: Passage? = nil) throws -> BucketAddress {
        try BucketAddress("s3://\(place)?endpoint=http://\(passage?.authority ?? authority)")
    }

    /// A bucket with the tests' clock and without pauses.
    func bucket(
        _ place: String, through passage: Passage? = nil, clockIsAheadBy seconds: Int = 0
    ) throws -> Bucket {
        try Bucket(
            address(place, through: passage), credentials: .environment(Self.environment),
            timing: .withoutPauses(clockIsAheadBy: seconds))
    }
}

extension Timing {
    static func withoutPauses(clockIsAheadBy seconds: Int = 0) -> Timing {
        Timing(
            now: { Int(Date().timeIntervalSince1970) + seconds }, random: { $0 },
            sleep: { _ in try Task.checkCancellation() })
    }
}

extension SeaweedFS {
    /// Sets whether a bucket keeps old versions: `Enabled` or `Suspended`.
    func setVersioning(of bucket: String, _ state: String) async throws {
        let exchange = Exchange(
            try address(bucket), try Connections(authorities: nil),
            credentials: .environment(Self.environment), timing: .withoutPauses())
        let document = "<VersioningConfiguration><Status>\(state)</Status></VersioningConfiguration>"
        try await exchange.answer(
            to: Call(.put, nil, query: [("versioning", "")], content: Content(Array(document.utf8))))
    }
}
