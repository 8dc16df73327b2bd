public import Contract
public import Ledger

/// Why a ledger is not made again from its entries. Nothing was put in the place of what is there.
public enum RestoreError: Error, Hashable, Sendable {
    /// An entry is missing, damaged, or does not follow from those before it.
    case fault(ReplayError)
    /// There is no checkpoint that the ledger's key has signed: nothing says what the log has to be.
    case unsigned
    /// All entries hold, but their tree of `size` entries is not the one that was signed.
    case otherRoot(size: UInt64)
    /// A file of the archive is missing or is not what its name says.
    case file(String, String)
    /// This machine's own storage failed; or the directory holds what the archive contradicts.
    case ledger(LedgerError)
}

extension RestoreError {
    /// What `body` comes to; its failure as a refusal.
    static func catching<Value>(
        _ body: () throws(LedgerError) -> Value
    ) throws(RestoreError) -> Value {
        do throws(LedgerError) {
            return try body()
        } catch {
            throw .ledger(error)
        }
    }
}

extension RestoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .fault(let fault): "entry \(fault.position): \(fault.reason)"
        case .unsigned: "there is no checkpoint that the ledger has signed"
        case .otherRoot(let size): "the first \(size) entries are not those that the ledger has signed"
        case .file(let path, let problem): "\(path) \(problem)"
        case .ledger(let error): "\(error)"
        }
    }
}
