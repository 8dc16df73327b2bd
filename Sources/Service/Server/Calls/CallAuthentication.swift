import API
import Contract
import HTTPTypes
import Hummingbird
import Identity

/// Checks the signature of each call (RFC 9421, as `RequestSignature` has it) and that it was not seen
/// before.
///
/// It goes by the machine's clock: the ledger's may run ahead, is rounded, and is others' to set (SECURITY.md, T72).
final class CallAuthentication: Sendable {
    /// The names under which this server is reached: a signature made for another server is worth nothing
    /// here.
    private let authorities: Set<String>
    private let seen: SeenRequests
    private let now: @Sendable () -> UInt64

    /// `now` gives this machine's time, in seconds since 1970.
    init(authorities: Set<String>, seen: SeenRequests, now: @escaping @Sendable () -> UInt64) {
        self.authorities = authorities
        self.seen = seen
        self.now = now
    }

    func authenticate(_ request: Request, _ context: CallContext) throws(Problem) -> SignedCall {
        guard let digest = request.headers[.contentDigest], let input = request.headers[.signatureInput],
            let signatureText = request.headers[.signature],
            let signature = RequestSignature.signature(signatureText)
        else {
            throw Problem(
                .unauthenticated, "the request is not signed: Content-Digest, Signature-Input, Signature")
        }
        let authority = request.head.authority ?? ""
        guard authorities.contains(authority) else {
            throw Problem(.unauthenticated, "this server does not go by the name in the request")
        }
        guard
            let signed = RequestSignature(
                method: request.method.rawValue, authority: authority, path: request.uri.path,
                query: "?" + (request.uri.query ?? ""), contentDigest: digest, signatureInput: input)
        else {
            throw Problem(
                .unauthenticated, "the signature's headers have not the form of docs/reference/api.md")
        }
        let time = now()
        let age = time > signed.created ? time - signed.created : signed.created - time
        guard age <= RequestSignature.ageSecondsMax else {
            let direction = signed.created > time ? "ahead of" : "behind"
            throw Problem(
                .unauthenticated,
                "your clock is \(Self.words(seconds: age)) \(direction) the server's: set the one that is wrong, then try again"
            )
        }
        let claim = SignatureClaim(key: signed.key, message: signed.base, signature: signature)
        guard Signatures.isValid(claim) else {
            throw Problem(.unauthenticated, "the request's signature does not hold")
        }
        switch seen.take(nonce: signed.nonce, of: signed.key, created: signed.created, at: time) {
        case .new: break
        case .seen: throw Problem(.unauthenticated, "this very request was sent before")
        case .unknown:
            throw Problem(
                .unauthenticated, "the request was signed before this server began: sign it anew, try again")
        case .tooMany:
            throw Problem(.tooMany, "too many calls in this second: wait a second, try again", retryAfter: 1)
        }
        return SignedCall(
            request: request, context: context, key: signed.key, contentDigest: signed.contentDigest)
    }

    /// "10 minutes"
    private static func words(seconds: UInt64) -> String {
        let units: [(UInt64, String)] = [(86_400, "days"), (3_600, "hours"), (60, "minutes")]
        for (unit, name) in units where seconds >= 2 * unit { return "\(seconds / unit) \(name)" }
        return "\(seconds) seconds"
    }
}
