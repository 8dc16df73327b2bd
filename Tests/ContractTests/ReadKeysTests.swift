import Contract
import Testing

@Suite("Keys of the state") struct ReadKeysTests {
    /// One story of every kind of statement about one record, its request and its transfer. `n` makes the
    /// names.
    private func life(_ n: Int) -> DecisionTable {
        DecisionTable(
            "life \(n)",
            """
            ## life
            100 | clinician@hospital1 | deposit r\(n) permit=p\(n)@hospital1                              | ok
            101 | officer@insurer     | request q\(n)                                                     | ok
            102 | registrar@hospital1 | route q\(n) permit=a\(n)@hospital1                                | ok
            103 | p\(n)               | grant g\(n) on=r\(n) to=officer@insurer request=q\(n)             | ok
            104 | a\(n)               | answer q\(n)                                                      | ok
            105 | officer@insurer     | release x\(n) on=r\(n) grant=g\(n)                                | ok
            106 | clinician@hospital1 | release y\(n) on=r\(n) basis=care                                 | ok
            107 | p\(n)               | release z\(n) on=r\(n) basis=owner                                | ok
            108 | p\(n)               | grant t\(n) on=r\(n) to=gateway@hospital2 kind=transfer           | ok
            109 | gateway@hospital2   | release w\(n) on=r\(n) grant=t\(n)                                | ok
            110 | gateway@hospital2   | acknowledge r\(n) grant=t\(n) release=w\(n)                       | ok
            111 | p\(n)               | revoke g\(n) on=r\(n)                                             | ok
            """)
    }

    private func outcomes(_ table: DecisionTable, in world: inout World) -> [World.Outcome] {
        table.stories[0].steps.compactMap { step in
            guard case .line(let line) = step else { return nil }
            let outcome = world.play(line)
            #expect(outcome.result == "ok", "\(line.text)")
            return outcome
        }
    }

    @Test("statements about different records share no key but their organisations' and members', unwritten")
    func noHotKeys() {
        var world = World.fresh
        let one = outcomes(life(1), in: &world)
        let two = outcomes(life(2), in: &world)
        #expect(Set(one.map(\.kind)).count == 8)
        for first in one {
            for second in two {
                let written = Set(first.writes.map(\.key))
                #expect(written.isDisjoint(with: second.writes.map(\.key)), "\(first.kind), \(second.kind)")
                #expect(written.isDisjoint(with: second.reads), "\(first.kind), \(second.kind)")
                #expect(Set(second.writes.map(\.key)).isDisjoint(with: first.reads))
                for key in Set(first.reads).intersection(second.reads) {
                    #expect([0x01, 0x02].contains(key.bytes[0]), "\(first.kind), \(second.kind): \(key)")
                }
            }
        }
    }

    @Test(
        "what is written was read, or is named by the statement or the record that it makes"
    )
    func writesAreReadBefore() {
        for table in DecisionTable.all {
            table.play { line, outcome in
                guard outcome.result == "ok" else { return }
                let keys = outcome.writes.map(\.key)
                #expect(Set(keys).count == keys.count, "\(line.text)")
                #expect(keys.first == outcome.reads.first, "the statement's own mark comes first")
                let id = outcome.reads[0].bytes.dropFirst()
                let record =
                    outcome.kind == .deposit ? outcome.reads[outcome.reads.count - 1].bytes.dropFirst() : []
                for key in keys where !outcome.reads.contains(key) {
                    let name = key.bytes.dropFirst().prefix(32)
                    #expect(name == id || name == record, "\(line.text)")
                }
            }
        }
    }

    @Test("different names have different keys, whatever their bytes")
    func keysAreDistinct() {
        let names = ["a", "aa", "ab", "a-", "b"].map { OrganisationName($0)! }
        var keys = [StateKey]()
        for text in ["x", "y"] {
            keys += [.member(Toy.named(text)), .permit(Toy.named(text)), .record(Toy.named(text))]
            keys += [.clock(Toy.named(text)), .request(Toy.named(text)), .grant(Toy.named(text))]
            keys += [.release(Toy.named(text)), .statement(Toy.named(text))]
            keys += names.map { .custody(Toy.named(text), $0) }
        }
        keys += names.map { .organisation($0) }
        #expect(Set(keys).count == keys.count)
        #expect(Set(keys.map { lowercaseHex($0.bytes) }).count == keys.count)
    }
}
