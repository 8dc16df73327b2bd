import Contract
import Testing

@testable import ContractCases

@Suite("Keys of the state") struct ReadKeysTests {
    /// One story of every kind of statement about one record, its request and its transfer, and of adopting
    /// another. `n` makes the names.
    private func life(_ n: Int) -> DecisionTable {
        let story = """
            100 | clinician@hospital1 | deposit r# permit=p#@hospital1                            | ok
            101 | clinician@hospital2 | request q#                                                | ok
            102 | registrar@hospital1 | route q# permit=a#                                        | ok
            103 | p#                  | delegate d# on=r#                                         | ok
            103 | d#                  | grant g# on=r# to=clinician@hospital2 request=q# coverage=growing          | ok
            104 | a#                  | answer q#                                                 | ok
            105 | clinician@hospital2 | release x# on=r# grant=g#                                 | ok
            106 | clinician@hospital1 | release y# on=r# basis=care                               | ok
            107 | p#                  | release z# on=r# basis=owner                              | ok
            107 | d#                  | release v# on=r# basis=delegate                           | ok
            108 | p#                  | grant t# on=r# to=gateway@hospital2 kind=transfer coverage=growing         | ok
            108 | p#                  | grant b# on=r# to=gateway@hospital1 kind=append           | ok
            109 | gateway@hospital2   | release w# on=r# grant=t#                                 | ok
            110 | registrar@hospital1 | dispatch r# grant=t# release=w#                           | ok
            110 | gateway@hospital2   | acknowledge r# grant=t# release=w#                        | ok
            111 | clinician@hospital1 | append r# files=a approve=p#                              | ok
            112 | gateway@hospital1   | append r# files=b grant=b#                                | ok
            113 | clinician@hospital1 | reseal r# files=c,d,e grants=g#,t# delegates=d# approve=p# | ok
            114 | clinician@hospital1 | emergency e# on=r# until=116                              | ok
            115 | clinician@hospital2 | release u# on=r# basis=emergency emergency=e#             | ok
            116 | p#                  | review e# on=r#                                           | ok
            117 | clinician@hospital1 | emergency f# on=r# until=118                              | ok
            118 | auditor@auditor     | review f# on=r#                                           | ok
            119 | p#                  | instruct r#                                               | ok
            120 | registrar@hospital1 | reassign r# permit=n#                                     | ok
            121 | p#                  | veto r#                                                   | ok
            122 | d#                  | revoke g# on=r#                                           | ok
            123 | p#                  | undelegate d# on=r#                                       | ok
            124 | registrar@hospital1 | hold r# until=125                                         | ok
            124 | p#                  | remove r#                                                 | ok
            125 | registrar@hospital1 | attestErasure r#                                          | ok
            126 | clinician@hospital1 | deposit s# custodial=permitsUsedUp                        | ok
            127 | registrar@hospital1 | adopt s# permit=o#                                        | ok
            """
        return DecisionTable("life \(n)", "## life\n" + story.replacing("#", with: "\(n)"))
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
        var world = World.toy
        let one = outcomes(life(1), in: &world)
        let two = outcomes(life(2), in: &world)
        // All but those about the network and its members.
        let others: Set<StatementKind> = [.admit, .suspend, .rotateRoot, .enrol, .retire]
        #expect(Set(one.map(\.kind)) == Set(Samples.all.map(\.kind)).subtracting(others))
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

    @Test("what is written was read, or is named by the statement that makes it, or is a new copy's")
    func writesAreReadBefore() {
        for table in DecisionTable.all {
            table.play(in: .toy) { line, _, outcome in
                guard outcome.result == "ok" else { return }
                let keys = outcome.writes.map(\.key)
                #expect(Set(keys).count == keys.count, "\(line.text)")
                #expect(keys.first == outcome.reads.first, "the statement's own mark comes first")
                let id = outcome.reads[0].bytes.dropFirst()
                for key in keys where !outcome.reads.contains(key) {
                    let isNewCopy = outcome.kind == .deposit && key.bytes[0] == 0x06
                    #expect(isNewCopy || key.bytes.dropFirst() == id, "\(line.text)")
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
            keys.append(.networkKey(Toy.named(text)))
            keys += [.clock(Toy.named(text)), .request(Toy.named(text)), .grant(Toy.named(text))]
            keys += [.release(Toy.named(text)), .statement(Toy.named(text)), .emergency(Toy.named(text))]
            keys += names.map { StateKey.custody(Toy.named(text), $0) }
            keys += ["x", "y"].map { StateKey.delegation(Toy.named(text), Toy.named($0)) }
        }
        keys += names.map { StateKey.organisation($0) } + [.network]
        #expect(Set(keys).count == keys.count)
        #expect(Set(keys.map { lowercaseHex($0.bytes) }).count == keys.count)
    }
}
