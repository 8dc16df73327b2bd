import BrowserCalls
import Contract
import Identity

/// The call `verify_statement`: a network's id, and a signed statement.
enum StatementCall {
    static func input(_ network: NetworkID, _ message: [UInt8]) -> [UInt8] {
        Packed.pack([network.bytes, message])
    }

    /// The statement's id, who signed it, and the statement written again; or why it is not believed: it cannot be
    /// read (1), or a signature does not hold (2).
    static func answer(_ input: [UInt8]) -> [UInt8] {
        var input = Packed(input)
        guard let id = input.next(), let network = NetworkID(id), let message = input.next() else {
            return Packed.malformed
        }
        guard let signed = try? SignedStatement(message, network: network) else { return [1] }
        guard let verified = signed.verified() else { return [2] }
        return Packed.pack([verified.id.bytes, verified.caller.bytes, verified.statement.encoded()])
    }
}
