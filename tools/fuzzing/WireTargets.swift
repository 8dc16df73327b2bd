import API
import Contract
import Foundation
import Primitives
import TransparencyLog

/// What crosses the network besides age files.
let wireTargets: [String: @Sendable ([UInt8]) -> Void] = [
    "cbor": fuzzCBOR, "statement": fuzzStatement, "note": fuzzNote, "tile": fuzzTile, "json": fuzzJSON,
    "body": fuzzBody, "signature": fuzzSignature, "hpke": fuzzHPKE,
]

private let network = NetworkID([UInt8](repeating: 7, count: 32))!

/// What is accepted encodes to the same bytes again.
private func fuzzCBOR(_ input: [UInt8]) {
    if let item = try? CBOR.decode(input) {
        precondition(item.encoded() == input, "CBOR is not canonical")
    }
    if let message = try? CoseSign1.decode(input) {
        precondition(message.encoded() == input, "a message is not canonical")
    }
    if let entry = try? LogEntry.decode(input) {
        precondition(entry.encoded() == input, "an entry is not canonical")
    }
    _ = try? Genesis.decode(input) { _ in true }
    if let (permit, message) = try? Permit.decode(input) {
        precondition(permit.payload() == message.payload, "a permit is not canonical")
    }
}

/// A statement: its content by itself, and as a message that carries it.
private func fuzzStatement(_ input: [UInt8]) {
    if let statement = try? Statement.decode(input) {
        precondition(statement.encoded() == input, "a statement is not canonical")
        let message = CoseSign1(
            payload: input, key: PublicKey([UInt8](repeating: 1, count: 32))!,
            signature: [UInt8](repeating: 2, count: 64)
        ).encoded()
        if let signed = try? SignedStatement(message, network: network) {
            precondition(
                signed.statement == statement && !signed.claims.isEmpty, "two readings of a statement")
        }
    }
    if let signed = try? SignedStatement(input, network: network) {
        precondition(signed.bytes == input, "a statement has other bytes")
    }
}

/// Notes, checkpoints, proofs, and what a validator is handed, are read in the one form in which they are written.
private func fuzzNote(_ input: [UInt8]) {
    if let note = try? SignedNote(decoding: input) {
        precondition(note.encoded == input, "a note is not canonical")
        _ = try? Checkpoint(decoding: note.text)
    }
    if let checkpoint = try? Checkpoint(decoding: input) {
        precondition(checkpoint.encoded == input, "a checkpoint is not canonical")
    }
    if let proof = try? ProofFile(decoding: input) {
        precondition(proof.encoded == input, "a proof is not canonical")
    }
    if let call = try? AddCheckpoint(decoding: input) {
        precondition(call.encoded == input, "a call of add-checkpoint is not canonical")
    }
    if let key = try? VerifierKey(encoded: input) {
        precondition(key.encoded == input, "a verifier's key is not canonical")
    }
}

/// The first byte is the width of the tile.
private func fuzzTile(_ input: [UInt8]) {
    if let path = TilePath(decoding: input) {
        precondition(path.encoded == input, "the path of a tile is not canonical")
    }
    guard let first = input.first else { return }
    let (tile, width) = (Array(input.dropFirst()), Int(first) + 1)
    if let entries = EntryBundle.decode(tile, width: width) {
        precondition(EntryBundle.encode(entries) == tile, "a bundle of entries is not canonical")
    }
    if let hashes = HashTile.hashes(in: tile, width: width) {
        precondition(hashes.flatMap { $0 } == tile, "a tile of hashes is not canonical")
    }
}

/// Every spelling that is read is written as one, and that one is read as the same.
private func fuzzJSON(_ input: [UInt8]) {
    if let value = try? JSONValue(canonical: input) {
        precondition(value.encoded == input, "JSON is not canonical")
    }
    guard let value = try? JSONValue(decoding: input) else { return }
    precondition((try? JSONValue(canonical: value.encoded)) == value, "JSON does not round-trip")
    precondition((try? JSONValue(decoding: value.pretty)) == value, "JSON for people does not round-trip")
}

