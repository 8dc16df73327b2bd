/// Per kind of statement one line that is accepted, and every fault that it can have, each alone able to have
/// it refused.
///
/// `given` lines go before; `base` is the line; a `fault` names its code and what brings it about: words
/// added to the line, an edit of the state (`!`), or a line played before (with `|`). `caller NAME kind
/// role=officer` stands for all that can be wrong with a member who speaks, `permit NAME` with a permit.
struct FaultTable: Sendable, CustomStringConvertible {
    struct Fault: Sendable {
        let code: String
        var options = ""
        var edit: [String] = []
        var given: [Line] = []
        /// Two faults that touch the same thing cannot be had together.
        let touches: String
    }

    let name: String
    let given: [Line]
    let base: String
    /// The world after `given`.
    private let world: World
    let faults: [Fault]
    var description: String { name }

    init(_ name: String, _ text: String) {
        var given = [Line]()
        var base = ""
        var faults = Self.common
        for row in text.split(separator: "\n") {
            let parts = row.split(separator: " ", maxSplits: 1)
            let rest = String(parts[1].drop { $0 == " " })
            switch parts[0] {
            case "given": given.append(Line(rest + " | ok"))
            case "base": base = rest
            case "caller": faults += Self.ofCaller(words(rest))
            case "permit": faults += Self.ofPermit(rest)
            default: faults.append(Self.fault(String(parts[0]), rest))
            }
        }
        self.name = name
        self.given = given
        self.base = base
        self.faults = faults
        var world = World.toy
        Self.play(given, in: &world)
        self.world = world
    }

    private static func play(_ lines: [Line], in world: inout World) {
        for line in lines {
            let result = world.play(line).result
            precondition(result == "ok", "\(line.text): \(result)")
        }
    }

    private static let common = [
        fault("malformed", "broken"), fault("signatureInvalid", "forged"), fault("replayed", "already"),
        fault("stale", "valid=100"), fault("validityTooLong", "valid=1d+101"),
    ]

    private static func ofCaller(_ words: [String]) -> [Fault] {
        let (caller, own) = (words[0], organisation(in: words[0])!)
        var faults = [
            fault("organisationUnknown", "of=nowhere"), fault("organisationSuspended", "! suspend \(own)"),
            fault("memberUnknown", "! forget \(caller)"),
            fault("memberOfOtherOrganisation", "! member \(caller) organisation laboratory"),
            fault("memberRetired", "! member \(caller) retired"),
            fault("memberExpired", "! member \(caller) expires 100"),
        ]
        for word in words.dropFirst() {
            faults.append(
                word == "kind"
                    ? fault("organisationKindNotAllowed", "! organisation \(own) kind insurer")
                    : fault("roleNotAllowed", "! member \(caller) role \(word.dropFirst(5))"))
        }
        return faults
    }

    private static func ofPermit(_ permit: String) -> [Fault] {
        [
            fault("permitMissing", "permit=none"), fault("permitForOtherOrganisation", "permitFor=insurer"),
            fault("permitExpired", "permitUntil=100"),
            fault("permitUsed", "50 | gateway@hospital1 | deposit r99 permit=\(permit)"),
            fault("keyNotOneTime", "! copy clinician@hospital2 \(permit.prefix { $0 != "@" })"),
        ]
    }

    private static func fault(_ code: String, _ text: String) -> Fault {
        if text.hasPrefix("! ") {
            let edit = words(text.dropFirst(2))
            let touched = edit.count == 2 && edit[0] != "active" ? edit : edit.dropLast()
            return Fault(code: code, edit: edit, touches: touched.joined(separator: " "))
        }
        if text.contains("|") { return Fault(code: code, given: [Line(text + " | ok")], touches: text) }
        return Fault(code: code, options: text, touches: String(text.prefix { $0 != "=" }))
    }

    /// The line with `faults`, in its world.
    func played(with faults: [Fault]) -> World.Outcome {
        var world = self.world
        Self.play(faults.flatMap(\.given), in: &world)
        let edits = faults.map(\.edit).filter { !$0.isEmpty }
        // Who is forgotten cannot be changed any more.
        for edit in edits where edit[0] != "forget" { world.edit(edit) }
        for edit in edits where edit[0] == "forget" { world.edit(edit) }
        return world.play(Line(([base] + faults.map(\.options)).joined(separator: " ") + " | ok"))
    }

    static let all = ofMembers + ofRecords + ofConsent + ofReleases
}
