import Identity
import Primitives
import Testing

struct PEMTests {
    @Test(arguments: [1, 47, 48, 49, 96, 1000])
    func aBlockIsReadAsItWasWritten(count: Int) throws {
        let der = Random.bytes(count)
        let text = PEM.encode(der, label: "CERTIFICATE")
        #expect(try PEM.decode(text, label: "CERTIFICATE") == der)
        #expect(text.last == 0x0a)
    }

    // RFC 4648's "foobar", and what differs from its one strict encoding.
    @Test func onlyTheStrictFormIsRead() throws {
        let strict = "-----BEGIN CERTIFICATE-----\nZm9vYmE=\n-----END CERTIFICATE-----\n"
        #expect(PEM.encode(Array("fooba".utf8), label: "CERTIFICATE") == Array(strict.utf8))
        #expect(try PEM.decode(Array(strict.utf8), label: "CERTIFICATE") == Array("fooba".utf8))
        for text in [
            "", String(strict.dropLast()), strict + "\n", " " + strict, strict + strict, "note\n" + strict,
            strict.replacing("\n", with: "\r\n"), strict.replacing("Zm9v", with: "Zm9v\n"),
            strict.replacing("E=", with: "F="), strict.replacing("YmE=", with: "YmE"),
            strict.replacing("CERTIFICATE", with: "PUBLIC KEY"),
            strict.replacing("END CERT", with: "END cERT"),
            strict.replacing("Zm9vYmE=\n", with: ""),
        ] {
            #expect(throws: IdentityError.Code.pemMalformed, "\(text)") {
                try code { try PEM.decode(Array(text.utf8), label: "CERTIFICATE") }
            }
        }
    }
}
