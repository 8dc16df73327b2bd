import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Primitives

/// The credentials that a virtual machine's role lends it (Instance Metadata Service, version 2).
struct InstanceRole {
    let address: String
    let connections: Connections

    private static let path = "/latest/meta-data/iam/security-credentials/"
    private static let bytesMax = 64 << 10

    func credentials() async throws(BucketError) -> Credentials {
        var token = Array(
            try await call(
                .PUT, "/latest/api/token", ("X-aws-ec2-metadata-token-ttl-seconds", "300")))
        defer { wipe(&token) }
        let header = ("X-aws-ec2-metadata-token", String(decoding: token, as: UTF8.self))
        let role = String(
            decoding: try await call(.GET, Self.path, header).prefix { $0 != 0x0a }, as: UTF8.self)
        var answer = try await call(.GET, Self.path + PercentEncoding.encode(role), header)
        defer { wipe(&answer) }
        guard let credentials = Self.credentials(in: answer) else {
            throw BucketError(.misconfigured, "this machine's role gives no credentials")
        }
        return credentials
    }

    static func credentials(in answer: [UInt8]) -> Credentials? {
        guard case .members(let members) = try? JSONValue(decoding: answer) else { return nil }
        func text(_ name: String) -> [UInt8]? {
            guard case .text(let text) = members.first(where: { $0.name == Array(name.utf8) })?.value else {
                return nil
            }
            return text
        }
        guard text("Code") == Array("Success".utf8), let accessKey = text("AccessKeyId"),
            var secret = text("SecretAccessKey"), let token = text("Token"),
            let end = text("Expiration").flatMap({ UTCTime(iso8601: $0) })
        else { return nil }
        return Credentials(
            accessKey: accessKey, secret: &secret, sessionToken: token, end: end.secondsSince1970)
    }

    private func call(
        _ method: HTTPMethod, _ path: String, _ header: (String, String)
    ) async throws(BucketError) -> [UInt8] {
        var request = HTTPClientRequest(url: address + path)
        request.method = method
        request.headers = [header.0: header.1]
        do {
            // Where there is no such service, connecting ends by itself (`Connections`).
            let response = try await connections.http.execute(request, deadline: .distantFuture)
            guard response.status == .ok else {
                throw BucketError(.misconfigured, "this machine has no role that gives credentials")
            }
            return Array(try await response.body.collect(upTo: Self.bytesMax).readableBytesView)
        } catch let error as BucketError {
            throw error
        } catch {
            throw BucketError(
                .misconfigured,
                "there are no credentials: name a file in the address (credentials=FILE), set AWS_ACCESS_KEY_ID and "
                    + "AWS_SECRET_ACCESS_KEY, or give this machine a role")
        }
    }
}
