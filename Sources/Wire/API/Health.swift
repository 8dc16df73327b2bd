extension Wire {
    /// What `GET /v1/health` says: any answer is a sign of life, its status and this tell whether the server is ready.
    public struct Health: Codable, Hashable, Sendable {
        /// Why a server is not ready.
        public enum Code: String, Codable, Sendable, CaseIterable {
            /// The ledger would contradict what it has signed, or is closed: it only reads.
            case readOnly = "read-only"
            /// The disk is full.
            case full
            /// Too few validators have confirmed the log of late: what is new is not believed.
            case validators
        }

        public struct Reason: Codable, Hashable, Sendable {
            public let code: Code
            /// For people.
            public let detail: String

            public init(code: Code, detail: String) {
                self.code = code
                self.detail = detail
            }
        }

        public let live: Bool
        /// Whether statements are taken, and those that are will be believed.
        public let ready: Bool
        public let reasons: [Reason]

        public init(reasons: [Reason]) {
            live = true
            ready = reasons.isEmpty
            self.reasons = reasons
        }
    }
}
