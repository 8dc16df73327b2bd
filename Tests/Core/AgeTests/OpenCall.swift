import Age
import BrowserCalls
import Primitives

/// The call `open_age_file`: an age file, and a passphrase or, where that is empty, identities as text.
enum OpenCall {
    static func input(_ file: [UInt8], passphrase: [UInt8] = [], identities: [[UInt8]] = []) -> [UInt8] {
        Packed.pack([file, passphrase] + identities)
    }

    /// The verdict and the plaintext, and the same of the file that comes in pieces, where it is not armored.
    static func answer(_ input: [UInt8]) -> [UInt8] {
        var input = Packed(input)
        guard let file = input.next(), let passphrase = input.next() else { return Packed.malformed }
        do throws(AgeError) {
            var identities = [AgeIdentity]()
            while let text = input.next() { identities.append(try AgeIdentity(secretKey: text)) }
            let key: AgeOpening =
                passphrase.isEmpty ? .identities(identities) : .passphrase(SecretBytes(copying: passphrase))
            return Packed.pack(whole(file, key) + inPieces(file, key))
        } catch {
            return Packed.pack([[verdict(of: error)]])
        }
    }

    private static func whole(_ file: [UInt8], _ key: AgeOpening) -> [[UInt8]] {
        do throws(AgeError) {
            let plaintext = try open(file, with: key)
            return [[0], SHA256.digest(plaintext), [isSealedAgain(plaintext, key) ? 1 : 0]]
        } catch {
            return [[verdict(of: error)], [], []]
        }
    }

    /// Whether what is sealed afresh to the same identities opens again.
    private static func isSealedAgain(_ plaintext: [UInt8], _ key: AgeOpening) -> Bool {
        guard case .identities(let identities) = key, let kind = identities.first?.kind else { return false }
        let recipients = identities.filter { $0.kind == kind }.map { $0.recipient }
        guard let file = try? seal(plaintext, for: .recipients(recipients), armored: true) else {
            return false
        }
        return (try? open(file, with: key)) == plaintext
    }

    /// What was released before an error counts, too.
    private static func inPieces(_ file: [UInt8], _ key: AgeOpening) -> [[UInt8]] {
        var released = [UInt8]()
        do throws(AgeError) {
            var stream = OpeningStream(with: key)
            var start = 0
            while start < file.count {
                let end = min(start + 30_000, file.count)
                released += try stream.update(file[start..<end])
                start = end
            }
            released += try stream.finish()
            return [[0], SHA256.digest(released)]
        } catch {
            return [[verdict(of: error)], SHA256.digest(released)]
        }
    }

    static func verdict(of error: AgeError) -> UInt8 {
        switch error {
        case .header: 1
        case .noMatch: 2
        case .headerMAC: 3
        case .payload: 4
        case .armor: 5
        case .key: 6
        }
    }
}
