import Testing

@testable import S3

struct BucketAddressTests {
    @Test func withAnEndpointOfItsOwn() throws {
        let address = try BucketAddress(
            "s3://ct-archive/a/b?endpoint=https://store.example:9000&ca=/etc/ca.pem&credentials=/run/keys")
        #expect(address.bucket == "ct-archive" && address.prefix == "a/b/" && address.style == .path)
        #expect(
            address.host == "store.example:9000" && address.region == "us-east-1" && address.scheme == "https"
        )
        #expect(address.authorities == "/etc/ca.pem" && address.credentials == "/run/keys")
        #expect(address.path(of: nil) == "/ct-archive" && address.path(of: "x y") == "/ct-archive/a/b/x%20y")
    }

    @Test func atAWS() throws {
        let address = try BucketAddress("s3://ct-archive?region=eu-central-1")
        #expect(address.host == "ct-archive.s3.eu-central-1.amazonaws.com" && address.style == .host)
        #expect(address.path(of: nil) == "/" && address.path(of: "k/1") == "/k/1" && address.prefix.isEmpty)
        let other = try BucketAddress("s3://ct-archive?region=eu-central-1&style=path")
        #expect(other.host == "s3.eu-central-1.amazonaws.com" && other.path(of: nil) == "/ct-archive")
    }

    @Test func onThisMachineWithoutTLS() throws {
        for host in ["127.0.0.1:8333", "localhost", "[::1]:8333"] {
            #expect(try BucketAddress("s3://abc?endpoint=http://\(host)").scheme == "http")
        }
    }

    @Test(arguments: [
        "", "/srv/vault", "s3:/abc", "https://abc", "s3://", "s3://ab?region=r", "s3://ABC?region=r",
        "s3://abc", "s3://abc?", "s3://abc?region=", "s3://abc?region=R", "s3://abc?region=r&region=r",
        "s3://abc?endpoint=http://store.example", "s3://abc?endpoint=http://127.0.0.1.example",
        "s3://abc?endpoint=ftp://127.0.0.1", "s3://abc?endpoint=https://", "s3://abc?endpoint=https://a/b",
        "s3://abc?endpoint=https://user:pw@a", "s3://abc?region=r&style=dns", "s3://abc?region=r&secret=x",
        "s3://abc/ä?region=r", "s3://-abc?region=r", "s3://abc/a b?region=r",
    ])
    func noAddresses(_ text: String) {
        #expect(throws: BucketError(.misconfigured, "")) { try BucketAddress(text) }
    }
}
