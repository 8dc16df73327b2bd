import API
public import Contract

extension Connection {
    /// The keys of records, members or statements that begin like `key`, of which `digits` of the id are known, as the
    /// server finds them; at most 16. That it leaves out none is its word.
    private func keys(like key: StateKey, _ digits: String) async throws -> [[UInt8]] {
        let kind = lowercaseHex(key.bytes.prefix(1))
        // Whole bytes: the last digit may be half of one.
        let known = digits.utf8.count / 2 * 2
        let answer: Wire.StateKeys = try await call(
            .get, Routes.keys, query: [("beginning", kind + digits.prefix(known))])
        return answer.keys.filter { $0.hasPrefix(kind + digits) }.compactMap {
            decodeLowercaseHex(Array($0.utf8)).map { Array($0.dropFirst()) }
        }
    }

    /// Records whose handles begin with `digits`, at least eight in lowercase hexadecimal.
    public func records(beginning digits: String) async throws -> [RecordHandle] {
        try await keys(like: .record(.nothing), digits).compactMap { RecordHandle($0) }
    }

    /// Accepted statements whose ids begin with `digits`.
    public func statements(beginning digits: String) async throws -> [StatementID] {
        try await keys(like: .statement(.nothing), digits).compactMap { StatementID($0) }
    }

    /// Members whose keys begin with `digits`.
    public func members(beginning digits: String) async throws -> [PublicKey] {
        try await keys(like: .member(.nothing), digits).compactMap { PublicKey($0) }
    }
}

extension Bytes32 {
    /// Stands where only the kind of a key matters.
    fileprivate static var nothing: Self {
        guard let zeros = Self([UInt8](repeating: 0, count: 32)) else { preconditionFailure("32 bytes") }
        return zeros
    }
}
