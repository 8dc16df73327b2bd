import Contract
import Testing

@testable import ContractCases

/// What random histories have found in the contract, each as the smallest history that shows it.
@Suite("Found by histories") struct HistoriesFoundTests {
    /// The contract on the network of histories, and a clinician, a registrar and another one's registrar.
    private struct Bench {
        private var judge = DecisionScript.Judge()
        let hospital = OrganisationName("hospital1")!
        let other = OrganisationName("hospital2")!
        let clinician: PublicKey = Toy.named("clinician")
        let registrar: PublicKey = Toy.named("registrar")
        let witness: PublicKey = Toy.named("witness")
        let start: LedgerTime = 2_000_000

        init() {
            for (key, name, role) in [
                (clinician, hospital, Role.clinician), (registrar, hospital, .registrar),
                (witness, other, .registrar),
            ] {
                let enrol = Enrol(
                    organisation: name, member: key, role: role, recipientHash: Toy.named("recipient"),
                    certificateHash: Toy.named("certificate"), expires: start + 365 * 86_400, suite: .hybrid)
                let root: PublicKey = Toy.named("root of \(name)")
                precondition(say(.enrol(enrol), by: root, with: [key], at: start) == nil)
            }
        }

        /// The code of a refusal; nil when it is accepted. Who says the same once more says the same bytes.
        mutating func say(
            _ says: Assertion, by signer: PublicKey, with approvers: [PublicKey] = [], at time: LedgerTime
        ) -> RejectionCode? {
            // The same for the whole of a day.
            let day = 1 + time / Limits.validitySecondsMax
            let statement = Statement(
                says, validUntil: day * Limits.validitySecondsMax, nonce: .init(repeating: 7, count: 16))
            let message = HistoryCast.message(statement, by: signer, approvers: approvers)
            if case .rejected(let code) = judge.decide(on: message, at: time).decision { return code }
            return nil
        }

        func permit(_ name: String) -> [UInt8] {
            HistoryCast.permit(Toy.named(name), for: hospital, until: start + 365 * 86_400)
        }
    }

    @Test("what was agreed to once is not ordered once more with another signature under it")
    func approvals() {
        var bench = Bench()
        let names = ["auditor1", "authority1", "hospital2", "laboratory1"].map { OrganisationName($0)! }
        let roots = names.map { Toy.named("root of \($0)") as PublicKey }
        let suspend = Assertion.suspend(
            Suspend(organisation: bench.hospital, endorsers: names, standing: .suspended))
        let restore = Assertion.suspend(
            Suspend(organisation: bench.hospital, endorsers: names, standing: .restored))
        let time = bench.start + 1
        #expect(bench.say(suspend, by: roots[0], with: Array(roots.dropFirst()), at: time) == nil)
        #expect(bench.say(restore, by: roots[1], with: [roots[0]] + roots.dropFirst(2), at: time) == nil)
        // One of them keeps the others' signatures, and adds one that anybody can make.
        let again = Array(roots.dropFirst()) + [Toy.named("a key of my own")]
        #expect(bench.say(suspend, by: roots[0], with: again, at: time) == .replayed)
    }

    @Test("one key speaks for one organisation")
    func sharedRoot() {
        var bench = Bench()
        let names = ["auditor1", "authority1", "hospital2", "laboratory1"].map { OrganisationName($0)! }
        let roots = names.map { Toy.named("root of \($0)") as PublicKey }
        let rotate = Assertion.rotateRoot(
            RotateRoot(organisation: names[0], root: roots[1], endorsers: names))
        #expect(bench.say(rotate, by: roots[1], with: roots, at: bench.start) == .keyNotOneTime)
    }

    private let deposited: RecordHandle = Toy.named("record")

    private func deposit(_ bench: Bench) -> Assertion {
        .deposit(
            Deposit(
                organisation: bench.hospital, record: deposited, permit: bench.permit("owner"),
                recipientHash: Toy.named("recipient"), descriptor: Toy.named("descriptor"),
                ownerEnvelope: Toy.named("envelope"), custodianEnvelope: Toy.named("envelope"),
                manifest: Toy.named("manifest"), root: Toy.named("root"), suite: .hybrid,
                additionsHash: Toy.named("additions")))
    }

    private func reassign(_ bench: Bench, second: OrganisationName) -> Assertion {
        .reassign(
            Reassign(
                organisation: bench.hospital, record: deposited, permit: bench.permit("new owner"),
                ownerEnvelope: Toy.named("new envelope"), secondOrganisation: second, second: bench.witness))
    }

    @Test("who owns a record does not go back with the ledger's clock", arguments: [true, false])
    func ownership(wasSeen: Bool) {
        var bench = Bench()
        let (start, owner, new): (LedgerTime, PublicKey, PublicKey) = (
            bench.start, Toy.named("owner"), Toy.named("new owner")
        )
        #expect(bench.say(deposit(bench), by: bench.clinician, at: start) == nil)
        let reassign = reassign(bench, second: bench.other)
        #expect(bench.say(reassign, by: bench.registrar, with: [bench.witness], at: start) == nil)
        let effective = start + Limits.reassignmentSeconds
        let instruct = Assertion.instruct(Instruct(record: deposited, emergencies: .refused))
        if wasSeen { #expect(bench.say(instruct, by: new, at: effective) == nil) }
        // A second earlier the old owner could still object, but the record has seen the new one act.
        let veto = Assertion.veto(Veto(record: deposited))
        #expect(bench.say(veto, by: owner, at: effective - 1) == (wasSeen ? .notTheOwner : nil))
    }

    @Test("a reassignment that nobody else agrees to lacks that first, wherever its second comes from")
    func precedence() {
        var bench = Bench()
        #expect(bench.say(deposit(bench), by: bench.clinician, at: bench.start) == nil)
        let alone = reassign(bench, second: bench.hospital)
        #expect(bench.say(alone, by: bench.registrar, at: bench.start) == .approvalMissing)
        #expect(
            bench.say(alone, by: bench.registrar, with: [bench.witness], at: bench.start)
                == .approverNotAllowed)
    }
}
