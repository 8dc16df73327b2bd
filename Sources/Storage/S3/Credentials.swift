import Contract
import Primitives

/// What an account's requests are signed with.
public struct Credentials: Sendable {
    let accessKey: String
    /// `AWS4` and the secret key: what signing begins with.
    let secret: SecretBytes
    /// Of credentials that were lent; sent with each request.
    let sessionToken: String?
    /// When they end, in seconds since 1970; nil: not by themselves.
    let end: Int?

    /// `secret` is wiped. Nil when one of them has bytes that no header can carry.
    init?(accessKey: [UInt8], secret: inout [UInt8], sessionToken: [UInt8]? = nil, end: Int? = nil) {
        defer { wipe(&secret) }
        func isPlain(_ bytes: [UInt8], _ most: Int) -> Bool {
            (1...most).contains(bytes.count) && bytes.allSatisfy { (0x21...0x7e).contains($0) }
        }
        guard isPlain(accessKey, 256), isPlain(secret, 256), sessionToken.map({ isPlain($0, 8_192) }) != false
        else { return nil }
        self.accessKey = String(decoding: accessKey, as: UTF8.self)
        self.secret = SecretBytes(count: 4 + secret.count) { [secret] memory in
            memory.copyBytes(from: Array("AWS4".utf8) + secret)
        }
        self.sessionToken = sessionToken.map { String(decoding: $0, as: UTF8.self) }
        self.end = end
    }
}

/// Where credentials come from. Never from an argument, which every process of the machine can read.
public enum CredentialSource: Sendable {
    /// A file as AWS's tools have it, which only its owner can read: `[default]`, `aws_access_key_id = ...`,
    /// `aws_secret_access_key = ...`, and perhaps `aws_session_token = ...`.
    case file(String, profile: String)
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, and perhaps `AWS_SESSION_TOKEN`.
    case environment([String: String])
    /// The role of the virtual machine (IMDSv2), at `address`.
    case instanceRole(address: String)

    /// The file that `address` names or `AWS_SHARED_CREDENTIALS_FILE` does; else the environment, if it has any; else the
    /// machine's role.
    public init(for address: BucketAddress, environment: [String: String]) {
        if let file = address.credentials ?? environment["AWS_SHARED_CREDENTIALS_FILE"] {
            self = .file(file, profile: environment["AWS_PROFILE"] ?? "default")
        } else if environment["AWS_ACCESS_KEY_ID"] != nil {
            self = .environment(environment)
        } else {
            self = .instanceRole(address: "http://169.254.169.254")
        }
    }

    func read(_ connections: Connections) async throws(BucketError) -> Credentials {
        switch self {
        case .file(let path, let profile): return try CredentialFile.read(path, profile: profile)
        case .instanceRole(let address):
            return try await InstanceRole(address: address, connections: connections).credentials()
        case .environment(let values):
            var secret = Array((values["AWS_SECRET_ACCESS_KEY"] ?? "").utf8)
            guard
                let credentials = Credentials(
                    accessKey: Array((values["AWS_ACCESS_KEY_ID"] ?? "").utf8), secret: &secret,
                    sessionToken: values["AWS_SESSION_TOKEN"].map { Array($0.utf8) })
            else {
                throw BucketError(
                    .misconfigured,
                    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set to what a store gives")
            }
            return credentials
        }
    }
}

/// Credentials that are read when they are first needed, again before they end, and again when the store refuses them:
/// a file may have been replaced.
actor CredentialCache {
    private let source: CredentialSource
    private let connections: Connections
    private var known: Credentials?

    /// Lent credentials are taken for ended so long before they are.
    private static let earlySeconds = 300

    init(_ source: CredentialSource, _ connections: Connections) {
        self.source = source
        self.connections = connections
    }

    func current(_ now: Int) async throws(BucketError) -> Credentials {
        if let known, known.end.map({ now < $0 - Self.earlySeconds }) != false { return known }
        let credentials = try await source.read(connections)
        known = credentials
        return credentials
    }

    func forget() { known = nil }
}
