import Contract
import Testing

@testable import ContractCases

@Suite("Genesis") struct GenesisTests {
    private func signatures(of genesis: Genesis) -> [[UInt8]] {
        genesis.organisations.map {
            Toy.sign(Genesis.signedContent(payload: genesis.payload(), root: $0.root), by: $0.root)
        }
    }

    private func file(_ genesis: Genesis) -> [UInt8] { genesis.encoded(signatures: signatures(of: genesis)) }

    private func decode(_ bytes: [UInt8]) throws -> Genesis {
        try Genesis.decode(bytes, isValid: Toy.isValid)
    }

    private func reason(_ bytes: [UInt8]) -> String? {
        do throws(CBOR.Malformed) {
            _ = try Genesis.decode(bytes, isValid: Toy.isValid)
            return nil
        } catch { return error.reason }
    }

    @Test("what is encoded is decoded to the same")
    func roundTrip() throws {
        #expect(try decode(file(Cast.toy.genesis)) == Cast.toy.genesis)
        var smallest = Cast.toy.genesis
        smallest.organisations = [Cast.toy.genesis.organisations[0]]
        #expect(try decode(file(smallest)) == smallest)
    }

    @Test(
        "its state is how many organisations there are, and each of them, active, with the parts of its keys")
    func writes() {
        let (genesis, writes) = (Cast.toy.genesis, Cast.toy.genesis.writes)
        #expect(writes.count == 3 * genesis.organisations.count + 2)
        #expect(writes[0].key == .network)
        #expect(NetworkState(bytes: writes[0].value) == NetworkState(activeOrganisations: 5))
        func part(_ write: Write) -> NetworkKeyState.Part? { NetworkKeyState(bytes: write.value)?.part }
        #expect(writes[1].key == .networkKey(genesis.ledgerKey) && part(writes[1]) == .ledger)
        for (index, organisation) in genesis.organisations.enumerated() {
            let own = Array(writes[(3 * index + 2)...].prefix(3))
            let write = own[0]
            #expect(own[1].key == .networkKey(organisation.root) && part(own[1]) == .root)
            #expect(own[2].key == .networkKey(organisation.validator) && part(own[2]) == .validator)
            #expect(write.key == .organisation(organisation.name))
            let expected = OrganisationState(
                kind: organisation.kind, root: organisation.root, suspended: false)
            #expect(OrganisationState(bytes: write.value) == expected)
        }
    }

    @Test("every organisation's root has signed, in the order of the organisations")
    func signatures() {
        let genesis = Cast.toy.genesis
        var swapped = signatures(of: genesis)
        swapped.swapAt(0, 1)
        #expect(reason(genesis.encoded(signatures: swapped)) == "the signature of hospital1 does not hold")
        var last = signatures(of: genesis)
        last[last.count - 1][0] ^= 1
        #expect(reason(genesis.encoded(signatures: last)) == "the signature of auditor does not hold")
        guard case .tagged(let tag, .array(let parts))? = try? CBOR.decode(file(genesis)),
            case .array(let signers) = parts[3]
        else {
            Issue.record("not a COSE_Sign message")
            return
        }
        func with(
            _ signers: [CBOR], tag: UInt64 = tag, unprotected: CBOR = .map([]), more: [CBOR] = []
        ) -> [UInt8] {
            CBOR.tagged(tag, .array([parts[0], unprotected, parts[2], .array(signers)] + more)).encoded()
        }
        #expect(reason(with(signers)) == nil)
        #expect(reason(with(Array(signers.dropLast()))) == "not signed by each of its organisations")
        #expect(reason(with(signers + [signers[0]])) == "not signed by each of its organisations")
        #expect(reason(with([])) == "not signed by each of its organisations")
        #expect(reason(with(signers.reversed())) == "not signed by the root of hospital1")
        #expect(reason(with([signers[0]] + signers.dropLast())) == "not signed by the root of hospital2")
        // A signature of another length is none, whatever the check of signatures would say of it.
        guard case .array(let last)? = signers.last else { return }
        let short = with(signers.dropLast() + [.array([last[0], last[1], .bytes([1, 2, 3])])])
        #expect(throws: CBOR.Malformed.self) { try Genesis.decode(short, isValid: { _ in true }) }
        let long = with(signers.dropLast() + [.array(last + [.null])])
        #expect(reason(long) == "not signed by the root of auditor")
        #expect(reason(with(signers, more: [.null])) == "not a COSE_Sign message")
        #expect(reason(with(signers, tag: 18)) == "not a COSE_Sign message")
        #expect(reason(with(signers, unprotected: .map([.init(1, .null)]))) == "not a COSE_Sign message")
    }

