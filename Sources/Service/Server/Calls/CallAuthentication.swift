import API
import Contract
import HTTPTypes
import Hummingbird
import Identity
import Synchronization

/// Checks the signature of each call (RFC 9421, as `RequestSignature` has it) and that it was not seen
/// before.
final class CallAuthentication: Sendable {
    /// The names under which this server is reached: a signature made for another server is worth nothing
    /// here.
    private let authorities: Set<String>
    private let now: @Sendable () -> LedgerTime
    private let started: LedgerTime
    private let seen = Mutex(SeenNonces())

    init(authorities: Set<String>, now: @escaping @Sendable () -> LedgerTime) {
        self.authorities = authorities
        self.now = now
        self.started = now()
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
        else { throw Problem(.unauthenticated, "the signature's headers have not the form of docs/reference/api.md") }
        let time = now()
        let age = time > signed.created ? time - signed.created : signed.created - time
        // A request from before this process began may have been answered by the last one, whose memory is
        // gone.
        guard age <= RequestSignature.ageSecondsMax, signed.created >= started else {
            throw Problem(
                .unauthenticated,
                "the request was signed at another time than now: check the clock, try again")
        }
        let claim = SignatureClaim(key: signed.key, message: signed.base, signature: signature)
        guard Signatures.isValid(claim) else {
            throw Problem(.unauthenticated, "the request's signature does not hold")
        }
        guard seen.withLock({ $0.insert(signed.key.bytes + signed.nonce, at: time) }) else {
            throw Problem(.unauthenticated, "this very request was sent before")
        }
        return SignedCall(
            request: request, context: context, key: signed.key, contentDigest: signed.contentDigest)
    }
}

/// The nonces of two windows of time, so that forgetting costs nothing.
private struct SeenNonces {
    private var current = Set<[UInt8]>()
    private var previous = Set<[UInt8]>()
    private var window: LedgerTime = 0

    /// False when it was there already.
    mutating func insert(_ nonce: [UInt8], at time: LedgerTime) -> Bool {
        // A signature is accepted from ageSecondsMax before to as long after its time: remember for longer
        // than that.
        let now = time / (RequestSignature.ageSecondsMax * 2 + 1)
        if now != window {
            previous = now == window + 1 ? current : []
            current = []
            window = now
        }
        guard !previous.contains(nonce) else { return false }
        return current.insert(nonce).inserted
    }
}
