/// Where a bucket is and how it is reached: `s3://BUCKET/PREFIX?endpoint=https://HOST:PORT&region=REGION`.
///
/// Of the query, each at most once: `endpoint` (default: AWS of the region), `region` (default with an endpoint:
/// us-east-1), `style` (`path` or `host`; default: path with an endpoint, host at AWS), `ca` (a PEM file of the authorities
/// that vouch for the endpoint, and no others), `credentials` (a file as AWS's tools have it). It holds no secret.
public struct BucketAddress: Sendable, Hashable {
    /// How a request names the bucket: in its path, or in its host name.
    public enum Style: String, Sendable {
        case path, host
    }

    public let bucket: String
    /// Of every key: empty, or it ends with `/`.
    public let prefix: String
    /// `https`, or `http` for this very machine.
    let scheme: String
    /// The host with the port, where that is not the scheme's own.
    let endpoint: String
    public let region: String
    public let style: Style
    /// A PEM file; nil: the system's authorities.
    public let authorities: String?
    /// A file of credentials; nil: the environment, or the machine's role.
    public let credentials: String?

    /// Throws `misconfigured`, and says what to write instead.
    public init(_ text: String) throws(BucketError) {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0].hasPrefix("s3://") else {
            throw Self.wrong("it does not begin with s3://")
        }
        let place = parts[0].dropFirst(5).split(
            separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        bucket = String(place[0])
        guard (3...63).contains(bucket.utf8.count), bucket.utf8.allSatisfy(Self.isOfBucketName),
            bucket.utf8.first != UInt8(ascii: "."), bucket.utf8.first != UInt8(ascii: "-")
        else { throw Self.wrong("a bucket's name has 3 to 63 of a-z, 0-9, - and .") }
        let folder = place.count > 1 ? place[1].split(separator: "/").joined(separator: "/") : ""
        guard folder.utf8.allSatisfy(Self.isOfPrefix), folder.utf8.count <= 512 else {
            throw Self.wrong("a prefix has letters, digits, -, _, . and /")
        }
        prefix = folder.isEmpty ? "" : folder + "/"

        var options = [String: String]()
        for option in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let pair = option.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, ["endpoint", "region", "style", "ca", "credentials"].contains(pair[0]),
                options.updateValue(String(pair[1]), forKey: String(pair[0])) == nil
            else {
                throw Self.wrong(
                    "after ? stand endpoint, region, style, ca and credentials, each at most once")
            }
        }
        authorities = options["ca"]
        credentials = options["credentials"]
        if let address = options["endpoint"] {
            (scheme, endpoint) = try Self.endpoint(address)
            region = options["region"] ?? "us-east-1"
        } else {
            guard let name = options["region"] else {
                throw Self.wrong("it names neither endpoint nor region")
            }
            (scheme, endpoint, region) = ("https", "s3.\(name).amazonaws.com", name)
        }
        guard (1...40).contains(region.utf8.count), region.utf8.allSatisfy(Self.isOfBucketName) else {
            throw Self.wrong("a region has a-z, 0-9 and -")
        }
        guard let style = Style(rawValue: options["style"] ?? (options["endpoint"] == nil ? "host" : "path"))
        else { throw Self.wrong("style is path or host") }
        self.style = style
    }

    /// A folder of this one.
    public func folder(_ name: String) -> BucketAddress { BucketAddress(self, prefix: "\(prefix)\(name)/") }

    private init(_ other: BucketAddress, prefix: String) {
        bucket = other.bucket
        self.prefix = prefix
        scheme = other.scheme
        endpoint = other.endpoint
        region = other.region
        style = other.style
        authorities = other.authorities
        credentials = other.credentials
    }

    private static func endpoint(_ address: String) throws(BucketError) -> (String, String) {
        let parts = address.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "https" || parts[0] == "http", !parts[1].isEmpty,
            parts[1].utf8.allSatisfy({ isOfBucketName($0) || "[]:".utf8.contains($0) })
        else { throw wrong("endpoint is https://HOST or https://HOST:PORT") }
        let host = String(parts[1])
        guard parts[0] == "https" || ["127.0.0.1", "localhost", "[::1]"].contains(withoutPort(host)) else {
            throw wrong("http is for a store on this very machine: use https")
        }
        return (String(parts[0]), host)
    }

    private static func withoutPort(_ host: String) -> String {
        guard let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") else { return host }
        return String(host[..<colon])
    }

    private static func wrong(_ why: String) -> BucketError {
        BucketError(
            .misconfigured,
            "this is no vault's address: \(why) (s3://BUCKET/PREFIX?endpoint=https://HOST:PORT&region=REGION)"
        )
    }

    private static func isOfBucketName(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2d || byte == 0x2e
    }

    private static func isOfPrefix(_ byte: UInt8) -> Bool {
        isOfBucketName(byte) || (0x41...0x5a).contains(byte) || byte == 0x5f || byte == 0x2f
    }

    /// The host of a request, as its `Host` header names it.
    var host: String { style == .host ? "\(bucket).\(endpoint)" : endpoint }

    /// The path of a request for the object `key`, percent-encoded; of the bucket, where there is none.
    func path(of key: String?) -> String {
        let object = key.map { PercentEncoding.encode(prefix + $0, keepingSlash: true) } ?? ""
        return style == .host ? "/" + object : key == nil ? "/\(bucket)" : "/\(bucket)/\(object)"
    }
}
