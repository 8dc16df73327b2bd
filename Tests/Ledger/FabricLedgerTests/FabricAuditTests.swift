import Contract
import FabricChaincode
import FabricProtocol
import Foundation
import Identity
import Ledger
import Primitives
import SQLiteLedger
import SwiftProtobuf
import Testing
import TransparencyLog

@testable import FabricChannel
@testable import LedgerCases

/// The audit of a channel: what is right it finds right, and each thing that may be wrong it names.
@Suite struct FabricAuditTests {
    private typealias Call = BlockForge.Call

    private func audit(_ forge: BlockForge) throws -> FabricAudit.Report {
        var audit = try FabricAudit(
            genesis: forge.network.file, authorities: forge.authorities, channel: BlockForge.name,
            chaincode: BlockForge.name)
        for block in forge.blocks { audit.take(block) }
        return audit.report
    }

    @Test func anHonestChannelHasTheLogOfTheEmbeddedLedger() async throws {
        var forge = BlockForge()
        let network = forge.network
        let record = RecordHandle.random()
        let owner = SigningKey.generate()
        let grant = network.grant(record, owner: owner)
        let statements =
            network.enrolments + [
                network.deposit(record, owner: owner), grant,
                network.release(record, under: network.id(of: grant)),
            ]
        forge.add([Call(statements[0])])
        for statement in statements.dropFirst() { forge.add([Call(statement)]) }
        forge.add([Call(.status)])
        let directory = TestDirectory()
        try EmbeddedLedger.create(at: directory.path, genesis: network.file)
        let embedded = try network.open(directory)
        defer { embedded.close() }
        for statement in statements { try await embedded.commit(statement) }
        var tree = MerkleTree()
        let entries = try embedded.entries(from: 0, limit: 10)
        _ = tree.append(entries.map { Merkle.leafHash($0) })

        let report = try audit(forge)
        #expect(report.findings == [])
        #expect(report.events == [])
        #expect(report.blocks == 8 && report.calls == 7 && report.void.isEmpty)
        #expect(report.entries == 5)
        #expect(report.root == lowercaseHex(tree.head.root))
        #expect(report.stateDigest == (try LogEntry.decode(entries[4])).stateDigest.hex)
        #expect(report.values == forge.state.values.count)
        #expect(report.lastBlock == lowercaseHex(FabricBlock.hash(of: forge.blocks[7].header)))
    }

    @Test func aConflictThatIsOneIsNoFinding() throws {
        var forge = BlockForge()
        let before = forge.state
        let statement = forge.network.enrolments[0]
        forge.add([
            Call(statement),
            Call(statement) {
                $0.seeing = before
                $0.code = .mvccReadConflict
            },
        ])
        let report = try audit(forge)
        #expect(report.findings == [])
        #expect(report.void == ["mvccReadConflict": 1])
        #expect(report.entries == 1)
    }

    // MARK: Each alteration is found

    /// What is found where the third block has one enrolment, altered.
    private func findings(_ alter: (inout Call) -> Void) throws -> [String] {
        var forge = BlockForge()
        forge.add([Call(forge.network.enrolments[0], alter)])
        return try audit(forge).findings.map(\.description)
    }

    private static let here = "block 2, transaction 0: "

    private func expect(
        _ texts: String..., alter: (inout Call) -> Void, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let found = try findings(alter)
        #expect(found == texts.map { Self.here + $0 }, sourceLocation: sourceLocation)
    }

    @Test func aClientMustBeOneAndHaveSigned() throws {
        try expect("counts, although it is signed by a peer of hospital1, not by a client") {
            $0.client = "hospital1.peer"
        }
        let unknown = try findings { $0.client = "stranger.client" }
        #expect(unknown.count == 1 && unknown[0].contains("signed by somebody who claims to be of hospital1"))
        try expect("counts, although it is signed by a certificate of hospital1 that was not in force") {
            $0.client = "hospital1.client.old"
        }
        try expect("counts, although its client's signature does not hold") {
            $0.alterEnvelope = { $0.signature[$0.signature.count - 1] ^= 1 }
        }
        try expect("counts, although its id is not the hash of its nonce and its creator") {
            $0.alterHeader = { $0.txID = String(repeating: "0", count: 64) }
        }
        try expect("counts, and is for the channel \"other\"") { $0.alterHeader = { $0.channelID = "other" } }
    }

