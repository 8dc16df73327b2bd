import Contract

/// Lines of a made-up network's life, the same for the same seed: most are right, some are wrong in every
/// way.
struct Script {
    var source: SplitMix64
    var time: LedgerTime = 100
    private var counts = [0, 0, 0, 0, 0]
    /// What follows from something said before.
    private var pending: [String] = []
    private static let letters = ["r", "q", "g", "x", "e"]

    /// Whether the ledger's time sometimes goes back, as one record's may not.
    let backwards: Bool

    init(seed: UInt64, backwards: Bool) {
        source = SplitMix64(state: seed)
        self.backwards = backwards
    }

    /// A new name, or one of the last few.
    private mutating func fresh(_ what: Int) -> String {
        counts[what] += 1
        return "\(Self.letters[what])\(counts[what])"
    }

    private mutating func known(_ what: Int) -> String {
        "\(Self.letters[what])\(max(0, counts[what] - source.below(8)))"
    }

    mutating func nextLine() -> Line {
        time += UInt64(source.below(5))
        let at = backwards && source.chance(1, in: 30) ? time - UInt64(source.below(20)) : time
        var text = source.chance(1, in: 2) ? pending.popLast() ?? anyStatement() : anyStatement()
        if source.chance(1, in: 40) {
            text += " " + source.pick(["forged", "broken", "valid=1", "valid=90d", "foreign", "already"])
        }
        return Line("\(at) | \(text) | ok")
    }

    private mutating func anyStatement() -> String {
        switch source.below(50) {
        case 0: networkStatement()
        case 1..<12: ownersStatement()
        case 12..<24: custodiansStatement()
        default: statement()
        }
    }

    private mutating func networkStatement() -> String {
        let standing = source.pick(["suspended", "restored"])
        return source.pick([
            "root@hospital1 | suspend auditor by=hospitals,insurer,laboratory standing=\(standing)",
            "root@hospital2 | rotateRoot auditor by=hospitals,insurer,laboratory root=root\(counts[0])",
            "root@insurer | admit clinic by=hospitals,insurer,laboratory",
        ])
    }

    private mutating func ownersStatement() -> String {
        let (record, other) = (known(0), known(0))
        let owner = source.chance(1, in: 20) ? "p\(other)" : "p\(record)"
        let delegate = "d\(record)"
        let scope = source.pick(["read", "decide", "readAndDecide"])
        return source.pick([
            "\(owner) | delegate \(delegate) on=\(record) scope=\(scope)",
            "\(owner) | undelegate \(delegate) on=\(record)",
            "\(delegate) | grant \(fresh(2)) on=\(record) to=officer@insurer until=\(time + 200)",
            "\(delegate) | revoke \(known(2)) on=\(record)",
            "\(delegate) | release \(fresh(3)) on=\(record) basis=delegate",
            "\(owner) | instruct \(record) emergencies=\(source.pick(["allowed", "refused"]))",
            "\(owner) | veto \(record)", "\(owner) | review \(known(4)) on=\(record)",
            "\(owner) | release \(fresh(3)) on=\(record) basis=owner",
            source.chance(1, in: 4) ? "\(owner) | remove \(record)" : "\(owner) | veto \(record)",
        ])
    }

