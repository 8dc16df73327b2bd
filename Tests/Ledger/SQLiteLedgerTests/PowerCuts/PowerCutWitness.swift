import Contract
import Glibc
import Identity
import Ledger
import Primitives
import SQLiteLedger
import TransparencyLog

@testable import LedgerCases

/// What the world outside remembers of a ledger whose power is cut: what was acknowledged, and every
/// checkpoint that anybody was ever shown, as a cosigner would.
///
/// It lives in a file on another disk, a line for each thing, so that the ledger's process may die at any
/// moment.
struct PowerCutWitness {
    private(set) var acknowledged: [StatementID: UInt64] = [:]
    /// Submitted and not acknowledged, in order.
    private(set) var pending: [(id: StatementID, bytes: [UInt8])] = []
    /// Every root that was shown, by size.
    private(set) var roots: [UInt64: [UInt8]] = [:]
    /// The newest checkpoint that a validator's copy has confirmed, and may have cosigned.
    private(set) var confirmed: TreeHead?
    private(set) var problems: [String] = []
    /// What the process was doing when its end came.
    private(set) var phase = "starting"

    /// A line whose end is missing was being written when the process was killed (the kernel stops between two
    /// pages): what it says was not said.
    init(_ notes: [UInt8]) {
        let notes = notes.prefix((notes.lastIndex(of: 0x0a) ?? -1) + 1)
        var submitted = [StatementID: [UInt8]]()
        var order = [StatementID]()
        for line in notes.split(separator: 0x0a) {
            let words = line.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
            switch words[0] {
            case "submitted":
                let id = StatementID(hex: words[1])!
                order.append(id)
                submitted[id] = decodeLowercaseHex(Array(words[2].utf8))
            case "acknowledged": acknowledge(StatementID(hex: words[1])!, at: UInt64(words[2])!)
            case "shown": show(UInt64(words[1])!, decodeLowercaseHex(Array(words[2].utf8))!)
            case "confirmed":
                confirmed = TreeHead(size: UInt64(words[1])!, root: decodeLowercaseHex(Array(words[2].utf8))!)
            case "phase": phase = words[1]
            default: problems.append(words.joined(separator: " "))
            }
        }
        pending = order.filter { acknowledged[$0] == nil }.map { ($0, submitted[$0]!) }
    }

    private mutating func acknowledge(_ id: StatementID, at position: UInt64) {
        let before = acknowledged.updateValue(position, forKey: id)
        if let before, before != position { problems.append("\(id) was at \(before) and is at \(position)") }
    }

    private mutating func show(_ size: UInt64, _ root: [UInt8]) {
        let before = roots.updateValue(root, forKey: size)
        if let before, before != root { problems.append("two roots were shown for size \(size)") }
    }

    /// The lines again, without what does not matter any more.
    var notes: [UInt8] {
        let lines =
            roots.map { "shown \($0) \(lowercaseHex($1))\n" }
            + acknowledged.map { "acknowledged \($0) \($1)\n" }
            + pending.map { "submitted \($0) \(lowercaseHex($1))\n" }
            + (confirmed.map { ["confirmed \($0.size) \(lowercaseHex($0.root))\n"] } ?? [])
        return Array(lines.joined().utf8)
    }

    /// What does not hold of `ledger`, freshly opened. Throws when it does not take statements.
    func contradictions(in ledger: EmbeddedLedger) throws -> [String] {
        var found = [String]()
        if case .readOnly(let reason) = ledger.state { throw LedgerError.readOnly(reason) }
        let present = try ledger.head()
        for (size, root) in roots {
            guard size <= present.size else {
                found.append("size \(size) was shown, there are \(present.size)")
                continue
            }
            let proof = ConsistencyProof(hashes: try ledger.consistencyProof(from: size, to: present.size))
            if !proof.verify(from: TreeHead(size: size, root: root), to: present) {
                found.append("what was shown at size \(size) does not lead to the present log")
            }
        }
        for (id, position) in acknowledged {
            let now = try ledger.position(of: id)
            if now != position {
                found.append(
                    "\(id) was acknowledged at \(position) and is at \(now.map(String.init) ?? "none")")
            }
        }
        return found
    }

    /// What does not hold of `copy`, freshly opened.
    func contradictions(in copy: ValidatorCopy) throws -> [String] {
        guard let confirmed else { return [] }
        let present = try copy.checkpoint.map { try EmbeddedLedger.head(of: $0, TestNetwork().genesis) }
        guard let present, present.size >= confirmed.size else {
            return [
                "size \(confirmed.size) was confirmed, now \(present.map { "\($0.size)" } ?? "nothing") is"
            ]
        }
        let hashes = try copy.consistencyProof(from: confirmed.size, to: present.size)
        return ConsistencyProof(hashes: hashes).verify(from: confirmed, to: present)
            ? [] : ["what was confirmed at size \(confirmed.size) does not lead to what the copy has"]
    }
}

/// The witness' file as the ledger's process writes it.
final class PowerCutNotes: Sendable {
    private let file: Int32

    init(_ path: String) { file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600) }
    deinit { close(file) }

    /// Adds a line. It is another process' at once, whatever becomes of this one.
    func note(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        precondition(write(file, bytes, bytes.count) == bytes.count)
    }

    func submitted(_ id: StatementID, _ bytes: [UInt8]) { note("submitted \(id) \(lowercaseHex(bytes))") }
    func acknowledged(_ id: StatementID, at position: UInt64) { note("acknowledged \(id) \(position)") }
    func confirmed(_ head: TreeHead) { note("confirmed \(head.size) \(lowercaseHex(head.root))") }
    func shown(_ head: TreeHead) { note("shown \(head.size) \(lowercaseHex(head.root))") }
}
