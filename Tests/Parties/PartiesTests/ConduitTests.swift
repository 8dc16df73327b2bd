import Age
import Contract
import Files
import Foundation
import Primitives
import Testing

@testable import Members

/// A file that is opened on one thread and read on another.
struct ConduitTests {
    let folder = Folder(NSTemporaryDirectory()).folder("medseal-\(lowercaseHex(Random.bytes(6)))")
    let key = AgeIdentity.generate(.x25519)

    func sealed(_ content: [UInt8]) throws -> String {
        try folder.make()
        try folder.write(try Age.seal(content, for: .recipients([key.recipient])), as: "0.age")
        return folder.file("0.age")
    }

    /// All that a source gives, in reads of `count` bytes.
    func all(_ conduit: Conduit, by count: Int) throws -> [UInt8] {
        var source = conduit.source
        var bytes = [UInt8]()
        var piece = [UInt8](repeating: 0, count: count)
        while true {
            let read = try piece.withUnsafeMutableBytes { try source.read(into: $0) }
            if read == 0 { return bytes }
            bytes += piece[..<read]
        }
    }

    @Test(arguments: [0, 1, 65_536, 700_001]) func givesThePlaintext(_ count: Int) throws {
        let content = Random.bytes(count)
        let path = try sealed(content)
        for size in [1 << 20, 1_000] {
            let conduit = Conduit(opening: path, with: key)
            #expect(try all(conduit, by: size) == content)
            #expect(try conduit.opened().plaintextSHA256 == SHA256.digest(content))
        }
    }

    @Test func failsAsOpeningDoes() throws {
        let path = try sealed(Random.bytes(200_000))
        #expect(throws: AgeError.self) {
            try all(Conduit(opening: path, with: .generate(.x25519)), by: 1_000)
        }
        var bytes = try folder.read("0.age")
        bytes[bytes.count - 1] ^= 1
        try folder.write(bytes, as: "0.age")
        #expect(throws: AgeError.self) { try all(Conduit(opening: path, with: key), by: 1_000) }
    }

    @Test func endsWhenItIsAbandoned() async throws {
        let conduit = Conduit(opening: try sealed(Random.bytes(700_000)), with: key)
        var source = conduit.source
        var piece = [UInt8](repeating: 0, count: 10)
        _ = try piece.withUnsafeMutableBytes { try source.read(into: $0) }
        conduit.abandon()
        #expect(throws: (any Error).self) { try conduit.opened() }
    }
}