    private mutating func custodiansStatement() -> String {
        if source.chance(1, in: 8) {
            let record = fresh(0)
            pending = [
                "registrar@hospital1 | attestErasure \(record)", "p\(record) | remove \(record)",
                "p\(record) | undelegate d\(record) on=\(record)",
                "d\(record) | release \(fresh(3)) on=\(record) basis=delegate",
                "p\(record) | delegate d\(record) on=\(record)",
                "p\(record) | veto \(record)", "registrar@hospital1 | reassign \(record) permit=m\(record)",
            ]
            return "clinician@hospital1 | deposit \(record) permit=p\(record)"
        }
        let (record, number) = (known(0), counts[2] + counts[3])
        return source.pick([
            "clinician@hospital1 | append \(record) files=f\(number) approve=p\(record)",
            "clinician@hospital1 | append \(record) files=f\(number) grant=\(known(2))",
            "clinician@hospital1 | reseal \(record) files=a\(number),b\(number) approve=p\(record)",
            "clinician@hospital1 | deposit \(fresh(0)) custodial=patientUnable",
            "registrar@hospital1 | adopt \(record) permit=n\(record)",
            "registrar@hospital1 | reassign \(record) permit=m\(number)",
            "registrar@hospital1 | hold \(record) until=\(source.pick(["none", "\(time + 50)"]))",
            "registrar@hospital1 | attestErasure \(record)",
            "clinician@hospital1 | emergency \(fresh(4)) on=\(record) until=\(time + 20)",
            "clinician@hospital2 | release \(fresh(3)) on=\(record) basis=emergency emergency=\(known(4))",
            "auditor@hospital1 | review \(known(4)) on=\(record)",
            "gateway@hospital1 | dispatch \(record) grant=\(known(2)) release=\(known(3))",
        ])
    }

    private mutating func statement() -> String {
        let hospital = source.pick(["hospital1", "hospital1", "hospital2", "laboratory"])
        let staff =
            source.pick(["clinician", "clinician", "gateway", "registrar", "officer"]) + "@" + hospital
        let reader = source.pick([
            "officer@insurer", "officer2@insurer", "gateway@hospital2", "clinician@insurer",
        ])
        let number = counts[0]
        switch source.below(40) {
        case 0:
            return
                "root@\(hospital) | enrol \(source.pick(["nurse", "a\(number)", "p\(number)"]))@\(hospital)"
        case 1: return "root@hospital2 | retire nurse@hospital2"
        case 2..<10:
            let record = source.chance(1, in: 20) ? known(0) : fresh(0)
            let permit = source.chance(1, in: 10) ? known(0) : record
            return "\(staff) | deposit \(record) permit=p\(permit)@\(hospital) files=f\(number),scan"
        case 10..<15: return "\(reader) | request \(fresh(1)) custodian=\(hospital) until=\(time + 400)"
        case 15..<19:
            let request = known(1)
            return "\(staff) | route \(request) permit=a\(request)@\(hospital)"
        case 19..<22:
            let request = known(1)
            return "a\(request) | answer \(request) verdict=\(source.pick(["approved", "rejected"]))"
        case 22..<28:
            let record = known(0)
            let request = source.chance(1, in: 4) ? " request=\(known(1))" : ""
            let kind = source.pick(["read", "transfer"])
            let terms = "kind=\(kind) until=\(time + UInt64(source.below(300))) releases=\(source.below(3))"
            return "p\(record) | grant \(fresh(2)) on=\(record) to=\(reader) \(terms)\(request)"
        case 28..<30:
            let record = known(0)
            return "p\(record) | revoke \(known(2)) on=\(record)"
        case 30..<33:
            return "\(staff) | release \(fresh(3)) on=\(known(0)) custodian=\(hospital) basis=care"
        case 33..<37:
            return "\(reader) | release \(fresh(3)) on=\(known(0)) custodian=hospital1 grant=\(known(2))"
        case 37: return "\(reader) | acknowledge \(known(0)) grant=\(known(2)) release=\(known(3))"
        default:
            let (record, grant, release) = (fresh(0), fresh(2), fresh(3))
            pending = [
                "clinician@hospital2 | acknowledge \(record) grant=\(grant) release=\(release)",
                "gateway@hospital1 | dispatch \(record) grant=\(grant) release=\(release)",
                "gateway@hospital2 | release \(release) on=\(record) grant=\(grant)",
                "p\(record) | grant \(grant) on=\(record) to=gateway@hospital2 kind=transfer",
            ]
            return "clinician@hospital1 | deposit \(record) permit=p\(record)@hospital1"
        }
    }
}
