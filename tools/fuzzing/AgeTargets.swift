import Manifests
import Primitives

@testable import Age

let ageTargets: [String: @Sendable ([UInt8]) -> Void] = [
    "header": fuzzHeader, "armor": fuzzArmor, "bech32": fuzzBech32, "stream": fuzzStream,
    "keyfile": fuzzKeyFile, "manifest": fuzzManifest,
]

private let identities = AgeKeyKind.allCases.map {
    AgeIdentity(kind: $0, seed: SecretBytes(copying: [UInt8](repeating: 7, count: 32)))
}

/// Decode then encode is the input for every accepted header, and the reader finds the same header in a
/// stream.
private func fuzzHeader(_ input: [UInt8]) {
    let parsed = try? AgeHeader.parse(prefixOf: input)
    if let (header, count) = parsed {
        precondition(header.serialized() == Array(input[..<count]), "a header is not canonical")
        precondition(
            header.stanzas.count <= AgeHeader.stanzasMax && count <= AgeHeader.byteCountMax,
            "beyond the limits")
    }
    var source = MemorySource(input)
    withUnsafeMutablePointer(to: &source) { source in
        var buffered = BufferedSource(source)
        let read = try? buffered.readHeader()
        precondition(read?.header == parsed?.header, "two readers disagree")
    }
    // A passphrase would be worked on; a small limit keeps it short.
    let passphrase = AgeOpening.passphrase(SecretBytes(copying: [1]), maximumWorkFactor: 1)
    for key in [AgeOpening.identities(identities), passphrase] { _ = try? checkHeader(input, with: key) }
}

/// What armor accepts is the armor of what it decodes to, but for white space around it and CRLF.
private func fuzzArmor(_ input: [UInt8]) {
    var source = MemorySource(input)
    var decoded: [UInt8]?
    withUnsafeMutablePointer(to: &source) { source in
        var buffered = BufferedSource(source)
        withUnsafeMutablePointer(to: &buffered) { buffered in
            var armor = ArmorSource(buffered)
            var bytes = [UInt8](repeating: 0, count: input.count + 1)
            decoded = bytes.withUnsafeMutableBytes { try? armor.fill($0) }.map { Array(bytes[..<$0]) }
        }
    }
    guard let decoded else { return }
    var sink = MemorySink()
    withUnsafeMutablePointer(to: &sink) { sink in
        var armor = ArmorSink(sink, hash: nil)
        do {
            try armor.write(decoded)
            _ = try armor.finish()
        } catch { fatalError("memory does not fail") }
    }
    func bare(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes.filter { $0 != 0x0d }[...]
        while let last = bytes.last, Armor.isWhitespace(last) { bytes = bytes.dropLast() }
        return Array(bytes.drop(while: Armor.isWhitespace))
    }
    precondition(bare(sink.bytes) == bare(input), "armor is not canonical")
}

/// A key that is accepted has the text that it was parsed from.
private func fuzzBech32(_ input: [UInt8]) {
    if let recipient = try? AgeRecipient(parsing: input) {
        precondition(Array(recipient.text.utf8) == input, "a recipient is not canonical")
    }
    if let identity = try? AgeIdentity(secretKey: input) {
        identity.withText { precondition($0 == input, "an identity is not canonical") }
    }
    // And any bytes round-trip under the prefix of a key.
    var text = [UInt8]()
    input.withUnsafeBytes { Bech32.encode(prefix: Array("age".utf8), $0) { text.append($0) } }
    var back = [UInt8](repeating: 0, count: input.count)
    let decoded = back.withUnsafeMutableBytes {
        Bech32.decode(text, prefix: Array("age".utf8), .lower, into: $0)
    }
    precondition(decoded && back == input, "Bech32 does not round-trip")
}

/// All ways to open a file agree, and only what was sealed comes out.
private func fuzzStream(_ input: [UInt8]) {
    let key = AgeOpening.identities(identities)
    var source = MemorySource(input)
    var sink = MemorySink()
    let streamed = (try? open(from: &source, to: &sink, with: key)) != nil
    let whole = try? open(input, with: key)
    precondition((whole != nil) == streamed, "memory and stream disagree")
    if let whole { precondition(whole == sink.bytes, "memory and stream differ") }
    guard input.starts(with: AgeHeader.version) else { return }
    var pieces = OpeningStream(with: key)
    var opened = [UInt8]()
    let half = input.count / 2
    do {
        opened += try pieces.update(input[..<half])
        opened += try pieces.update(input[half...])
        opened += try pieces.finish()
        precondition(opened == whole, "pieces and whole differ")
    } catch { precondition(whole == nil, "pieces and whole disagree") }
}

/// A key file that is accepted has a canonical form that is accepted as the same.
private func fuzzKeyFile(_ input: [UInt8]) {
    _ = try? RecipientFile(parsing: input)
    guard let file = try? IdentityFile(parsing: input) else { return }
    let text = file.serialized().withUnsafeBytes { Array($0) }
    guard let again = try? IdentityFile(parsing: text) else { fatalError("a key file does not round-trip") }
    precondition(again.comments == file.comments, "comments differ")
    precondition(again.identities.map(\.recipient) == file.identities.map(\.recipient), "identities differ")
}

/// A manifest that is accepted is written as it was read, and the search finds in it what it has.
private func fuzzManifest(_ input: [UInt8]) {
    let manifest = try? Manifest(decoding: input)
    var reader = ManifestReader()
    let half = input.count / 3
    let files = try? reader.take(input[..<half]) + reader.take(input[half...])
    let root = try? reader.finish()
    if let manifest {
        precondition(manifest.encoded() == input, "a manifest is not canonical")
        precondition(files == manifest.files && root == manifest.root, "pieces and whole differ")
    } else {
        precondition(files == nil || root == nil, "pieces and whole disagree")
    }
    guard let file = manifest?.files.last ?? files?.last,
        var search = ManifestSearch(for: file, inManifestOf: input.count)
    else { return }
    while case .read(let range) = search.next {
        do {
            try search.take(Array(input[range]))
        } catch {
            precondition(manifest == nil, "a line of a manifest is refused")
            return
        }
    }
    precondition(manifest == nil || search.next == .found(true), "a file of the manifest is not found")
}
