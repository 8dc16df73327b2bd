public import Contract

/// An error as it goes over the wire: application/problem+json (RFC 9457).
public struct Problem: Error, Codable, Hashable, Sendable {
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// The contract refused; `code` and `name` say why.
        case rejected = "urn:medseal:problem:rejected"
        /// The request's signature is missing, wrong, stale or was seen before.
        case unauthenticated = "urn:medseal:problem:unauthenticated"
        /// The caller may not do this.
        case notAllowed = "urn:medseal:problem:not-allowed"
        /// There is nothing of the kind for this caller: absent and forbidden look the same.
        case notFound = "urn:medseal:problem:not-found"
        case malformed = "urn:medseal:problem:malformed"
        case tooLarge = "urn:medseal:problem:too-large"
        /// The body has another digest than was announced.
        case digestMismatch = "urn:medseal:problem:digest-mismatch"
        /// Something that the request builds on is not there yet.
        case conflict = "urn:medseal:problem:conflict"
        /// An upload does not go on where its offset says; `expectedOffset` says where it does.
        case mismatchingUploadOffset =
            "https://iana.org/assignments/http-problem-types#mismatching-upload-offset"
        /// The bytes have none of the range that was asked for.
        case unsatisfiableRange = "urn:medseal:problem:unsatisfiable-range"
        /// The patient's stock of permits is used up.
        case stockEmpty = "urn:medseal:problem:stock-empty"
        /// The caller has done so much lately that it must wait; `retryAfter` says how long.
        case tooMany = "urn:medseal:problem:too-many"
        /// The ledger takes no statements; `detail` says why.
        case readOnly = "urn:medseal:problem:read-only"
        /// The store is full, damaged or out of reach.
        case storage = "urn:medseal:problem:storage"
        /// The ledger says that it is kept here, and it is gone: who has the files deposits them again.
        case lost = "urn:medseal:problem:lost"
    }

    public let type: Kind
    public let title: String
    public let status: Int
    public let detail: String
    /// The contract's code, where the contract refused.
    public let code: UInt64?
    public let name: String?
    /// Seconds, where waiting helps; the same as in the header Retry-After.
    public let retryAfter: UInt64?
    /// Of a mismatching offset, as the draft names them.
    public let expectedOffset: Int?
    public let providedOffset: Int?

    private enum CodingKeys: String, CodingKey {
        case type, title, status, detail, code, name, retryAfter
        case expectedOffset = "expected-offset"
        case providedOffset = "provided-offset"
    }

    public init(
        _ type: Kind, _ detail: String, rejection: RejectionCode? = nil, retryAfter: UInt64? = nil,
        expectedOffset: Int? = nil, providedOffset: Int? = nil
    ) {
        self.expectedOffset = expectedOffset
        self.providedOffset = providedOffset
        self.type = type
        self.detail = detail
        self.retryAfter = retryAfter
        self.code = rejection?.rawValue
        self.name = rejection.map { "\($0)" }
        (self.status, self.title) =
            switch type {
            case .rejected: (rejection == .malformed ? 400 : 403, "Refused by the contract")
            case .unauthenticated: (401, "Not authenticated")
            case .notAllowed: (403, "Not allowed")
            case .notFound: (404, "Not found")
            case .malformed: (400, "Malformed request")
            case .tooLarge: (413, "Too large")
            case .digestMismatch: (422, "Digest mismatch")
            case .conflict: (409, "Conflict")
            case .mismatchingUploadOffset: (409, "Mismatching upload offset")
            case .unsatisfiableRange: (416, "Range not satisfiable")
            case .stockEmpty: (409, "No permit left")
            case .tooMany: (429, "Too many requests")
            case .readOnly: (503, "The ledger is read-only")
            case .storage: (507, "Storage failure")
            case .lost: (500, "Lost")
            }
    }

    public static func rejected(_ code: RejectionCode) -> Problem {
        Problem(.rejected, code.sentence, rejection: code)
    }

    public static let notFound = Problem(.notFound, "there is nothing here for you")
}
