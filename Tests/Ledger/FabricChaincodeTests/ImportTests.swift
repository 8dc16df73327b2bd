import Contract
import FabricChaincode
import Identity
import Testing
import TransparencyLog

@testable import ContractCases
@testable import SignedCases

/// A log that began elsewhere moves to a channel.
@Suite("Import") struct ImportTests {
    /// A short life that began elsewhere: its leaves, and what it led to.
    private static let (leaves, world): ([[UInt8]], World) = {
        var (world, script) = (World.signed, Script(seed: 7, backwards: false))
        while world.accepted.count < 60 {
            let line = script.nextLine()
            if !line.flags.contains("already") { _ = world.play(line) }
        }
        return (WorldLog(world).entries.map { $0.encoded() }, world)
    }()

    private static func head(_ leaves: some Sequence<[UInt8]>) -> TreeHead {
        var tree = MerkleTree()
        _ = tree.append(leaves.map { Merkle.leafHash($0) })
        return tree.head
    }

    /// A checkpoint by the ledger's key.
    private static func note(
        _ head: TreeHead, by key: String = "ledger", _ genesis: Genesis = Cast.signed.genesis
    )
        throws -> SignedNote
    {
        let origin = genesis.origin.description
        let signer = try NoteSigner(name: origin, kind: .note, key: NamedKeys.key(key))
        return try signer.sign(Checkpoint(origin: origin, head: head))
    }

    private static func begun(_ head: TreeHead = head(leaves)) throws -> TestChannel {
        var channel = try TestChannel()
        #expect(channel.run(.begin(checkpoint: try note(head).encoded), at: 0).status == 200)
        return channel
    }

    @Test("page by page, to the same state, and then statements are taken")
    func good() throws {
        var channel = try Self.begun()
        let statement = ChaincodeInvocation.submit(statement: Self.world.accepted[0].message)
        #expect(channel.run(statement, at: 50).refusal == .importUnderWay)
        var position = 0
        for count in [1, 2, 30, Self.leaves.count - 33] {
            let page = Array(Self.leaves[position..<position + count])
            let outcome = channel.run(.import(leaves: page), at: 5)
            #expect(outcome.status == 200, "\(outcome.message)")
            #expect(Set(outcome.writes.map(\.key)).count == outcome.writes.count)
            let last = try LogEntry.decode(page[count - 1])
            let receipt = ChaincodeReceipt.import(
                first: UInt64(position), count: UInt64(count), stateDigest: last.stateDigest)
            #expect(outcome.payload == receipt.encoded() && outcome.event?.payload == receipt.encoded())
            #expect(outcome.event?.name == "import" && channel.clock == last.time)
            position += count
            let network = try ChannelNetwork.decode(channel.values["network"]!)
            #expect(network.encoded() == channel.values["network"])
            #expect(network.progress?.tree.head == Self.head(Self.leaves.prefix(position)))
            #expect(network.isOpen == (position == Self.leaves.count))
        }
        let isSame = channel.contract == Self.world.state
        #expect(isSame)
        #expect(channel.run(.import(leaves: [Self.leaves[0]]), at: 5).refusal == .nothingToImport)
        #expect(channel.run(statement, at: 500) == .rejected(.replayed))
        #expect(channel.run(.begin(checkpoint: nil), at: 5).refusal == .alreadyBegun)
        var world = Self.world
        let time = channel.clock! + 5
        let next = world.play(
            Line("\(time) | clinician@hospital1 | deposit next permit=next@hospital1 | ok"))
        let outcome = channel.run(.submit(statement: next.message), at: time)
        #expect(outcome.contractWrites == next.writes && channel.clock == time)
    }

    @Test("an empty log ends where it begins")
    func empty() throws {
        var channel = try Self.begun(.empty)
        let statement = ChaincodeInvocation.submit(statement: Self.world.accepted[0].message)
        #expect(channel.run(.import(leaves: [Self.leaves[0]]), at: 5).refusal == .nothingToImport)
        #expect(channel.run(statement, at: 50).status == 200)
        #expect(channel.run(.import(leaves: [Self.leaves[0]]), at: 5).refusal == .nothingToImport)
        var plain = try TestChannel()
        #expect(plain.run(.import(leaves: [Self.leaves[0]]), at: 5).refusal == .notBegun)
        #expect(plain.run(.begin(checkpoint: nil), at: 5).status == 200)
        #expect(plain.run(.import(leaves: [Self.leaves[0]]), at: 5).refusal == .nothingToImport)
    }

    @Test("entries that do not follow change nothing")
    func altered() throws {
        let channel = try Self.begun()
        func refusal(_ leaves: [[UInt8]]) -> ChaincodeError.Code? {
            channel.outcome(of: ChaincodeInvocation.import(leaves: leaves).arguments, at: 5).refusal
        }
        let leaves = Self.leaves
        #expect(refusal([leaves[1]]) == .entryDiffers)
        #expect(refusal([leaves[0], leaves[2]]) == .entryDiffers)
        #expect(refusal([leaves[1], leaves[0]]) == .entryDiffers)
        #expect(refusal([leaves[0], leaves[0]]) == .entryDiffers)
        #expect(refusal([[]]) == .entryDiffers)
        #expect(refusal(leaves + [leaves[0]]) == .nothingToImport)
        for index in stride(from: 0, to: leaves[2].count, by: 7) {
            var altered = Array(leaves[..<4])
            altered[2][index] ^= 1
            #expect(refusal(altered) == .entryDiffers, "byte \(index)")
        }
        let fault = channel.outcome(
            of: ChaincodeInvocation.import(leaves: [leaves[0], leaves[2]]).arguments, at: 5)
        #expect(fault.message.hasSuffix("(entry 1: the entry says that its position is 2)"))
        #expect(refusal(Array(leaves[..<4])) == nil)
    }

