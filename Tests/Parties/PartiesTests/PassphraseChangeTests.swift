import Evidence
import Files
import Identity
import Primitives
import Remote
import Testing

@testable import Homes
@testable import Offices
@testable import Patients

/// Whenever a change of the passphrase is cut off, everything opens under the old one, or everything under the new one.
@Suite struct PassphraseChangeTests {
    private let new = SecretBytes(copying: Array("four lanterns under ice".utf8))

    @Test func cutOffAnywhereOneOfTheTwoOpensAll() async throws {
        let world = try await World.shared.value
        try PassphraseWork.$factor.withValue(4) {
            let office = world.folder.folder("organisations").folder("insurer")
            let names = ["root.pem", "authority.key.pem", "desk.age", "records.age"]
            // Stopped after so many of the files have their places; -1: before any step that counts.
            for moved in -1...names.count {
                let folder = HomeTests.temporary()
                try folder.make()
                for name in names { try folder.write(try office.read(name), as: name) }
                if moved == -1 {
                    // A draft that is not whole.
                    try folder.folder(".next").make()
                    try folder.folder(".next").write([1, 2, 3], as: "root.pem")
                } else {
                    let copy = HomeTests.temporary()
                    try copy.make()
                    for name in names { try copy.write(try office.read(name), as: name) }
                    try PassphraseChange(of: copy).change(from: world.passphrase, to: new)
                    try folder.folder("accepted").make()
                    for (index, name) in names.enumerated() {
                        try (index < moved ? folder : folder.folder("accepted")).write(
                            try copy.read(name), as: name)
                    }
                }
                // Changing it once more says under which one all of it opens.
                let opening = moved == -1 ? world.passphrase : new
                try PassphraseChange(of: folder).change(from: opening, to: new)
                for name in names where name.hasSuffix(".pem") {
                    _ = try SealedPrivateKey.opened(try folder.read(name), passphrase: new, what: name)
                }
                #expect(folder.names == names.sorted())
            }
        }
    }

    @Test func aWrongOneAndNewKeysOnTheirWayChangeNothing() async throws {
        let world = try await World.shared.value
        try PassphraseWork.$factor.withValue(4) {
            let office = world.folder.folder("organisations").folder("insurer")
            let folder = HomeTests.temporary()
            try folder.make()
            #expect(throws: PartyError.self) { try PassphraseChange(of: folder) }
            try folder.write(try office.read("root.pem"), as: "root.pem")
            let before = try folder.read("root.pem")
            #expect(throws: PartyError.self) { try PassphraseChange(of: folder).change(from: new, to: new) }
            try folder.folder("next").make()
            #expect(throws: PartyError.self) {
                try PassphraseChange(of: folder).change(from: world.passphrase, to: new)
            }
            #expect(try folder.read("root.pem") == before)
        }
    }
}
