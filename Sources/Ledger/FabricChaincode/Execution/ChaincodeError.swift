/// Why the chaincode refused a transaction before the contract had anything to decide.
public struct ChaincodeError: Error, Hashable, Sendable {
    /// The number is the status of the response; its meaning never changes (docs/operate/fabric.md).
    public enum Code: Int32, CaseIterable, Sendable {
        case unknownFunction = 501
        case malformedArguments = 502
        case notBegun = 503
        case alreadyBegun = 504
        case importUnderWay = 505
        case nothingToImport = 506
        case checkpointNotBelieved = 507
        case entryDiffers = 508
        case rootDiffers = 509
        case clockOff = 510
        case proposalMalformed = 511
        case otherNetwork = 512
        case stateDamaged = 513
        case tooManyTransactions = 514

        /// What was wrong, for people; it names no id and no content.
        public var explanation: String {
            switch self {
            case .unknownFunction: "the chaincode has no such function"
            case .malformedArguments: "the function takes other arguments"
            case .notBegun: "the network has not begun on this channel"
            case .alreadyBegun: "the network has begun on this channel already"
            case .importUnderWay: "the log that the network began with is not wholly imported yet"
            case .nothingToImport: "no log is to be imported, or it has no such entries any more"
            case .checkpointNotBelieved:
                "the checkpoint is not signed by the log's key, or cosigned by too few validators"
            case .entryDiffers: "the entries do not follow from those before them"
            case .rootDiffers: "the entries are not those that the checkpoint speaks of"
            case .clockOff:
                "the transaction's time is more than half a minute ahead of this peer's clock, or five minutes behind: set the clocks"
            case .proposalMalformed: "the proposal is malformed"
            case .otherNetwork: "the channel carries the network of another genesis than this peer's"
            case .stateDamaged: "the peer's state holds what the chaincode never wrote"
            case .tooManyTransactions: "too many transactions at once"
            }
        }
    }

    public let code: Code
    /// More about it, if there is more to say: no content, nothing of a patient's.
    public let detail: String?

    public init(_ code: Code, detail: String? = nil) {
        self.code = code
        self.detail = detail
    }
}
