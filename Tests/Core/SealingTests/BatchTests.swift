import Contract
import Evidence
import Primitives
import Sealing
import Testing

@Suite struct BatchTests {
    private func batch(_ count: Int) throws -> Batch {
        try Batch(of: (0..<count).map { ("reading \($0)", Array("\($0) mmHg".utf8)) })
    }

    @Test("what was written is read again, and nothing else is")
    func roundTrip() throws {
        let made = try batch(5)
        let file = made.encoded()
        let read = try Batch(file)
        #expect(read.entries == made.entries && read.root == made.root && read.encoded() == file)
        #expect(read.entries[3].name == "reading 3" && read.entries[3].content == Array("3 mmHg".utf8))
        for index in file.indices {
            var altered = file
            altered[index] ^= 1
            // A changed salt, name or content is another batch: that shows in the root.
            if let other = try? Batch(altered) { #expect(other.root != made.root, "byte \(index)") }
            #expect(throws: PartyError.self) { try Batch(Array(file.prefix(index))) }
        }
        #expect(throws: PartyError.self) { try Batch(file + [0]) }
    }

    @Test("equal readings cannot be told apart from others by their hashes")
    func salts() throws {
        let made = try Batch(of: [("a", [1]), ("a", [1])])
        #expect(made.entries[0].salt != made.entries[1].salt)
        #expect(try batch(3).root != batch(3).root)
    }

    @Test("entries: one at least, each in its place, each small")
    func bounds() throws {
        #expect(throws: PartyError.self) { try Batch(of: []) }
        let most = [UInt8](repeating: 7, count: Batch.entryBytesMax)
        #expect(try Batch(of: [("most", most)]).entries.count == 1)
        #expect(throws: PartyError.self) { try Batch(of: [("more", most + [7])]) }
        let file = try CBOR.decode(try batch(3).encoded())
        guard case .array(var parts) = file, case .array(let entries) = parts[2] else {
            return #expect(Bool(false), "not an array")
        }
        for wrong in [[], Array(entries.reversed()), Array(entries.dropLast()), entries + [entries[0]]] {
            parts[2] = .array(wrong)
            #expect(throws: PartyError.self) { try Batch(CBOR.array(parts).encoded()) }
        }
    }

    @Test("the root is RFC 6962's over the entries as they stand in the file", arguments: 1...17)
    func root(_ count: Int) throws {
        let made = try batch(count)
        guard case .array(let parts) = try CBOR.decode(made.encoded()), case .array(let items) = parts[2]
        else {
            return #expect(Bool(false), "not an array")
        }
        var leaves = [[UInt8]]()
        for case .bytes(let leaf) in items { leaves.append(leaf) }
        #expect(leaves.count == count && made.root.bytes == hash(leaves[...]))
    }

    /// Section 2.1, word for word.
    private func hash(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
        if leaves.count == 1 { return SHA256.digest([0] + leaves[leaves.startIndex]) }
        var half = 1
        while 2 * half < leaves.count { half *= 2 }
        let middle = leaves.startIndex + half
        return SHA256.digest([1] + hash(leaves[..<middle]) + hash(leaves[middle...]))
    }
}