/// The bodies of the API: what is read and written reads as the same.
private func fuzzBody(_ input: [UInt8]) {
    func check<Body: Codable>(_ type: Body.Type) {
        guard let body = try? JSONDecoder().decode(type, from: Data(input)) else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let written = try? encoder.encode(body),
            let again = try? JSONDecoder().decode(type, from: written)
        else { fatalError("a body of \(type) does not round-trip") }
        precondition((try? encoder.encode(again)) == written, "a body of \(type) reads in two ways")
    }
    check(Wire.Application.self)
    check(Wire.Permits.self)
    check(Wire.Take.self)
    check(Wire.DirectoryEntry.self)
    check(Wire.Letter.self)
    check(Wire.Letters.self)
    check(Wire.BlobNames.self)
    check(Wire.StateQuery.self)
    check(Wire.StateAnswer.self)
    check(Wire.MemberCard.self)
    check(Wire.InboxStatus.self)
    check(Wire.Inventory.self)
    check(Wire.Receipt.self)
    check(Wire.Event.self)
    check(Problem.self)
}

/// Three lines: Content-Digest, Signature-Input, Signature.
private func fuzzSignature(_ input: [UInt8]) {
    let lines = String(decoding: input, as: UTF8.self).split(
        separator: "\n", maxSplits: 2, omittingEmptySubsequences: false
    ).map(String.init)
    guard lines.count == 3 else { return }
    if let digest = RequestSignature.contentDigest(lines[0]) {
        precondition(
            Array(RequestSignature.contentDigestValue(digest).utf8) == Array(lines[0].utf8),
            "Content-Digest is not canonical")
    }
    if let signature = RequestSignature.signature(lines[2]) {
        precondition(
            Array(RequestSignature.signatureValue(signature).utf8) == Array(lines[2].utf8),
            "Signature is not canonical")
    }
    let parsed = RequestSignature(
        method: "GET", authority: "localhost", path: "/", query: "?", contentDigest: lines[0],
        signatureInput: lines[1])
    if let parsed {
        precondition(
            Array(parsed.signatureInput.utf8) == Array(lines[1].utf8), "Signature-Input is not canonical")
    }
}

private let sealed: (encapsulatedKey: [UInt8], ciphertext: [UInt8], seed: [UInt8]) = {
    let seed = [UInt8](repeating: 9, count: XWing.seedBytes)
    let key = XWing.publicKey(of: SecretBytes(copying: seed))
    guard let made = XWing.seal(SecretBytes(copying: [1, 2, 3]), to: key, info: [4]) else {
        fatalError("a key that was just made")
    }
    return (made.encapsulatedKey, made.ciphertext, seed)
}()

/// What is altered, cut or added to does not open; any bytes for a key or a ciphertext are refused, not trapped on.
private func fuzzHPKE(_ input: [UInt8]) {
    let seed = SecretBytes(copying: sealed.seed)
    func open(_ encapsulatedKey: [UInt8], _ ciphertext: [UInt8]) -> Bool {
        XWing.open(ciphertext, encapsulatedKey: encapsulatedKey, seed: seed, info: [4]) != nil
    }
    func altered(_ bytes: [UInt8]) -> [UInt8] {
        zip(bytes, input + [UInt8](repeating: 0, count: bytes.count)).map { $0 ^ $1 }
    }
    let key = altered(sealed.encapsulatedKey)
    precondition(open(key, sealed.ciphertext) == (key == sealed.encapsulatedKey), "an altered key opens")
    let ciphertext = altered(sealed.ciphertext)
    precondition(
        open(sealed.encapsulatedKey, ciphertext) == (ciphertext == sealed.ciphertext),
        "an altered ciphertext opens")
    precondition(
        !open(input, sealed.ciphertext) && !open(sealed.encapsulatedKey, sealed.ciphertext + input + [0]),
        "anything opens")
    _ = XWing.seal(SecretBytes(copying: [1]), to: Array(input.prefix(XWing.publicKeyBytes)), info: [4])
}
