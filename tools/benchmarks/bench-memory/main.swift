import Age
import CSodium
import Foundation
import Primitives

// Sealing and opening in memory beside libsodium's AEAD alone, all on all cores, with the same bytes and the
// same chunk size, round by round in one run. Prints one line of JSON: the best of each, in GB/s of wall
// clock and in GB per second of processor time.

let mebibytes = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 256
let rounds = CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 7
let chunk = 64 << 10
let byteCount = mebibytes << 20
let plaintext = Random.bytes(byteCount)
let identity = AgeIdentity.generate(.x25519)
let cores = ProcessInfo.processInfo.activeProcessorCount

struct Memory: @unchecked Sendable {
    let base: UnsafeMutablePointer<UInt8>
}

let key = Memory(base: .allocate(capacity: 32))
let output = Memory(base: .allocate(capacity: byteCount + byteCount / chunk * 16))
randombytes_buf(key.base, 32)
memset(output.base, 1, byteCount + byteCount / chunk * 16)

/// libsodium's AEAD over all chunks, from one place into another, each core its share of runs of 16 chunks.
func sodium() {
    let source = plaintext.withUnsafeBufferPointer {
        Memory(base: UnsafeMutablePointer(mutating: $0.baseAddress!))
    }
    DispatchQueue.concurrentPerform(iterations: byteCount / (16 * chunk)) { run in
        var nonce: [UInt8] = Array(repeating: 0, count: 12)
        for number in run * 16..<(run + 1) * 16 {
            nonce[10] = UInt8(truncatingIfNeeded: number)
            nonce[9] = UInt8(truncatingIfNeeded: number >> 8)
            crypto_aead_chacha20poly1305_ietf_encrypt(
                output.base + number * (chunk + 16), nil, source.base + number * chunk, UInt64(chunk), nil, 0,
                nil, nonce,
                key.base)
        }
    }
}

/// GB/s of wall clock, and GB per second of processor time, which other programs' load hardly changes.
func speed(_ body: () -> Void) -> (wall: Double, processor: Double) {
    let before = clock()
    let time = ContinuousClock().measure(body).components
    let processor = Double(clock() - before) / Double(CLOCKS_PER_SEC)
    let wall = Double(time.seconds) + Double(time.attoseconds) / 1e18
    return (Double(byteCount) / 1e9 / wall, Double(byteCount) / 1e9 / processor)
}

var all: [String: [(wall: Double, processor: Double)]] = ["libsodium": [], "seal": [], "open": []]
for _ in 0..<rounds {
    all["libsodium"]!.append(speed { sodium() })
    var file = [UInt8]()
    all["seal"]!.append(speed { file = try! seal(plaintext, for: .recipients([identity.recipient])) })
    var opened = [UInt8]()
    all["open"]!.append(speed { opened = try! open(file, with: .identity(identity)) })
    precondition(opened == plaintext, "it does not open to what was sealed")
}
let fields = all.sorted { $0.key < $1.key }.map { name, values in
    let best = (values.map(\.wall).max()!, values.map(\.processor).max()!)
    return "\"\(name)\":[\(String(format: "%.3f,%.3f", best.0, best.1))]"
}
print("{\"cores\":\(cores),\"mebibytes\":\(mebibytes),\(fields.joined(separator: ","))}")
