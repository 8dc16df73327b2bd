import Contract
import Identity
import Primitives
import Testing

/// The genesis holds only when every organisation's root has signed it; a replay starts from it.
struct GenesisTests {
    let roots = [SigningKey.generate(), SigningKey.generate()]
    let ledger = SigningKey.generate()

    @Test func aGenesisSignedByAllIsRead() throws {
        let genesis = Samples.genesis(roots: roots, ledger: ledger)
        let file = genesis.signed(by: roots)
        #expect(try Genesis.decode(file) == genesis)
        #expect(Genesis.networkID(of: file).bytes == SHA256.digest(file))
    }

    @Test func eachMissingOrWrongSignatureIsRefused() throws {
        let genesis = Samples.genesis(roots: roots, ledger: ledger)
        let payload = genesis.payload()
        let signatures = roots.map { $0.sign(Genesis.signedContent(payload: payload, root: $0.key)) }
        #expect(try Genesis.decode(genesis.encoded(signatures: signatures)) == genesis)
        for (index, organisation) in genesis.organisations.enumerated() {
            let others = [
                ledger.sign(Genesis.signedContent(payload: payload, root: organisation.root)),
                roots[index].sign(payload), signatures[1 - index], [UInt8](repeating: 0, count: 64),
            ]
            for other in others {
                var altered = signatures
                altered[index] = other
                #expect(throws: CBOR.Malformed("the signature of \(organisation.name) does not hold")) {
                    try Genesis.decode(genesis.encoded(signatures: altered))
                }
            }
        }
        // The same file with its last signer left out.
        let one = Samples.genesis(roots: [roots[0]], ledger: ledger)
        guard case .tagged(let tag, .array(var parts)) = try CBOR.decode(one.signed(by: [roots[0]])) else {
            Issue.record("not a COSE_Sign message")
            return
        }
        parts[2] = .bytes(payload)
        #expect(throws: CBOR.Malformed("not signed by each of its organisations")) {
            try Genesis.decode(CBOR.tagged(tag, .array(parts)).encoded())
        }
    }

    @Test func everyAlteredByteIsRefused() {
        let file = Samples.genesis(roots: roots, ledger: ledger).signed(by: roots)
        for position in file.indices {
            var altered = file
            altered[position] ^= 1
            #expect(throws: CBOR.Malformed.self, "byte \(position)") { try Genesis.decode(altered) }
        }
    }

    @Test func anOrganisationWhoseRootIsOffThePrimeOrderGroupIsRefused() throws {
        // All zeroes but the first: the neutral element. With it as the key, R the neutral element too and S
        // zero, the equation of RFC 8032 holds for every message.
        let neutral = try #require(PublicKey([1] + [UInt8](repeating: 0, count: 31)))
        var genesis = Samples.genesis(roots: roots, ledger: ledger)
        genesis.organisations[0].root = neutral
        let signatures = [
            neutral.bytes + [UInt8](repeating: 0, count: 32),
            roots[1].sign(Genesis.signedContent(payload: genesis.payload(), root: roots[1].key)),
        ]
        #expect(throws: CBOR.Malformed.self) { try Genesis.decode(genesis.encoded(signatures: signatures)) }
    }

    @Test func otherRootsCannotSign() async {
        await #expect(processExitsWith: .failure) {
            let roots = [SigningKey.generate(), SigningKey.generate()]
            _ = Samples.genesis(roots: roots, ledger: .generate()).signed(by: roots.reversed())
        }
    }

    @Test func aReplayBelievesWhatIsSignedAndNothingElse() throws {
        let genesis = Samples.genesis(roots: roots, ledger: ledger)
        let network = Genesis.networkID(of: genesis.signed(by: roots))
        let member = SigningKey.generate()
        let enrol = Enrol(
            organisation: Samples.hospital, member: member.key, role: .clinician,
            recipientHash: Samples.digest("recipient"), certificateHash: Samples.digest("certificate"),
            expires: 9_000, suite: .hybrid)
        let signed = Statement.make(.enrol(enrol), now: 1_000)
            .agreed(by: member, signer: roots[0].key, network: network)
            .signed(by: roots[0], network: network)
        var replay = Replay(genesis: genesis, network: network)
        let entry = try entry(of: signed, after: replay, network: network)

        var altered = signed
        altered[altered.count - 1] ^= 1
        let forged = LogEntry(
            position: 0, time: entry.time, statement: altered, writesDigest: entry.writesDigest,
            stateDigest: entry.stateDigest)
        #expect(throws: ReplayError.self) { try replay.apply(forged.encoded()) }
        #expect(replay.size == 0)

        let applied = try replay.apply(entry.encoded())
        #expect(applied.statement.caller == roots[0].key)
        #expect(replay.stateDigest == entry.stateDigest)
    }

    private func entry(of signed: [UInt8], after replay: Replay, network: NetworkID) throws -> LogEntry {
        let statement = try #require(try SignedStatement(signed, network: network).verified())
        let reads = Reads(of: statement) { replay.state[$0] }
        guard case .accepted(let writes) = decide(statement, at: 1_001, reads: reads) else {
            throw CBOR.Malformed("the sample is refused")
        }
        let digest = Digest(hashing: Write.encoded(writes))
        return LogEntry(
            position: 0, time: 1_001, statement: signed, writesDigest: digest,
            stateDigest: Digest(hashing: replay.stateDigest.bytes + digest.bytes))
    }
}