    @Test("the last page must end at the checkpoint's root")
    func wrongRoot() throws {
        // What was signed has another last entry: the same writes, said under another time.
        let last = try LogEntry.decode(Self.leaves.last!)
        let other = LogEntry(
            position: last.position, time: last.time + 1, statement: last.statement,
            writesDigest: last.writesDigest, stateDigest: last.stateDigest)
        var channel = try Self.begun(Self.head(Self.leaves.dropLast() + [other.encoded()]))
        #expect(channel.run(.import(leaves: Self.leaves.dropLast()), at: 5).status == 200)
        #expect(channel.run(.import(leaves: [Self.leaves.last!]), at: 5).refusal == .rootDiffers)
        // The log may not be cut short either: statements stay refused.
        let statement = ChaincodeInvocation.submit(statement: Self.world.accepted[0].message)
        #expect(channel.run(statement, at: 50).refusal == .importUnderWay)
    }

    @Test("only a checkpoint that the genesis' keys speak for")
    func checkpoints() throws {
        let head = Self.head(Self.leaves)
        var channel = try TestChannel()
        func refusal(_ note: [UInt8]) -> ChaincodeError.Code? {
            channel.outcome(of: ChaincodeInvocation.begin(checkpoint: note).arguments, at: 0).refusal
        }
        #expect(refusal([]) == .checkpointNotBelieved)
        #expect(refusal(try Self.note(head, by: "stranger").encoded) == .checkpointNotBelieved)
        var note = try Self.note(head).encoded
        #expect(refusal(note) == nil)
        note[20] ^= 1
        #expect(refusal(note) == .checkpointNotBelieved)

        // With a quorum the validators must have cosigned.
        var genesis = Cast.signed.genesis
        genesis.quorum = Quorum([try #require(.init(count: 2, kinds: OrganisationKind.allCases))])
        channel = try TestChannel(genesisFile: genesis.signedByItsRoots())
        let signed = try Self.note(head, genesis)
        #expect(refusal(signed.encoded) == .checkpointNotBelieved)
        let keys = try CheckpointKeys(genesis)
        var cosigned = signed
        for name in ["hospital1", "insurer"] {
            #expect(refusal(cosigned.encoded) == .checkpointNotBelieved)
            let cosigner = try NoteSigner(
                name: CheckpointKeys.name(of: OrganisationName(name)!, at: genesis.origin),
                kind: .cosignature,
                key: NamedKeys.key("validator@\(name)"))
            try cosigned.add(try cosigner.cosign(try keys.open(signed.encoded), time: 5))
        }
        #expect(refusal(cosigned.encoded) == nil)
    }

    @Test("the value of `network` has one encoding, and tells of nothing impossible")
    func strict() throws {
        var channel = try Self.begun()
        #expect(channel.run(.import(leaves: Array(Self.leaves[..<7])), at: 5).status == 200)
        let bytes = try #require(channel.values["network"])
        #expect(bytes.count < 300)
        guard case .array(let items) = try CBOR.decode(bytes), case .array(let progress) = items[2],
            case .array(let hashes) = progress[3]
        else { throw CBOR.Malformed("not what it was") }
        func isRefused(_ items: [CBOR]) -> Bool {
            (try? ChannelNetwork.decode(CBOR.array(items).encoded())) == nil
        }
        func isRefused(_ index: Int, _ item: CBOR) -> Bool {
            var changed = progress
            changed[index] = item
            return isRefused([items[0], items[1], .array(changed)])
        }
        #expect(!isRefused(items))
        #expect(isRefused([.unsigned(2)] + items[1...]))
        #expect(isRefused(items + [.null]) && isRefused(items.dropLast()))
        #expect(isRefused([items[0], .bytes([1]), items[2]]))
        #expect(isRefused([items[0], items[1], .array(progress + [.null])]))
        #expect(isRefused([items[0], items[1], .bool(true)]))
        #expect(isRefused(0, .unsigned(8)) && isRefused(0, .unsigned(UInt64.max)))
        #expect(isRefused(1, .null) && isRefused(2, .bytes([])))
        #expect(isRefused(3, .array(hashes + [.null])) && isRefused(3, .array(hashes.dropLast())))
        #expect(isRefused(3, .array([.bytes([0])] + hashes.dropFirst())))
        #expect(isRefused(4, .unsigned(6)) && isRefused(4, .unsigned(UInt64.max)))
        // Ended, but not at the root.
        #expect(isRefused(4, .unsigned(7)) && isRefused(5, .bytes([1])))
        #expect((try? ChannelNetwork.decode(bytes + [0])) == nil)
    }
}
