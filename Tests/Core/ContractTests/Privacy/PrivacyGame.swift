import Contract
import Foundation

@testable import ContractCases

/// The linkage game (T20): of two records, does one patient own both? The player sees the whole ledger and
/// knows for half of the patients whose a record is; it guesses about the other half.
struct LinkageGame {
    /// Everything that the ledger says about one record.
    private struct Traces {
        /// Every value in a statement about it or about a request that a grant of it names.
        var values: Set<UInt64> = []
        /// When something of a kind was said about it.
        var times: [StatementKind: [LedgerTime]] = [:]
        var custodian: OrganisationName?
    }

    private let patients: [RecordHandle: Int]
    private var traces: [RecordHandle: Traces] = [:]
    /// In how many records a value occurs.
    private var frequency: [UInt64: Int] = [:]
    private var source = SplitMix64(state: 1)

    /// Who plays knows whose the records of other patients are.
    init(_ said: [(time: LedgerTime, statement: VerifiedStatement)], patients: [RecordHandle: Int]) {
        self.patients = patients
        var requests: [StatementID: (values: Set<UInt64>, times: [LedgerTime])] = [:]
        for (time, statement) in said {
            guard let id = statement.request else { continue }
            requests[id, default: ([], [])].values.formUnion(Self.values(of: statement))
            requests[id]?.times.append(time)
        }
        for (time, statement) in said {
            guard let record = statement.assertion.record else { continue }
            traces[record, default: Traces()].values.formUnion(Self.values(of: statement))
            traces[record]?.times[statement.assertion.kind, default: []].append(time)
            if case .deposit(let it) = statement.assertion { traces[record]?.custodian = it.organisation }
            if case .grant(let it) = statement.assertion, let id = it.request, let request = requests[id] {
                traces[record]?.values.formUnion(request.values)
                traces[record]?.values.insert(Toy.fnv(id.bytes))
                traces[record]?.times[.request, default: []] += request.times
            }
        }
        for value in traces.values.flatMap(\.values) { frequency[value, default: 0] += 1 }
    }

    /// All values in a statement, however deep: numbers with the place in which they stand, everything of 16
    /// bytes or more wherever it stands.
    private static func values(of statement: VerifiedStatement) -> Set<UInt64> {
        var values: Set<UInt64> = []
        func walk(_ item: CBOR, _ place: [UInt8]) {
            switch item {
            case .unsigned(let number): values.insert(Toy.fnv("\(number)".utf8, from: Toy.fnv(place)))
            case .text(let text): values.insert(Toy.fnv(text, from: Toy.fnv(place)))
            case .bytes(let bytes):
                if bytes.count > 32, let inner = try? CBOR.decode(bytes) { walk(inner, place) }
                if bytes.count >= 16 { values.insert(Toy.fnv(bytes)) }
            case .array(let items):
                for (index, item) in items.enumerated() {
                    walk(item, place + [UInt8(truncatingIfNeeded: index)])
                }
            case .map(let pairs):
                for pair in pairs { walk(pair.value, place + [0xff, UInt8(pair.key)]) }
            case .tagged(_, let item): walk(item, place)
            case .negative, .bool, .null: break
            }
        }
        let kind = UInt8(statement.assertion.kind.rawValue)
        if let item = try? CBOR.decode(statement.bytes) { walk(item, [kind]) }
        values.insert(Toy.fnv(statement.caller.bytes))
        return values
    }

    // MARK: What two records have in common

    private static let scale: [UInt64] = [
        10, 60, 600, 3_600, 21_600, 86_400, 3 * 86_400, 10 * 86_400, 40 * 86_400,
    ]

    /// One small number for each thing that the player looks at.
    private func features(_ one: RecordHandle, _ other: RecordHandle) -> [Int] {
        guard let left = traces[one], let right = traces[other] else { return [] }
        let common = left.values.intersection(right.values)
        let rarest = common.map { frequency[$0] ?? 0 }.min() ?? .max
        let few = common.count { (frequency[$0] ?? 0) <= 20 }
        var features = [
            [2, 3, 5, 8, 12, 20, 40, 100, 400].count { $0 < rarest }, min(few, 4), min(common.count / 4, 9),
        ]
        for kind in Self.kinds {
            features.append(Self.closeness(left.times[kind] ?? [], right.times[kind] ?? []))
        }
        let all = (left.times.values.flatMap(\.self), right.times.values.flatMap(\.self))
        features.append(Self.closeness(all.0, all.1))
        return features
    }

