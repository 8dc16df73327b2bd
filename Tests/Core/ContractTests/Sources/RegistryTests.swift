import Contract
import Testing

@testable import Surroundings

/// One statement kind is one file, and one registry names them all.
@Suite("Registry of the kinds") struct RegistryTests {
    private static let kinds = StatementKind.allCases.filter { ![.genesis, .permit].contains($0) }

    @Test("each kind has a file of its own, with its fields, its subjects, its reads and its rule")
    func files() throws {
        let files = try Repository.contractSources().filter { $0.name.hasPrefix("Statements/") }
        #expect(files.count == Self.kinds.count)
        for kind in Self.kinds {
            let name = "\(kind)"
            let type = name.prefix(1).uppercased() + name.dropFirst()
            let file = try #require(files.first { $0.name == "Statements/\(type).swift" }, "\(kind)")
            for part in [
                "public struct \(type): Hashable, Sendable {", "extension \(type): StatementContent {",
                "static let kind = StatementKind.\(kind)\n", "init<Fields: FieldVisitor>(_ it: \(type)?,",
                "var subjects: [Subject]", "var sentence: Sentence",
                "func reads(_ keys: ReadKeys) -> [StateKey]", "extension Case {",
                "func \(kind)(_ it: \(type)) throws(RejectionCode) -> [Write] {",
            ] {
                #expect(file.text.contains(part), "\(file.name): \(part)")
            }
        }
    }

    @Test("no other list or switch of the sources names more than three kinds, nor more than four codes")
    func noOtherList() throws {
        let kinds = Set(Self.kinds.map { "\($0)" })
        let codes = Set(RejectionCode.allCases.map { "\($0)" })
        let homes = ["Core/Contract/Assertion.swift", "Core/Contract/Deciding/RejectionCode.swift"]
        let sources = try Repository.sources(in: "Sources")
        #expect(sources.count > 300)
        for (name, text) in sources where !homes.contains(name) {
            for named in Self.choices(in: text) {
                #expect(named.intersection(kinds).count <= 3, "\(name): \(named.sorted())")
                #expect(named.intersection(codes).count <= 4, "\(name): \(named.sorted())")
            }
        }
        // It would find the registry itself.
        let registry = try #require(sources.first { $0.name == "Core/Contract/Assertion.swift" })
        #expect(Self.choices(in: registry.text).count { $0.isSuperset(of: kinds) } == 2)
    }

    /// What each list, and the cases of each switch, of a source name. As bytes: there are millions.
    private static func choices(in text: String) -> [Set<String>] {
        let lines = Array(text.utf8).split(separator: UInt8(ascii: "\n"))
            .filter { !$0.drop { $0 == UInt8(ascii: " ") }.starts(with: "//".utf8) }
        let code = Array(lines.joined(separator: "\n".utf8))
        var all = [Set<String>]()
        for index in code.indices {
            if code[index] == UInt8(ascii: "[") {
                all.append(names(in: code[index...].prefix { $0 != UInt8(ascii: "]") }))
            } else if code[index] == UInt8(ascii: "s"), code[index...].starts(with: "switch ".utf8) {
                all.append(names(in: labels(of: code[index...])))
            }
        }
        return all
    }

    /// What stands between `case` and the colon, in the switch that a text begins with.
    private static func labels(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var (depth, isLabel, labels) = (0, false, ArraySlice<UInt8>())
        for index in text.indices.drop(while: { text[$0] != UInt8(ascii: "{") }) {
            let byte = text[index]
            if byte == UInt8(ascii: "{") { depth += 1 }
            if byte == UInt8(ascii: "}") { depth -= 1 }
            if depth == 0 { break }
            if depth == 1, text[index...].starts(with: "case ".utf8) { isLabel = true }
            if isLabel { labels.append(byte) }
            if byte == UInt8(ascii: ":") { isLabel = false }
        }
        return labels
    }