    @Test("no bit of it can be changed")
    func everyBit() {
        var small = Cast.toy.genesis
        small.organisations = Array(small.organisations.prefix(2))
        let bytes = file(small)
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << bit
                #expect(reason(changed) != nil, "byte \(index), bit \(bit)")
            }
        }
        #expect(reason(bytes + [0]) != nil)
        #expect(reason(Array(bytes.dropLast())) != nil)
    }

    @Test("its times go in steps, from the first on (T23)")
    func timeStep() {
        var genesis = Cast.toy.genesis
        let wrong = "times go in steps of 1 to 60 seconds, from the first"
        for (created, step, expected) in [
            (120, 60, nil), (7, 1, nil), (0, 60, nil), (122, 61, wrong), (120, 0, wrong),
            (121, 60, wrong), (60, 45, wrong),
        ] as [(UInt64, UInt64, String?)] {
            (genesis.created, genesis.timeStep) = (created, step)
            #expect(reason(file(genesis)) == expected, "\(created), \(step)")
        }
        genesis.timeStep = 60
        #expect([0, 59, 60, 119, 120].map(genesis.time(at:)) == [0, 0, 60, 60, 120])
    }

    @Test("names and keys are its organisations' own")
    func distinct() {
        var twice = Cast.toy.genesis
        twice.organisations[1].name = twice.organisations[0].name
        #expect(reason(file(twice)) == "two organisations share a name, or two roles share a key")
        twice = Cast.toy.genesis
        twice.organisations[1].root = twice.organisations[0].root
        #expect(reason(file(twice)) == "two organisations share a name, or two roles share a key")
        twice = Cast.toy.genesis
        twice.organisations[1].validator = twice.organisations[3].validator
        #expect(reason(file(twice)) == "two organisations share a name, or two roles share a key")
        twice = Cast.toy.genesis
        twice.organisations[1].validator = twice.organisations[1].root
        #expect(reason(file(twice)) == "two organisations share a name, or two roles share a key")
        twice = Cast.toy.genesis
        twice.ledgerKey = twice.organisations[2].validator
        #expect(reason(file(twice)) == "two organisations share a name, or two roles share a key")
        twice = Cast.toy.genesis
        twice.ledgerKey = twice.organisations[4].root
        #expect(reason(file(twice)) == "two organisations share a name, or two roles share a key")
    }

    @Test("it names 1 to 64 organisations")
    func count() {
        func with(_ count: Int) -> Genesis {
            var genesis = Cast.toy.genesis
            genesis.organisations = (0..<count).map { index in
                var organisation = genesis.organisations[0]
                organisation.name = OrganisationName("hospital\(index)")!
                organisation.root = Toy.named("root \(index)")
                organisation.validator = Toy.named("validator \(index)")
                return organisation
            }
            return genesis
        }
        #expect(reason(file(with(0))) == "a genesis names 1 to 64 organisations")
        #expect(reason(file(with(1))) == nil)
        #expect(reason(file(with(64))) == nil)
        #expect(reason(file(with(65))) == "a genesis names 1 to 64 organisations")
    }

    @Test("an origin is plain")
    func origin() {
        for text in [
            "", "MedSeal", "med seal", "med+seal", "medseal\n", "é", String(repeating: "a", count: 81), "a`",
            "a{", "a,", "a:",
        ] {
            #expect(OriginName(text) == nil)
        }
        for text in ["m", "medseal/4f1c", "log.hospital-1.example/2", String(repeating: "a", count: 80)] {
            #expect(OriginName(text)?.description == text)
        }
    }

    @Test("a quorum is written in one way, and there are organisations enough to meet it")
    func quorum() throws {
        func with(_ rules: Quorum.Rule?...) -> Genesis {
            var genesis = Cast.toy.genesis
            genesis.quorum = Quorum(rules.map { $0! })
            return genesis
        }
        let any = Quorum.Rule(count: 5, kinds: OrganisationKind.allCases)
        for genesis in [with(), with(any), with(any, Quorum.Rule(count: 2, kinds: [.insurer, .auditor]))] {
            #expect(try decode(file(genesis)) == genesis)
        }
        let more = "the quorum asks for more organisations than there are"
        #expect(reason(file(with(Quorum.Rule(count: 6, kinds: OrganisationKind.allCases)))) == more)
        #expect(reason(file(with(any, Quorum.Rule(count: 2, kinds: [.insurer])))) == more)
        #expect(Quorum.Rule(count: 0, kinds: [.insurer]) == nil)
        #expect(Quorum.Rule(count: 65, kinds: [.insurer]) == nil)
        #expect(Quorum.Rule(count: 1, kinds: []) == nil)
        // The same genesis with another item in the quorum's place, properly signed.
        func refusal(_ quorum: CBOR) throws -> String? {
            guard case .map(let fields) = try CBOR.decode(Cast.toy.genesis.payload()),
                case .tagged(_, .array(let parts)) = try CBOR.decode(file(Cast.toy.genesis)),
                case .array(let signers) = parts[3]
            else { return "no genesis" }
            let payload = CBOR.map(fields.map { $0.key == 7 ? .init(7, quorum) : $0 }).encoded()
            let resigned = zip(signers, Cast.toy.genesis.organisations).map { signer, organisation in
                guard case .array(let fields) = signer else { return signer }
                let message = Genesis.signedContent(payload: payload, root: organisation.root)
                return CBOR.array([fields[0], fields[1], .bytes(Toy.sign(message, by: organisation.root))])
            }
            return reason(
                CBOR.tagged(98, .array([.bytes([]), .map([]), .bytes(payload), .array(resigned)])).encoded())
        }
        func item(_ count: UInt64, _ kinds: [UInt64]) -> CBOR {
            .array([.array([.unsigned(count), .array(kinds.map { .unsigned($0) })])])
        }
        #expect(try refusal(item(1, [2, 4])) == nil)
        for wrong in [
            item(1, [4, 2]), item(1, [2, 2]), item(1, [6]), item(1, [1, 6]), item(1, []), item(0, [1]),
        ] {
            #expect(try refusal(wrong) == "a rule of the quorum is malformed")
        }
        let long = CBOR.array([.unsigned(1), .array([.unsigned(1)]), .null])
        #expect(try refusal(.array([long])) == "a rule of the quorum is malformed")
        #expect(try refusal(.map([])) == "the quorum is malformed")
        let rule = CBOR.array([.unsigned(1), .array([.unsigned(1)])])
        #expect(try refusal(.array(Array(repeating: rule, count: 16))) == nil)
        #expect(try refusal(.array(Array(repeating: rule, count: 17))) == "the quorum is malformed")
    }

    @Test("a quorum is met by enough organisations of the kinds that each rule names")
    func quorumIsMet() {
        #expect(Quorum.none.isMet(by: []))
        let quorum = Quorum([
            .init(count: 2, kinds: [.hospital, .laboratory, .insurer])!, .init(count: 1, kinds: [.insurer])!,
        ])
        #expect(quorum.isMet(by: [.hospital, .insurer]))
        #expect(quorum.isMet(by: [.insurer, .insurer]))
        #expect(!quorum.isMet(by: [.hospital, .laboratory]))
        #expect(!quorum.isMet(by: [.insurer, .auditor]))
        #expect(!quorum.isMet(by: []))
    }
}