    @Test func twoOrganisationsOfDifferentKindsMustHaveEndorsed() throws {
        let must = ": two organisations of different kinds must"
        try expect("counts, although it is endorsed by hospital1\(must)") {
            $0.endorsers = ["hospital1.peer"]
        }
        try expect("counts, although it is endorsed by hospital1\(must)") {
            $0.endorsers = ["hospital1.peer", "hospital1.peer"]
        }
        try expect("counts, although it is endorsed by hospital1, hospital2\(must)") {
            $0.endorsers = ["hospital1.peer", "hospital2.peer"]
        }
        try expect("counts, although it is endorsed by nobody\(must)") { $0.endorsers = [] }
        try expect(
            "counts, although it is endorsed by a client of insurer, not a peer",
            "counts, although it is endorsed by hospital1\(must)"
        ) { $0.endorsers = ["hospital1.peer", "insurer.client"] }
        try expect(
            "counts, although it is endorsed by a certificate of insurer that was not in force",
            "counts, although it is endorsed by hospital1\(must)"
        ) { $0.endorsers = ["hospital1.peer", "insurer.peer.old"] }
        try expect(
            "counts, although the endorsement of insurer does not hold",
            "counts, although it is endorsed by hospital1\(must)"
        ) { $0.alterContent = { $0.action.endorsements[1].signature[20] ^= 1 } }
        let strange = try findings { $0.endorsers = ["stranger.peer", "insurer.peer"] }
        #expect(
            strange.count == 2 && strange[0].contains("endorsed by somebody who claims to be of hospital1"))
        // A third that is nobody's is no endorsement, and not what the gateway prepares.
        #expect(try findings { $0.endorsers.append("stranger.peer") }.count == 1)
    }

    @Test func theContractMustHaveComeToTheSame() throws {
        let name = BlockForge.name
        try expect("it writes something else than the contract does") {
            $0.alterSets = { $0[name]!.writes[0].value.append(0) }
        }
        try expect("it writes something else than the contract does") {
            $0.alterSets = { _ = $0[name]!.writes.popLast() }
        }
        try expect("it has read other keys than the contract does") {
            $0.alterSets = { _ = $0[name]!.reads.popLast() }
        }
        try expect("it was answered with something else than the contract answers") {
            $0.alterAnswer = { $0.response.payload.append(0) }
        }
        try expect("it was answered with something else than the contract answers") {
            $0.alterAnswer = { $0.response.status = 201 }
        }
        try expect("it tells listeners something else than the contract does") {
            $0.alterAnswer = { $0.events = Data() }
        }
        let statement = TestNetwork(origin: "medseal/other").enrolments[0]
        let refused = try findings {
            $0.arguments = ChaincodeInvocation.submit(statement: statement).arguments
        }
        #expect(
            refused == [
                Self.here
                    + "the contract refuses what it asks: code signatureInvalid: "
                    + "a signature does not hold, or was made for another network"
            ])
    }

    @Test func nothingElseMayWriteTheContractsValues() throws {
        let name = BlockForge.name
        try expect("the chaincode \"other\" writes medseal's values") {
            $0.asked = "other"
            $0.answering = "other"
        }
        try expect("its proposal asks another chaincode") { $0.asked = "other" }
        let write = Rwset_KVWrite.with {
            $0.key = "x"
            $0.value = Data([1])
        }
        try expect("it has to do with the values of \"other\"") {
            $0.alterSets = { $0["other"] = .with { $0.writes = [write] } }
        }
        try expect("it has to do with the values of \"_lifecycle\"") {
            $0.alterSets = { $0["_lifecycle"]!.writes = [write] }
        }
        try expect(
            "it deletes, asks for ranges or sets policies of keys: the contract does not",
            "it writes something else than the contract does"
        ) { $0.alterSets = { $0[name]!.writes[0].isDelete = true } }
        try expect("it deletes, asks for ranges or sets policies of keys: the contract does not") {
            $0.alterSets = { $0[name]!.rangeQueriesInfo = [.init()] }
        }
        try expect("it deletes, asks for ranges or sets policies of keys: the contract does not") {
            $0.alterSets = { $0[name]!.metadataWrites = [.with { $0.key = "clock" }] }
        }
        // Another chaincode's own values are its own.
        try expect {
            $0.asked = "other"
            $0.answering = "other"
            $0.alterSets = { $0 = ["other": .with { $0.writes = [write] }] }
        }
    }

    @Test func aMalformedTransactionThatCountsIsFound() throws {
        try expect("counts, although its proposal hash is another's") {
            $0.alterContent = { $0.chaincodeProposalPayload.append(contentsOf: [0x1a, 0]) }
        }
        try expect("counts, although it has no time") { $0.alterHeader = { $0.clearTimestamp() } }
        try expect("counts, and is no envelope") { $0.alterEnvelope = { $0.payload = Data([0xff]) } }
        try expect("counts, and is of a kind that no channel has") { $0.alterHeader = { $0.type = 2 } }
    }

    @Test func aValueThatIsReadMustBeTheNewest() throws {
        var forge = BlockForge()
        let before = forge.state
        forge.add([Call(forge.network.enrolments[0]) { $0.time += 10 }])
        forge.add([Call(forge.network.enrolments[1]) { $0.seeing = before }])
        let found = try audit(forge).findings.map(\.description)
        #expect(
            found.first
                == "block 3, transaction 0: counts, although it was decided on another value of \"clock\" than there was"
        )
        // Its time was that of the clock before, and it has written that.
        #expect(found.contains("block 3, transaction 0: the ledger's time goes back"))
    }

    @Test func theClockMustNotGoBack() throws {
        var forge = BlockForge()
        forge.add([
            Call(forge.network.enrolments[0]) {
                $0.alterSets = { sets in
                    for index in sets["medseal"]!.writes.indices
                    where sets["medseal"]!.writes[index].key == "clock" {
                        sets["medseal"]!.writes[index].value = Data(CBOR.unsigned(1).encoded())
                    }
                }
            }
        ])
        #expect(
            try audit(forge).findings.map(\.text) == [
                "it writes something else than the contract does", "the ledger's time goes back",
            ])
    }

    @Test func whatIsVoidMustBeVoidForThatReason() throws {
        for code in [
            Protos_TxValidationCode.mvccReadConflict, .duplicateTxid, .badProposalTxid, .badCreatorSignature,
            .endorsementPolicyFailure, .invalidOtherReason,
        ] {
            try expect("is void (\(code)), although nothing is wrong") { $0.code = code }
        }
        try expect(
            "is void (mvccReadConflict), although something else is wrong: its client's signature does not hold"
        ) {
            $0.code = .mvccReadConflict
            $0.alterEnvelope = { $0.signature[$0.signature.count - 1] ^= 1 }
        }
        try expect {
            $0.code = .badCreatorSignature
            $0.alterEnvelope = { $0.signature[$0.signature.count - 1] ^= 1 }
        }
        try expect {
            $0.code = .endorsementPolicyFailure
            $0.endorsers = ["hospital1.peer"]
        }
    }

    @Test func aTransactionCountsOnce() throws {
        for (code, isInOneBlock) in [
            (Protos_TxValidationCode.valid, false), (.valid, true), (.duplicateTxid, false),
            (.duplicateTxid, true),
        ] {
            var forge = BlockForge()
            forge.add([Call(.status)])
            let envelope = try #require(forge.envelopes.last)
            if isInOneBlock {
                forge.blocks.removeLast()
                forge.add([(envelope, .valid), (envelope, code)])
            } else {
                forge.add([(envelope, code)])
            }
            let found = try audit(forge).findings.map(\.text)
            #expect(found == (code == .valid ? ["counts, although its id was there before"] : []))
        }
    }

    // MARK: Blocks

    private func blockFindings(_ alter: (inout BlockForge) -> Void) throws -> [String] {
        var forge = BlockForge()
        for statement in forge.network.enrolments { forge.add([Call(statement)]) }
        alter(&forge)
        return try audit(forge).findings.map(\.description)
    }

    @Test func blocksMustFollowAndBeWhatTheirHeadersSay() throws {
        let other = "it does not follow the block before it: its header names another hash"
        let flipped = try blockFindings { $0.blocks[2].data.data[0][100] ^= 1 }
        #expect(flipped.contains("block 2: its data is not what its header says"))
        let swapped = try blockFindings { $0.blocks.swapAt(2, 3) }
        for text in [
            "block 2: it says that it is block 3", "block 2: \(other)", "block 3: it says that it is block 2",
        ] {
            #expect(swapped.contains(text))
        }
        let missing = try blockFindings { $0.blocks.remove(at: 2) }
        #expect(missing.contains("block 2: \(other)"))
        let late = try blockFindings { $0.blocks.remove(at: 0) }
        #expect(late.contains("block 0: \(other)"))
        #expect(
            try blockFindings { $0.blocks[2].metadata.metadata[2] = Data() }.first
                == "block 2: it does not say of each of its transactions whether it counts")
    }

    @Test func anOrdererMustHaveSigned() throws {
        func signed(by name: String) throws -> [String] {
            try blockFindings { $0.blocks[2].metadata.metadata[0] = $0.signed($0.blocks[2].header, by: name) }
        }
        #expect(try signed(by: "hospital1.orderer") == [])
        #expect(
            try signed(by: "insurer.peer") == [
                "block 2: it is signed by a peer of insurer, not by an orderer"
            ])
        #expect(
            try signed(by: "stranger.orderer").first?.contains(
                "signed as by an orderer by somebody who claims") == true)
        #expect(
            try signed(by: "insurer.orderer.old") == [
                "block 2: it is signed as by an orderer by a certificate of insurer that was not in force"
            ])
        #expect(
            try blockFindings { $0.blocks[2].metadata.metadata[0] = Data() } == [
                "block 2: it is not signed by one orderer"
            ])
        #expect(
            try blockFindings {
                $0.blocks[2].metadata.metadata[0] = $0.signed($0.blocks[1].header, by: "insurer.orderer")
            }
                == ["block 2: the signature of insurer's orderer does not hold"])
    }

    @Test func theDefinitionOfTheChaincodeIsAnEvent() throws {
        var forge = BlockForge()
        for _ in 0..<2 {
            forge.add([
                Call(.status).altered {
                    $0.asked = "_lifecycle"
                    $0.answering = "_lifecycle"
                    $0.alterSets = { sets in
                        let write = Rwset_KVWrite.with {
                            $0.key = "namespaces/fields/medseal/Sequence"
                            $0.value = Data([8, 1])
                        }
                        sets = ["_lifecycle": .with { $0.writes = [write] }]
                    }
                }
            ])
        }
        let report = try audit(forge)
        #expect(report.findings == [])
        #expect(
            report.events.map(\.text) == [
                "the chaincode medseal was defined", "the definition of the chaincode medseal was CHANGED",
            ])
    }

    @Test func authoritiesAreThoseOfTheGenesis() throws {
        let forge = BlockForge()
        #expect(throws: FabricError.self) {
            _ = try FabricAudit(
                genesis: forge.network.file, authorities: Array(forge.authorities.dropLast()),
                channel: "medseal",
                chaincode: "medseal")
        }
        #expect(throws: FabricError.self) {
            _ = try FabricAudit(
                genesis: Array(forge.network.file.dropLast()), authorities: forge.authorities,
                channel: "medseal",
                chaincode: "medseal")
        }
    }

    // MARK: One block as a proof

    @Test func aBlockProvesItsStatements() throws {
        var forge = BlockForge()
        let statement = forge.network.enrolments[0]
        forge.add([Call(statement)])
        let proof = try BlockProof(
            verifying: [UInt8](forge.blocks[2].serialized), genesis: forge.network.file,
            authorities: forge.authorities)
        #expect(proof.number == 2 && proof.orderer == forge.network.insurer)
        #expect(proof.hash == FabricBlock.hash(of: forge.blocks[2].header))
        let proven = try #require(proof.statements.first)
        #expect(proof.statements.count == 1)
        #expect(proven.statement.bytes == statement && proven.time == TestNetwork.created + 10)
        #expect(
            proven.endorsers.map(\.description) == ["hospital1", "insurer"]
                && proven.client == forge.network.hospital)
        #expect(proven.isSaidToCount)
    }

    @Test func aBlockThatIsNotWholeProvesNothing() throws {
        func isRefused(_ alter: (inout Call) -> Void = { _ in }, block: (inout BlockForge) -> Void = { _ in })
            -> Bool
        {
            var forge = BlockForge()
            forge.add([Call(forge.network.enrolments[0], alter)])
            block(&forge)
            let proof = try? BlockProof(
                verifying: [UInt8](forge.blocks[2].serialized), genesis: forge.network.file,
                authorities: forge.authorities)
            return proof == nil
        }
        #expect(!isRefused())
        #expect(isRefused { $0.endorsers = ["hospital1.peer", "hospital2.peer"] })
        #expect(isRefused { $0.client = "stranger.client" })
        #expect(isRefused { $0.alterSets = { $0["medseal"]!.writes.removeAll() } })
        #expect(isRefused { $0.alterAnswer = { $0.response.payload = Data([1]) } })
        #expect(isRefused { $0.asked = "other" })
        #expect(isRefused { $0.arguments[1][$0.arguments[1].count - 1] ^= 1 })
        #expect(isRefused(block: { $0.blocks[2].data.data[0].append(0) }))
        #expect(isRefused(block: { $0.blocks[2].header.number = 7 }))
        #expect(
            isRefused(block: {
                $0.blocks[2].metadata.metadata[0] = $0.signed($0.blocks[2].header, by: "stranger.orderer")
            }))
        #expect(isRefused(block: { $0.blocks[2].metadata.metadata = [] }))
        #expect(isRefused(block: { $0.blocks[2] = Common_Block() }))
    }
}

extension BlockForge.Call {
    fileprivate func altered(_ alter: (inout Self) -> Void) -> Self {
        var call = self
        alter(&call)
        return call
    }
}