    private static let kinds: [StatementKind] = [
        .deposit, .append, .adopt, .grant, .revoke, .release, .request, .delegate, .undelegate, .remove,
        .reassign,
        .acknowledge, .emergency, .instruct, .hold,
    ]

    private static func closeness(_ some: [LedgerTime], _ others: [LedgerTime]) -> Int {
        var least = UInt64.max
        for time in some {
            for other in others { least = min(least, time > other ? time - other : other - time) }
        }
        return scale.count { $0 < least } + (least == .max ? 1 : 0)
    }

    // MARK: Playing

    private struct Pair {
        let features: [Int]
        let isSame: Bool
    }

    /// As many pairs of one patient's records as there are, and for each some of two patients' that lie with
    /// the same two custodians: who keeps a record is no secret.
    private mutating func pairs(of half: Int) -> [Pair] {
        let records = patients.keys.filter { patients[$0]! % 2 == half }.sorted()
        let byCustodian = Dictionary(grouping: records) { traces[$0]?.custodian }
        let byPatient = Dictionary(grouping: records) { patients[$0]! }
        var pairs = [Pair]()
        for patient in byPatient.keys.sorted() {
            let own = byPatient[patient]!
            for (index, one) in own.enumerated() {
                for other in own[(index + 1)...] {
                    pairs.append(Pair(features: features(one, other), isSame: true))
                    for _ in 0..<3 {
                        let stranger = source.pick(byCustodian[traces[other]?.custodian] ?? [])
                        if patients[stranger] == patient { continue }
                        pairs.append(Pair(features: features(one, stranger), isSame: false))
                    }
                }
            }
        }
        return pairs
    }

    struct Result {
        /// How much better than chance the player is at telling one patient's records from two patients', in
        /// percentage points: 0 is a coin, 50 is certainty.
        var advantage = 0.0
        /// The pairs of one patient's that look more alike than any of two patients', in percent: what the
        /// player knows for sure.
        var givenAway = 0.0
    }

    mutating func play() -> Result {
        let halves = [pairs(of: 0), pairs(of: 1)]
        var scores: [Bool: [Double]] = [:]
        for (known, unknown) in [(halves[0], halves[1]), (halves[1], halves[0])] {
            let weights = Self.learn(known)
            for pair in unknown {
                let score = zip(weights, pair.features).reduce(0) { $0 + ($1.0[$1.1] ?? 0) }
                scores[pair.isSame, default: []].append(score)
            }
        }
        guard let same = scores[true], let others = scores[false], let likest = others.max() else {
            return Result()
        }
        func share(_ scores: [Double], _ suits: (Double) -> Bool) -> Double {
            100 * Double(scores.count(where: suits)) / Double(scores.count)
        }
        return Result(
            advantage: (share(same) { $0 > 0 } + share(others) { $0 <= 0 }) / 2 - 50,
            givenAway: share(same) { $0 > likest })
    }

    /// For each feature and what it may be: how much that speaks for one patient (naive Bayes, in bits).
    private static func learn(_ pairs: [Pair]) -> [[Int: Double]] {
        let same = pairs.count { $0.isSame }
        return (pairs.first?.features ?? []).indices.map { feature in
            var counts: [Int: (same: Double, other: Double)] = [:]
            for pair in pairs {
                let value = pair.features[feature]
                if pair.isSame {
                    counts[value, default: (0, 0)].same += 1
                } else {
                    counts[value, default: (0, 0)].other += 1
                }
            }
            return counts.mapValues { count in
                let here = (count.same + 1) / Double(same + counts.count)
                let there = (count.other + 1) / Double(pairs.count - same + counts.count)
                return log2(here / there)
            }
        }
    }
}

extension VerifiedStatement {
    /// The request that it makes, routes or answers.
    fileprivate var request: StatementID? {
        switch assertion {
        case .request: id
        case .route(let it): it.request
        case .answer(let it): it.request
        default: nil
        }
    }
}
