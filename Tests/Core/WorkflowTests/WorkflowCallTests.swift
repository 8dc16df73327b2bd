import Age
import BrowserCalls
import Contract
import Evidence
import Identity
import Primitives
import Sealing
import Testing
import Workflow

/// What parties make of a server's answers natively, recorded for the browser's core.
struct WorkflowCallTests {
    private func input(
        _ question: WorkflowCall.Question, _ server: ScriptedServer, _ wallet: Wallet, id: [UInt8] = [],
        key: SigningKey = .generate(), identity: AgeIdentity = .generate(.x25519)
    ) throws -> WorkflowCall.Input {
        WorkflowCall.Input(
            question: question, network: server.network, genesis: server.genesisFile,
            note: question == .deposit || question == .fetch ? [] : try server.note,
            now: ScriptedServer.now, master: wallet.master.withUnsafeBytes { Array($0) },
            organisation: server.hospital, id: id, seed: key.seed.withUnsafeBytes { Array($0) },
            identity: identity.withText { $0 })
    }

    /// Makes the call with what the server answers, and again with each answer of it altered.
    private func record(
        _ input: WorkflowCall.Input, _ server: ScriptedServer, in recording: inout Recording
    ) throws -> [[UInt8]] {
        var (input, server) = (input, server)
        // A driver asks as long as an answer is missing; here the call itself says which.
        let answer = try answered(&input, &server)
        recording.add(WorkflowCall.pack(input), answer: answer)
        for (index, answer) in input.answers.enumerated() {
            guard case .body(var body) = answer.outcome, !body.isEmpty else { continue }
            body[body.count / 2] ^= 1
            var altered = input
            altered.answers[index].outcome = .body(body)
            let packed = WorkflowCall.pack(altered)
            recording.add(packed, answer: WorkflowCall.answer(packed))
            for outcome in [CallOutcome.absent, .rejected(.stale), .away("away")] {
                altered.answers[index].outcome = outcome
                let packed = WorkflowCall.pack(altered)
                recording.add(packed, answer: WorkflowCall.answer(packed))
            }
        }
        return try #require(Packed.unpack(answer))
    }

    /// Answers what the call asks for, one after the other, until it comes to an end.
    private func answered(_ input: inout WorkflowCall.Input, _ server: inout ScriptedServer) throws -> [UInt8]
    {
        var pending = server
        while true {
            let answer = WorkflowCall.answer(WorkflowCall.pack(input))
            guard let missing = WorkflowCall.missing(input) else { return answer }
            let outcome = try pending.answer(missing)
            input.answers.append((WorkflowCall.name(of: missing), outcome))
        }
    }

    @Test func whatPartiesMakeOfAnswersIsRecorded() throws {
        var recording = Recording(of: "follow_workflow")
        var story = try ApprovalStory()
        let before = story
        let approved = try story.carryOut(try story.signed(try story.proposal()))

        let inbox = try record(
            try input(.inbox, before.server, before.wallet), before.server, in: &recording)
        #expect(inbox.count == 2 && inbox[0] == [0])
        let history = try record(
            try input(.history, story.server, story.wallet), story.server, in: &recording)
        // Six events, and one grant.
        #expect(history.count == 8)
        let rows = try record(
            try input(.disclosures, story.server, story.wallet), story.server, in: &recording)
        #expect(rows.count == 2 && rows[1].filter { $0 == 0x0a }.count == 2)
        let member = try record(
            try input(.members, story.server, story.wallet, id: story.officer.key.bytes), story.server,
            in: &recording)
        #expect(member[1] == Array("Olga Officer (insurer, officer)".utf8))

        var deposit = try DepositStory()
        let steps = try record(
            try input(
                .deposit, deposit.server, deposit.wallet, id: deposit.record.bytes, key: deposit.clinician,
                identity: deposit.server.desk), deposit.server, in: &recording)
        #expect(steps[3] == Array("seal".utf8) && steps[4] == Array("keep".utf8) + [4] && steps.count == 8)
        deposit.server.stock = []
        let refused = try record(
            try input(
                .deposit, deposit.server, deposit.wallet, id: deposit.record.bytes, key: deposit.clinician,
                identity: deposit.server.desk), deposit.server, in: &recording)
        #expect(refused[0] == [1] && refused[1].starts(with: Array("no permit: ".utf8)))

        var fetch = try input(
            .fetch, story.server, story.wallet, id: approved.orders[0].id.bytes, key: story.officer,
            identity: story.officerIdentity)
        fetch.organisation = story.server.insurer
        let release = Release(
            organisation: story.server.insurer, record: story.record, custodian: story.server.hospital,
            grant: approved.orders[0].id)
        fetch.statement = Statement.make(.release(release), now: ScriptedServer.now)
            .signed(by: story.officer, network: story.server.network.id)
        let fetched = try record(fetch, story.server, in: &recording)
        #expect(fetched[2] == Array(story.keys.record.recipient.text.utf8) && fetched.count == 4)

        #expect(recording.count > 200)
        try recording.save()
    }
}