    /// `.name`, wherever it stands.
    private static func names(in text: ArraySlice<UInt8>) -> Set<String> {
        Set(
            text.split(separator: UInt8(ascii: ".")).map { part in
                String(
                    decoding: part.prefix { (65...90).contains($0) || (97...122).contains($0) }, as: UTF8.self
                )
            })
    }

    @Test("the one list of a kind's fields is what is written: number, name and whether it may be left out")
    func fields() {
        for assertion in Samples.full {
            let said = assertion.fields.map { "\($0.number) \($0.name) \($0.isOptional)" }
            let written = Samples.description(of: assertion.kind)
            // What depends on another field may be left out, though a sample has it.
            #expect(said == written.map { "\($0.number) \($0.name) \($0.isOptional)" }, "\(assertion.kind)")
        }
        for assertion in Samples.full + Samples.least + Samples.others {
            let shown = assertion.fields.filter { $0.text != nil }.map(\.number)
            #expect(shown == Samples.numbers(of: assertion), "\(assertion.kind)")
        }
    }

    @Test("the names of kinds and choices are those of the cases, as people type them")
    func names() {
        for assertion in Samples.full { #expect(assertion.name == typed("\(assertion.kind)")) }
        check(OrganisationKind.self)
        check(Role.self)
        check(Suite.self)
        check(Standing.self)
        check(Purpose.self)
        check(GrantKind.self)
        check(CustodialReason.self)
        check(HoldReason.self)
        check(DelegateScope.self)
        check(EmergencyRule.self)
        check(EmergencyReason.self)
        check(ReviewFinding.self)
        check(Verdict.self)
        check(Basis.self)
    }

    private func check<Value: Choice>(_: Value.Type) {
        #expect(Value.names == Value.allCases.map { typed("\($0)") })
        #expect(Value.allCases.map(\.rawValue) == (1...UInt64(Value.names.count)).map { $0 })
    }

    /// `readAndDecide` is `read-and-decide`.
    private func typed(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
    }

    @Test(
        "what has 32 bytes in a statement and is no blob is an id, a key, a handle or no stored bytes' hash")
    func blobs() throws {
        let others: Set = [
            "organisation", "record", "grant", "release", "request", "emergency", "grantee", "member",
            "replaces", "root",
            "delegate", "second", "reader", "recipientHash", "additionsHash", "certificateHash", "batch",
            "after",
            "contents",
        ]
        for assertion in Samples.full {
            let names = Dictionary(uniqueKeysWithValues: assertion.fields.map { ($0.number, $0.name) })
            var hidden = Set(assertion.blobs.map(\.digest.bytes))
            for pair in Samples.fields(of: assertion) where pair.key > 2 {
                let digests: [[UInt8]] =
                    switch pair.value {
                    case .bytes(let bytes): [bytes]
                    case .array(let items):
                        items.compactMap { item in
                            switch item {
                            case .bytes(let bytes): bytes
                            case .array(let parts):
                                if case .bytes(let bytes)? = parts.last, parts.count == 2 {
                                    bytes
                                } else {
                                    nil
                                }
                            default: nil
                            }
                        }
                    default: []
                    }
                for digest in digests where digest.count == 32 {
                    let isNamed = hidden.contains(digest)
                    #expect(isNamed != others.contains(names[pair.key]!), "\(assertion.kind) \(pair.key)")
                }
            }
            hidden.subtract(Self.bytes(of: .map(Samples.fields(of: assertion))))
            #expect(hidden.isEmpty, "\(assertion.kind)")
        }
    }

    /// All byte strings in an item.
    private static func bytes(of item: CBOR) -> Set<[UInt8]> {
        switch item {
        case .bytes(let bytes): [bytes]
        case .array(let items): items.reduce(into: []) { $0.formUnion(bytes(of: $1)) }
        case .map(let pairs): pairs.reduce(into: []) { $0.formUnion(bytes(of: $1.value)) }
        default: []
        }
    }
}
