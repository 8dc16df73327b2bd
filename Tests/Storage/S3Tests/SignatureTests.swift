import Primitives
import Testing

@testable import S3

/// AWS's own examples: "Signature Calculations for the Authorization Header" (Amazon S3 API Reference) and "Create a signed
/// AWS API request" (IAM User Guide).
struct SignatureTests {
    private func credentials(_ accessKey: String, _ secret: String) throws -> Credentials {
        var secret = Array(secret.utf8)
        return try #require(Credentials(accessKey: Array(accessKey.utf8), secret: &secret))
    }

    private func signature(
        _ method: String, _ path: String, query: [(String, String)] = [], headers: [(String, String)] = [],
        body: String = ""
    ) throws -> Substring {
        let signature = Signature(
            credentials: try credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            region: "us-east-1", time: UTCTime(secondsSince1970: 1_369_353_600))
        let payload = Signature.digest(Array(body.utf8))
        let value = signature.authorization(
            method: method, path: path, query: query,
            headers: headers + [
                ("host", "examplebucket.s3.amazonaws.com"), ("x-amz-content-sha256", payload),
                ("x-amz-date", "20130524T000000Z"),
            ], payload: payload)
        #expect(
            value.hasPrefix(
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"))
        return try #require(value.split(separator: "Signature=").last)
    }

    @Test func anObjectsFirstBytes() throws {
        #expect(
            try signature("GET", "/test.txt", headers: [("range", "bytes=0-9")])
                == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    }

    @Test func anObjectWithBytes() throws {
        #expect(
            try signature(
                "PUT", "/" + PercentEncoding.encode("test$file.text"),
                headers: [
                    ("date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                ], body: "Welcome to Amazon S3.")
                == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")
    }

    @Test func aQueryWithoutAValue() throws {
        #expect(
            try signature("GET", "/", query: [("lifecycle", "")])
                == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")
    }

    @Test func aQueryThatComesInAnyOrder() throws {
        #expect(
            try signature("GET", "/", query: [("prefix", "J"), ("max-keys", "2")])
                == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")
    }

    /// `get-vanilla` of AWS's signature test suite.
    @Test func anotherService() throws {
        let signature = Signature(
            credentials: try credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            region: "us-east-1", time: UTCTime(secondsSince1970: 1_440_938_160), service: "service")
        let value = signature.authorization(
            method: "GET", path: "/", query: [],
            headers: [("x-amz-date", "20150830T123600Z"), ("host", "example.amazonaws.com")],
            payload: Signature.digest([]))
        #expect(value.hasSuffix("Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"))
    }

    @Test func theSecretIsInNothingThatPrints() throws {
        let credentials = try credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        var dumped = ""
        dump(credentials, to: &dumped)
        #expect(!(dumped + "\(credentials)" + String(reflecting: credentials)).contains("wJalr"))
    }
}
