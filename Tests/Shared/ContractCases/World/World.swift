import Contract
import Testing

/// A small network that plays the lines of decision tables: five organisations with their members, keys made
/// from names by its cast.
struct World {
    /// What came of one line.
    struct Outcome {
        let kind: StatementKind
        /// The signed statement.
        let message: [UInt8]
        /// `ok` or the name of a code.
        let result: String
        let reads: [StateKey]
        let writes: [Write]
    }

    static let organisations: [(String, OrganisationKind)] = [
        ("hospital1", .hospital), ("hospital2", .hospital), ("laboratory", .laboratory),
        ("insurer", .insurer), ("auditor", .auditor),
    ]
    /// The members; the role is in the name.
    static let members = [
        "clinician@hospital1", "clinician2@hospital1", "registrar@hospital1", "gateway@hospital1",
        "officer@hospital1", "auditor@hospital1", "clinician@hospital2", "registrar@hospital2",
        "gateway@hospital2", "officer@hospital2", "clinician@laboratory", "gateway@laboratory",
        "registrar@laboratory", "clinician@insurer", "registrar@insurer", "gateway@insurer",
        "officer@insurer",
        "officer2@insurer", "auditor@insurer", "auditor@auditor",
    ]
    let cast: Cast
    var state: [StateKey: [UInt8]] = [:]
    /// What was accepted so far, in its order.
    private(set) var accepted: [(time: LedgerTime, message: [UInt8], writes: [Write])] = []
    private var ids: [String: StatementID] = [:]
    private var messages: [String: [UInt8]] = [:]
    private var nonces: UInt64 = 0

    /// The world in which every story of this cast begins, at time 50.
    init(of cast: Cast) {
        self.cast = cast
        for write in cast.genesis.writes { state[write.key] = write.value }
        for member in Self.members {
            let line = Line("50 | root@\(organisation(in: member)!) | enrol \(member) until=3660d | ok")
            precondition(play(line).result == "ok", "enrolled")
        }
    }

    /// Plays a line and keeps what it writes, if it is accepted. A contract that looked at a key that it does
    /// not announce would stop the tests (`Reads`).
    mutating func play(_ line: Line) -> Outcome {
        let message = message(of: line)
        let kind = self.kind(of: line)
        func refused(_ code: RejectionCode) -> Outcome {
            Outcome(kind: kind, message: message, result: "\(code)", reads: [], writes: [])
        }
        guard let signed = try? SignedStatement(message, network: cast.network) else {
            return refused(.malformed)
        }
        guard let verified = signed.verified(hash: cast.hash, isValid: cast.isValid) else {
            return refused(.signatureInvalid)
        }
        if line.flags.contains("already") {
            state[.statement(verified.id)] = StatementState(kind: kind, time: 1).encoded()
        }
        let reads = Reads(of: verified) { state[$0] }
        switch decide(verified, at: line.time, reads: reads) {
        case .rejected(let code): return refused(code)
        case .accepted(let writes):
            for write in writes { state[write.key] = write.value }
            accepted.append((line.time, message, writes))
            if [.request, .grant, .release, .emergency].contains(kind) { ids[line.subject] = verified.id }
            messages[line.options["as"] ?? line.subject] = message
            return Outcome(
                kind: kind, message: message, result: "ok", reads: verified.readKeys, writes: writes)
        }
    }

    /// The statement that a line stands for, not yet signed.
    mutating func statement(of line: Line) -> Statement {
        nonces += 1
        let nonce = cast.hash(Array("nonce \(nonces)".utf8)).prefix(Statement.nonceBytes)
        let validUntil = line.options["valid"].map { seconds($0) } ?? line.time + 600
        var statement = Statement(assertion(of: line), validUntil: validUntil, nonce: Array(nonce))
        statement.approvals = approvals(of: statement, line)
        return statement
    }

    func id(_ name: String) -> StatementID { ids[name] ?? cast.named("nobody's \(name)") }

    private func kind(of line: Line) -> StatementKind {
        guard ["replay", "again"].contains(line.verb) else { return choice(line.verb) }
        guard let message = messages[line.subject],
            let signed = try? SignedStatement(message, network: cast.network)
        else { preconditionFailure("nothing to replay: \(line.text)") }
        return signed.statement.assertion.kind
    }

    private mutating func message(of line: Line) -> [UInt8] {
        if line.verb == "replay", let message = messages[line.subject] { return message }
        let statement = line.verb == "again" ? statementAgain(line) : statement(of: line)
        let network = line.flags.contains("foreign") ? cast.named("another network") : cast.network
        var message = cast.message(statement.encoded(), by: cast.named(line.signer), network: network)
        if line.flags.contains("forged") { message[message.count - 1] ^= 1 }
        if line.flags.contains("broken") { message.append(0) }
        return message
    }

    /// What was said before under the name that a line gives, with other approvals.
    private func statementAgain(_ line: Line) -> Statement {
        guard let signed = try? SignedStatement(messages[line.subject] ?? [], network: cast.network) else {
            preconditionFailure("nothing was said before: \(line.text)")
        }
        var statement = signed.statement
        statement.approvals = approvals(of: statement, line)
        return statement
    }
}
