import Foundation
import NIOHTTP1
import Primitives
import Testing

@testable import ObjectStore
@testable import S3
@testable import Surroundings

struct CredentialTests {
    private static let file = """
        # of the archive
        [other]
        aws_access_key_id = OTHER
        aws_secret_access_key = other
        [default]
        aws_access_key_id=AKIDEXAMPLE
        ; the secret
          aws_secret_access_key =  se/cret+=

        """

    private func written(_ text: String, mode: Int) throws -> (Scratch, String) {
        let scratch = try Scratch()
        let path = try scratch.write("credentials", Array(text.utf8))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return (scratch, path)
    }

    @Test func fromAFile() throws {
        let (scratch, path) = try written(Self.file, mode: 0o600)
        defer { withExtendedLifetime(scratch) {} }
        let credentials = try CredentialFile.read(path, profile: "default")
        #expect(credentials.accessKey == "AKIDEXAMPLE" && credentials.sessionToken == nil)
        #expect(credentials.secret.withUnsafeBytes { Array($0) } == Array("AWS4se/cret+=".utf8))
        #expect(try CredentialFile.read(path, profile: "other").accessKey == "OTHER")
        #expect(throws: BucketError(.misconfigured, "")) { try CredentialFile.read(path, profile: "none") }
        #expect(throws: BucketError(.misconfigured, "")) {
            try CredentialFile.read(path + "-", profile: "default")
        }
    }

    @Test(arguments: [0o640, 0o604, 0o666]) func notFromAFileThatOthersRead(_ mode: Int) throws {
        let (scratch, path) = try written(Self.file, mode: mode)
        defer { withExtendedLifetime(scratch) {} }
        #expect(throws: BucketError(.misconfigured, "")) { try CredentialFile.read(path, profile: "default") }
    }

    @Test(arguments: [
        "", "[default]", "[default]\naws_access_key_id = A", "[default]\naws_secret_access_key = A",
        "aws_access_key_id = A\naws_secret_access_key = B",
        "[default]\naws_access_key_id = A B\naws_secret_access_key = C",
    ])
    func noCredentials(_ text: String) {
        #expect(CredentialFile.credentials(in: Array(text.utf8), profile: "default") == nil)
    }

    @Test func whatIsNamedComesFirst() throws {
        let named = try BucketAddress("s3://abc?region=r&credentials=/a")
        let plain = try BucketAddress("s3://abc?region=r")
        let keys = ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B"]
        guard case .file("/a", "default") = CredentialSource(for: named, environment: keys),
            case .environment = CredentialSource(for: plain, environment: keys),
            case .file("/b", "p") = CredentialSource(
                for: plain, environment: ["AWS_SHARED_CREDENTIALS_FILE": "/b", "AWS_PROFILE": "p"]),
            case .instanceRole = CredentialSource(for: plain, environment: [:])
        else {
            Issue.record("another source")
            return
        }
    }

    @Test func fromTheMachinesRole() async throws {
        let passage = try await Passage { request in
            let token = request.headers.first(name: "X-aws-ec2-metadata-token")
            switch (request.method, request.uri) {
            case (.PUT, "/latest/api/token"): return .init(body: Array("the-token".utf8))
            case (.GET, "/latest/meta-data/iam/security-credentials/") where token == "the-token":
                return .init(body: Array("archive".utf8))
            case (.GET, "/latest/meta-data/iam/security-credentials/archive") where token == "the-token":
                return .init(
                    body: Array(
                        """
                        {"Code": "Success", "LastUpdated": "2026-11-30T19:00:00Z", "Type": "AWS-HMAC",
                        "AccessKeyId": "ASIA", "SecretAccessKey": "lent", "Token": "session",
                        "Expiration": "2026-11-30T19:48:03Z"}
                        """.utf8))
            default: return .init(status: .unauthorized)
            }
        }
        let source = CredentialSource.instanceRole(address: "http://\(passage.authority)")
        let credentials = try await source.read(try Connections(authorities: nil))
        #expect(credentials.accessKey == "ASIA" && credentials.sessionToken == "session")
        #expect(credentials.end == 1_796_068_083)
    }

    @Test func aMachineWithoutARoleSaysWhatToDo() async throws {
        let passage = try await Passage { _ in nil }
        let source = CredentialSource.instanceRole(address: "http://\(passage.authority)")
        await #expect(throws: BucketError(.misconfigured, "")) {
            try await source.read(try Connections(authorities: nil))
        }
    }
}
