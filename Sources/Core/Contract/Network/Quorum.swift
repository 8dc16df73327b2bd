/// Which organisations' validators must have cosigned a checkpoint before a member or a patient believes it.
///
/// Every rule must be met; one cosignature may count for several rules. Part of the genesis.
public struct Quorum: Hashable, Sendable {
    /// At least `count` organisations whose kind is one of `kinds`.
    public struct Rule: Hashable, Sendable {
        public let count: UInt64
        /// In rising order of their numbers, each once.
        public let kinds: [OrganisationKind]

        /// Nil unless `count` is 1 to `Genesis.organisationsMax` and there is a kind.
        public init?(count: UInt64, kinds: [OrganisationKind]) {
            guard (1...UInt64(Genesis.organisationsMax)).contains(count), !kinds.isEmpty else { return nil }
            self.count = count
            self.kinds = OrganisationKind.allCases.filter(kinds.contains)
        }
    }

    public let rules: [Rule]

    public init(_ rules: [Rule]) { self.rules = rules }

    /// The ledger's own signature is enough.
    public static let none = Quorum([])

    /// Whether cosignatures by organisations of these kinds, one for each, are enough.
    public func isMet(by kinds: [OrganisationKind]) -> Bool {
        rules.allSatisfy { rule in kinds.count { rule.kinds.contains($0) } >= Int(rule.count) }
    }
}

extension Quorum {
    static let rulesMax = 16

    var item: CBOR {
        .array(
            rules.map { rule in
                .array([.unsigned(rule.count), .array(rule.kinds.map { .unsigned($0.rawValue) })])
            })
    }

    /// Throws unless `item` is the one encoding of a quorum.
    init(_ item: CBOR) throws(CBOR.Malformed) {
        guard case .array(let items) = item, items.count <= Self.rulesMax else {
            throw CBOR.Malformed("the quorum is malformed")
        }
        var rules = [Rule]()
        for item in items {
            guard case .array(let parts) = item, parts.count == 2, case .unsigned(let count) = parts[0],
                case .array(let numbers) = parts[1]
            else { throw CBOR.Malformed("a rule of the quorum is malformed") }
            let kinds = numbers.compactMap { number -> OrganisationKind? in
                if case .unsigned(let raw) = number { OrganisationKind(rawValue: raw) } else { nil }
            }
            // As written: every number known, in rising order, none twice.
            guard kinds.count == numbers.count, let rule = Rule(count: count, kinds: kinds),
                rule.kinds == kinds
            else { throw CBOR.Malformed("a rule of the quorum is malformed") }
            rules.append(rule)
        }
        self.init(rules)
    }
}
