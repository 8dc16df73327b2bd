import Contract
import Identity
import Ledger
import Primitives
import Testing
import TransparencyLog

@testable import LedgerCases
@testable import SQLiteLedger

/// What the ledger makes of the validators' cosignatures (T31 to T33).
@Suite struct CosigningTests {
    let network = TestNetwork(quorum: Quorum([.init(count: 2, kinds: OrganisationKind.allCases)!]))
    let directory = TestDirectory()

    /// The note with the cosignature of a validator of `network`.
    static func cosigned(
        _ note: [UInt8], by organisation: OrganisationName, _ key: SigningKey, of network: TestNetwork,
        at time: UInt64 = TestNetwork.created
    ) throws -> [UInt8] {
        let keys = try CheckpointKeys(network.genesis)
        let checkpoint = try keys.open(note)
        let name = CheckpointKeys.name(of: organisation, at: network.genesis.origin)
        let line = try NoteSigner(name: name, kind: .cosignature, key: key).cosign(checkpoint, time: time)
        return checkpoint.note.replacing(line).encoded
    }

    /// The validator of the hospital cosigns the ledger's candidate.
    private func hospitalCosigns(_ ledger: EmbeddedLedger, at time: UInt64 = TestNetwork.created) throws {
        let note = try Self.cosigned(
            try ledger.candidate(), by: network.hospital, network.hospitalValidator, of: network, at: time)
        try ledger.add(cosigned: note, by: network.hospital)
    }

    private func insurerCosigns(_ ledger: EmbeddedLedger) throws {
        let note = try Self.cosigned(
            try ledger.candidate(), by: network.insurer, network.insurerValidator, of: network)
        try ledger.add(cosigned: note, by: network.insurer)
    }

    /// A ledger that its validators have let go on, with the two members enrolled.
    private func start() async throws -> EmbeddedLedger {
        try EmbeddedLedger.create(at: directory.path, genesis: network.file)
        let ledger = try network.open(directory)
        try hospitalCosigns(ledger)
        try insurerCosigns(ledger)
        for statement in network.enrolments { try await ledger.commit(statement) }
        return ledger
    }

    @Test func nothingIsTakenBeforeTheValidatorsHaveConfirmedWhereTheLogEnds() async throws {
        try EmbeddedLedger.create(at: directory.path, genesis: network.file)
        var ledger = try network.open(directory)
        #expect(ledger.state == .readOnly(.awaitingValidators))
        await #expect(throws: LedgerError.readOnly(.awaitingValidators)) {
            try await ledger.submit(network.enrolments[0])
        }
        #expect(throws: LedgerError.notCosigned) { try ledger.cosignedCheckpoint() }
        try hospitalCosigns(ledger)
        #expect(ledger.state == .readOnly(.awaitingValidators))
        try insurerCosigns(ledger)
        #expect(ledger.state == .healthy)
        try await ledger.commit(network.enrolments[0])
        ledger.close()

