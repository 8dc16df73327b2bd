import Contract
import Testing

@testable import ContractCases

/// What a ledger entry may be made of at all (T21, T22).
@Suite("Privacy: schema") struct PrivacySchemaTests {
    // MARK: Types

    /// What a field may be. A new type of field is a decision, to be made here.
    private static let allowed: Set<String> = {
        let plain = [
            "OrganisationName", "Bytes32<DigestMeaning>", "Bytes32<KeyMeaning>", "Bytes32<RecordMeaning>",
            "Bytes32<StatementMeaning>", "UInt64", "Suite", "Standing", "Role", "Purpose", "GrantKind",
            "CustodialReason", "HoldReason", "DelegateScope", "EmergencyRule", "EmergencyReason",
            "ReviewFinding",
            "Verdict", "Basis", "OrganisationKind", "Coverage",
        ]
        let lists = [
            "Array<OrganisationName>", "Array<Rewrapped<StatementMeaning>>",
            "Array<Rewrapped<KeyMeaning>>",
        ]
        // A permit, which is held against its own table below; an organisation that joins, field by field.
        return Set(
            plain + plain.map { "Optional<\($0)>" } + lists + ["Optional<Array<UInt8>>", "Organisation"])
    }()

    @Test("every field of every kind is a name of an organisation, 32 bytes, a number or a choice (T22)")
    func types() throws {
        var kinds: Set<StatementKind> = []
        for seed in 0..<UInt64(6) {
            var run = HistoryRun(seed: seed)
            for _ in 0..<HistoriesTests.length { try run.step() }
            for (_, said, _) in run.log {
                guard kinds.insert(said.assertion.kind).inserted,
                    let content = Mirror(reflecting: said.assertion).children.first?.value
                else { continue }
                for field in Mirror(reflecting: content).children {
                    let type = String(describing: type(of: field.value))
                    #expect(
                        Self.allowed.contains(type), "\(said.assertion.kind).\(field.label ?? ""): \(type)")
                    if let organisation = field.value as? Genesis.Organisation {
                        for part in Mirror(reflecting: organisation).children {
                            let type = String(describing: Swift.type(of: part.value))
                            #expect(Self.allowed.contains(type), "organisation.\(part.label ?? ""): \(type)")
                        }
                    }
                    #expect(
                        (type == "Optional<Array<UInt8>>") == (field.label == "permit"),
                        "\(said.assertion.kind)")
                }
            }
        }
        #expect(kinds == Set(StatementKind.allCases).subtracting([.genesis, .permit]))
    }

    // MARK: Bytes

    /// The leaves of a made-up ledger and of random histories, as the log keeps them.
    private static func leaves() throws -> [[UInt8]] {
        var statements = try PrivacyTests.ordered(PrivacyLedger(seed: 3, patients: 40)).map {
            ($0.time, $0.statement.bytes)
        }
        var run = HistoryRun(seed: 1)
        for _ in 0..<HistoriesTests.length { try run.step() }
        statements += run.log.map { ($0.time, $0.said.bytes) }
        return statements.enumerated().map { position, line in
            let digest = Digest(SmallSHA256.hash(line.1))!
            return LogEntry(
                position: UInt64(position), time: line.0, statement: line.1, writesDigest: digest,
                stateDigest: digest
            ).encoded()
        }
    }

    /// Everything in an item that is not an item itself, messages in messages included.
    private static func visit(_ item: CBOR, _ see: (CBOR) -> Void) {
        switch item {
        case .array(let items): for item in items { visit(item, see) }
        case .map(let pairs): for pair in pairs { visit(pair.value, see) }
        case .tagged(_, let item): visit(item, see)
        case .bytes(let bytes):
            if ![16, 32, 64].contains(bytes.count), let inner = try? CBOR.decode(bytes) {
                visit(inner, see)
            } else {
                see(item)
            }
        default: see(item)
        }
    }

    @Test(
        "no entry holds text but the names of organisations, nor bytes but ids, hashes, keys and signatures (T22)"
    )
    func text() throws {
        let names = Set((HistoryCast.founders + HistoryCast.guests).map { Array($0.name.utf8) })
        var (printable, total) = (0, 0)
        for leaf in try Self.leaves() {
            var rest = [UInt8]()
            Self.visit(try CBOR.decode(leaf)) { item in
                switch item {
                case .text(let text):
                    #expect(names.contains(text), "\(String(decoding: text, as: UTF8.self))")
                case .bytes(let bytes):
                    // Of a permit and a header nothing else is left: all have one of three lengths.
                    #expect([16, 32, 64].contains(bytes.count))
                    printable += bytes.count { (0x20...0x7e).contains($0) }
                    total += bytes.count
                case .unsigned(let number): rest += CBOR.unsigned(number).encoded()
                default: break
                }
            }
            #expect(Self.longestRun(rest) < 6)
        }
        // Text hidden in what should be random would show in how many of the bytes can be printed: 95 of 256.
        let share = Double(printable) / Double(total)
        #expect(abs(share - 95.0 / 256) < 0.01, "\(share)")
    }

    private static func longestRun(_ bytes: [UInt8]) -> Int {
        var (run, longest) = (0, 0)
        for byte in bytes {
            run = (0x20...0x7e).contains(byte) ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }

    // MARK: Dictionary

    @Test("no hash of a name, a hospital number or a diagnosis stands on the ledger (T21)")
    func dictionary() throws {
        #expect(
            lowercaseHex(SmallSHA256.hash(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        var fields: Set<[UInt8]> = []
        for leaf in try Self.leaves() {
            Self.visit(try CBOR.decode(leaf)) { item in
                if case .bytes(let bytes) = item, bytes.count == 32 { fields.insert(bytes) }
            }
        }
        #expect(fields.count > 1_000)
        #expect(Self.words.count { fields.contains(SmallSHA256.hash(Array($0.utf8))) } == 0)
        // It would be found.
        fields.insert(SmallSHA256.hash(Array("C50.9".utf8)))
        #expect(
            Self.words.count { $0.hasPrefix("C50") && fields.contains(SmallSHA256.hash(Array($0.utf8))) } == 1
        )
    }

    /// Names, hospital numbers and codes of diagnoses (ICD-10).
    private static let words: [String] = {
        let first = [
            "Anna", "Ben", "Clara", "David", "Emma", "Felix", "Greta", "Hans", "Ida", "Jan", "Karl", "Lena",
        ]
        let last = [
            "Bauer", "Fischer", "Hoffmann", "Jones", "Koch", "Meyer", "Miller", "Schmidt", "Smith", "Weber",
        ]
        let names = first.flatMap { first in last.map { "\(first) \($0)" } }
        let codes = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".flatMap { letter in
            (0..<100).flatMap { number in
                let code = "\(letter)\(number / 10)\(number % 10)"
                return [code, "\(code).0", "\(code).9"]
            }
        }
        return names + codes + (1...100_000).map { "\($0)" }
    }()
}
