import BrowserCalls
import Contract

/// The call `decide`: a network's id, the ledger's time, a signed statement, and the state: keys and values by turns.
/// Signatures and hashes are the decision tables' (`Toy`).
enum DecideCall {
    static func input(
        network: NetworkID, time: LedgerTime, message: [UInt8], state: [StateKey: [UInt8]]
    ) -> [UInt8] {
        // Of the state only what the statement announces.
        let signed = try? SignedStatement(message, network: network)
        let keys = signed?.verified(hash: Toy.hash, isValid: Toy.isValid)?.readKeys ?? []
        return Packed.pack(
            [network.bytes, Packed.big(time), message]
                + keys.flatMap { key in state[key].map { [key.bytes, $0] } ?? [] })
    }

    /// The writes, or why there are none: the statement cannot be read (1), a signature does not hold (2), or the
    /// number of the contract's code (3).
    static func answer(_ input: [UInt8]) -> [UInt8] {
        var input = Packed(input)
        guard let id = input.next(), let network = NetworkID(id), let time = input.nextNumber(),
            let message = input.next()
        else { return Packed.malformed }
        var state = [StateKey: [UInt8]]()
        while let key = input.next(), let value = input.next() { state[StateKey(bytes: key)] = value }
        guard let signed = try? SignedStatement(message, network: network) else { return [1] }
        guard let verified = signed.verified(hash: Toy.hash, isValid: Toy.isValid) else { return [2] }
        switch decide(verified, at: time, reads: Reads(of: verified) { state[$0] }) {
        case .accepted(let writes): return [0] + Write.encoded(writes)
        case .rejected(let code): return [3] + Packed.big(code.rawValue)
        }
    }
}