        // Every start asks again.
        ledger = try network.open(directory)
        #expect(ledger.state == .readOnly(.awaitingValidators))
        #expect(try ledger.entries(from: 0, limit: 1).count == 1)
        try insurerCosigns(ledger)
        try insurerCosigns(ledger)
        #expect(ledger.state == .readOnly(.awaitingValidators))
        try hospitalCosigns(ledger)
        #expect(ledger.state == .healthy)
    }

    @Test func whatIsShownHasItsCosignaturesAndSurvivesARestart() async throws {
        var ledger = try await start()
        let keys = try CheckpointKeys(network.genesis)
        #expect(try keys.open(try ledger.cosignedCheckpoint()).checkpoint.head.size == 0)
        try hospitalCosigns(ledger)
        #expect(try keys.open(try ledger.cosignedCheckpoint()).checkpoint.head.size == 0)
        try insurerCosigns(ledger)
        let shown = try ledger.cosignedCheckpoint()
        let opened = try keys.open(shown)
        #expect(opened.checkpoint.head.size == 2)
        #expect(keys.cosigned(opened) == [network.hospital, network.insurer])
        #expect(keys.meetsQuorum(opened))
        ledger.close()
        ledger = try network.open(directory)
        #expect(try ledger.cosignedCheckpoint() == shown)
        // The same checkpoint once more, later: the newer cosignature is kept.
        try hospitalCosigns(ledger, at: TestNetwork.created + 50)
        try insurerCosigns(ledger)
        let renewed = try keys.open(try ledger.cosignedCheckpoint())
        #expect(keys.meetsQuorum(renewed))
        #expect(!keys.meetsQuorum(renewed, since: TestNetwork.created + 1))
        #expect(renewed.cosignatures.compactMap(\.time).max() == TestNetwork.created + 50)
        #expect(renewed.cosignatures.count == 2)
        // One that was on its way for long does not take the newer one's place.
        try hospitalCosigns(ledger, at: TestNetwork.created + 20)
        let later = try keys.open(try ledger.cosignedCheckpoint())
        #expect(later.cosignatures.compactMap(\.time).max() == TestNetwork.created + 50)
    }

    @Test func anAcknowledgementSaysHowMuchItIsWorth() async throws {
        let ledger = try await start()
        let keys = try CheckpointKeys(network.genesis)
        guard case .committed(let sequenced) = try await ledger.submit(network.deposit(), until: .sequenced)
        else {
            Issue.record("refused")
            return
        }
        #expect(sequenced.level == .sequenced)
        #expect(sequenced.checkpoint == [])
        #expect(sequenced.position == 2)
        let durable = try await ledger.commit(network.deposit())
        #expect(durable.level == .durable)
        #expect(try keys.open(durable.checkpoint).checkpoint.head.size > durable.position)

        let validators = Task {
            while !Task.isCancelled {
                try hospitalCosigns(ledger)
                try insurerCosigns(ledger)
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        defer { validators.cancel() }
        let statement = network.deposit()
        guard case .committed(let cosigned) = try await ledger.submit(statement, until: .cosigned) else {
            Issue.record("refused")
            return
        }
        #expect(cosigned.level == .cosigned)
        let checkpoint = try keys.open(cosigned.checkpoint)
        #expect(keys.meetsQuorum(checkpoint))
        #expect(checkpoint.checkpoint.head.size > cosigned.position)
        #expect(cosigned.passages.map(\.stage) == Stage.allCases)
        // A refusal needs no cosignature.
        guard case .rejected = try await ledger.submit([1, 2, 3], until: .cosigned) else {
            Issue.record("accepted")
            return
        }
    }

    @Test func withoutAQuorumTheLedgersOwnSignatureIsEnough() async throws {
        let network = TestNetwork()
        let ledger = try await network.make(in: directory)
        #expect(try ledger.cosignedCheckpoint() == ledger.checkpoint())
        guard case .committed(let receipt) = try await ledger.submit(network.deposit(), until: .cosigned)
        else {
            Issue.record("refused")
            return
        }
        #expect(receipt.level == .durable)
    }

    @Test func oneCheckpointIsShownToAllUntilEnoughHaveCosignedIt() throws {
        let keys = try CheckpointKeys(network.genesis)
        let cosigning = Cosigning(keys: keys, written: nil, directory: try LedgerDirectory(directory.path))
        let forge = Forge(network, deposits: 3)
        let start = ContinuousClock.now
        func candidate(_ newest: UInt64, after milliseconds: Int) -> UInt64 {
            cosigning.candidate(
                newest: forge.checkpoint(size: newest), now: start + .milliseconds(milliseconds)
            ).checkpoint.head.size
        }
        func cosign(_ size: UInt64, _ organisation: OrganisationName, _ key: SigningKey) throws -> Bool {
            let note = try Self.cosigned(
                forge.checkpoint(size: size).note.encoded, by: organisation, key, of: network)
            return try cosigning.add(try keys.open(note))
        }
        #expect(candidate(2, after: 0) == 2)
        #expect(candidate(3, after: 10) == 2)
        #expect(try !cosign(2, network.hospital, network.hospitalValidator))
        #expect(candidate(3, after: 20) == 2)
        // A cosignature of what is not asked for is not kept.
        #expect(try !cosign(3, network.insurer, network.insurerValidator))
        #expect(try cosign(2, network.insurer, network.insurerValidator))
        #expect(try cosigning.cosigned.map { try keys.open($0).checkpoint.head.size } == 2)
        #expect(candidate(2, after: 30) == 2)
        #expect(candidate(3, after: 40) == 3)
        // Too few for too long: a newer one takes its place.
        #expect(try !cosign(3, network.hospital, network.hospitalValidator))
        #expect(candidate(4, after: 1_030) == 3)
        #expect(candidate(4, after: 1_050) == 4)
        #expect(try cosigning.cosigned.map { try keys.open($0).checkpoint.head.size } == 2)
    }

    @Test func anOldCopyStopsAsSoonAsAValidatorShowsMore() async throws {
        var ledger = try await start()
        try hospitalCosigns(ledger)
        try insurerCosigns(ledger)
        ledger.close()
        let yesterday = directory.snapshot()
        ledger = try network.open(directory)
        try hospitalCosigns(ledger)
        try insurerCosigns(ledger)
        try await ledger.commit(network.deposit())
        let newest = try Self.cosigned(
            try ledger.candidate(), by: network.hospital, network.hospitalValidator, of: network)
        ledger.close()

        // Database and anchor and all, as of a snapshot of the whole machine: only a validator knows better.
        directory.restore(yesterday)
        ledger = try network.open(directory)
        #expect(ledger.state == .readOnly(.awaitingValidators))
        let reason = ReadOnlyReason.behindCosigner(network.hospital, cosigned: 3, present: 2)
        #expect(throws: LedgerError.readOnly(reason)) {
            try ledger.add(cosigned: newest, by: network.hospital)
        }
        #expect(ledger.state == .readOnly(reason))
        // Those who have not seen more cannot talk it into going on.
        try insurerCosigns(ledger)
        try hospitalCosigns(ledger)
        #expect(ledger.state == .readOnly(reason))
        await #expect(throws: LedgerError.readOnly(reason)) { try await ledger.submit(network.deposit()) }
    }

    @Test func anotherHistoryThanTheCosignedOneStopsIt() async throws {
        let ledger = try await start()
        let other = Forge(network, deposits: 0)
        var forged = other
        forged.append(network.deposit())
        try await ledger.commit(network.deposit())
        let note = try Self.cosigned(
            forged.checkpoint().note.encoded, by: network.insurer, network.insurerValidator, of: network)
        let reason = ReadOnlyReason.differsFromCosigner(network.insurer, size: 3)
        #expect(throws: LedgerError.readOnly(reason)) {
            try ledger.add(cosigned: note, by: network.insurer)
        }
        #expect(ledger.state == .readOnly(reason))
    }

    @Test func aLostDatabaseIsHeldAgainstTheCosignedCheckpointBesideIt() async throws {
        var ledger = try await start()
        ledger.close()
        let before = directory.snapshot()
        ledger = try network.open(directory)
        try hospitalCosigns(ledger)
        try insurerCosigns(ledger)
        try await ledger.commit(network.deposit())
        try hospitalCosigns(ledger)
        try insurerCosigns(ledger)
        ledger.close()
        let cosigned = directory.read("cosigned")
        directory.restore(before)
        directory.write(cosigned, to: "cosigned")
        ledger = try network.open(directory)
        #expect(
            ledger.state
                == .readOnly(.behindCosigner(network.hospital, cosigned: 3, present: 2)))
    }

    @Test func onlyTheNamedValidatorsOwnCosignatureCounts() async throws {
        let ledger = try await start()
        let candidate = try ledger.candidate()
        let byHospital = try Self.cosigned(
            candidate, by: network.hospital, network.hospitalValidator, of: network)
        func isRefused(_ note: [UInt8], by organisation: OrganisationName) -> Bool {
            do throws(LedgerError) {
                try ledger.add(cosigned: note, by: organisation)
                return false
            } catch {
                if case .invalidCosignature = error { return true }
                return false
            }
        }
        #expect(isRefused(candidate, by: network.hospital))
        #expect(isRefused(byHospital, by: network.insurer))
        // Another key under the validator's name, and a validator's key under another's name.
        #expect(
            isRefused(
                try Self.cosigned(candidate, by: network.hospital, .generate(), of: network),
                by: network.hospital))
        #expect(
            isRefused(
                try Self.cosigned(candidate, by: network.insurer, network.hospitalValidator, of: network),
                by: network.insurer))
        #expect(isRefused(Array(byHospital.dropLast(8)), by: network.hospital))
        let elsewhere = TestNetwork(origin: "medseal/elsewhere")
        #expect(isRefused(Forge(elsewhere).checkpoint().note.encoded, by: network.hospital))
        for index in byHospital.indices {
            var changed = byHospital
            changed[index] ^= 1
            if changed != byHospital { #expect(isRefused(changed, by: network.hospital), "byte \(index)") }
        }
        #expect(ledger.state == .healthy)
    }
}
