/// What both sides call the parts of a resumable upload (draft-ietf-httpbis-resumable-upload; docs/decisions/0024).
public enum Upload {
    /// How many bytes are there, or where the body goes on.
    public static let offsetHeader = "Upload-Offset"
    /// Whether the upload is whole: in a call, after its body.
    public static let completeHeader = "Upload-Complete"
    /// What the server grants: `max-age`, in seconds.
    public static let limitHeader = "Upload-Limit"
    /// The media type of a body that goes on with an upload.
    public static let mediaType = "application/partial-upload"

    /// A boolean as a structured field has it (RFC 9651).
    public static func text(_ isComplete: Bool) -> String { isComplete ? "?1" : "?0" }

    /// Reads what `text` writes; nil for anything else.
    public static func isComplete(_ text: String) -> Bool? {
        switch text {
        case "?1": true
        case "?0": false
        default: nil
        }
    }

    /// What the headers of an answer say.
    public struct State: Hashable, Sendable {
        public let byteCount: Int
        public let isComplete: Bool

        public init(byteCount: Int, isComplete: Bool) {
            self.byteCount = byteCount
            self.isComplete = isComplete
        }
    }
}
