import Contract
import Testing

@testable import ContractCases
@testable import Surroundings

@Suite("Sources of the contract") struct SourceTests {
    @Test("it imports nothing")
    func noImports() throws {
        let sources = try Repository.contractSources()
        #expect(sources.count >= 15)
        for (name, text) in sources {
            for line in text.split(separator: "\n") {
                #expect(!words(line).contains("import"), "\(name): \(line)")
            }
        }
    }

    @Test("it goes through no dictionary and no set, and asks for no clock, random number, float or hash")
    func deterministic() throws {
        // A dictionary is only ever asked for one key; a set only counted or asked.
        let allowed = [
            "guard Set(organisations.map { $0.name }).count == organisations.count,",
            "Set(organisations.flatMap { [$0.root, $0.validator] } + [ledgerKey]).count",
            "try require(UInt64(Set(roots).count) >= network.majority, .tooFewRoots)",
            "var seen = Set<[UInt8]>()",
            "let names = Set(Self.names(new))",
            "let kept = Set(self.kept)",
            "bytes.withUnsafeBytes { hasher.combine(bytes: $0) }",
            "public func hash(into hasher: inout Hasher) {",
            "public private(set) var state: [StateKey: [UInt8]] = [:]",
            "state.reserveCapacity(3 * Int(min(entries, 1 << 24)))",
            "for key in statement.readKeys {",
            "let reads = Reads(of: statement) { state[$0] }",
            "for write in genesis.writes { state[write.key] = write.value }",
            "state[write.key] = write.value",
        ]
        let suspicious = [
            "Set(", "Set<", "Dictionary", "[:]", ": [UInt8]]", ".keys", ".values", ".hashValue", "Hasher",
            "Float",
            "Double", "random", "Clock(", "Date", "Task", "async", "unsafe", "Unsafe", "in reads", "in state",
            "in seen", "reads.", "state.", "state[", "@unchecked", "nonisolated", "readKeys {",
        ]
        var met = Set<String>()
        for (name, text) in try Repository.contractSources() {
            for line in text.split(separator: "\n") {
                let code = line.drop { $0 == " " }
                if code.hasPrefix("//") { continue }
                guard let word = suspicious.first(where: { code.contains($0) }) else { continue }
                if allowed.contains(String(code)) { met.insert(String(code)) }
                #expect(allowed.contains(String(code)), "\(name): \(word): \(code)")
            }
        }
        #expect(met.count == allowed.count, "\(Set(allowed).subtracting(met)) is no longer there")
    }

    @Test("its lines and files are short")
    func lengths() throws {
        for (name, text) in try Repository.contractSources() {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count <= 400, "\(name)")
            for line in lines { #expect(line.count <= 110, "\(name): \(line)") }
        }
    }

    @Test("a number keeps its meaning")
    func numbers() {
        let codes = RejectionCode.allCases.map { "\($0.rawValue) \($0)" }.joined(separator: "\n")
        let kinds = StatementKind.allCases.map { "\($0.rawValue) \($0)" }.joined(separator: "\n")
        #expect(Toy.fnv(Array(codes.utf8)) == 16_803_409_375_287_509_020, "add new codes; never change one")
        #expect(Toy.fnv(Array(kinds.utf8)) == 8_283_888_729_550_589_994, "add new kinds; never change one")
    }
}
