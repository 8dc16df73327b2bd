import Contract
import Files
import Foundation
import Primitives
import Testing

@testable import Homes

struct SpoolTests {
    let folder = Folder(NSTemporaryDirectory()).folder("medseal-\(lowercaseHex(Random.bytes(6)))")

    @Test func whatTheDeadLeftIsSweptWhenItIsOpened() throws {
        let dead = folder.folder("0123456789abcdef")
        try dead.make()
        try dead.write([1], as: "0.age")
        try folder.write([2], as: "left.age")
        _ = Spool(folder)
        #expect(folder.names.isEmpty)
    }

    @Test func whatTheLivingWorkOnStays() throws {
        let draft = try Spool(folder).draft()
        try draft.folder.write([1], as: "0.age")
        let other = try Spool(folder).draft()
        #expect(draft.folder.exists && other.folder.exists && draft.folder != other.folder)
        #expect(draft.folder.names == ["0.age"])
        withExtendedLifetime((draft, other)) {}
    }

    @Test func aDraftIsGoneWithItsValueUnlessItIsKept() throws {
        var draft: Spool.Draft? = try Spool(folder).draft()
        let gone = try #require(draft).folder
        try gone.write([1], as: "0.age")
        draft = nil
        #expect(!gone.exists)

        draft = try Spool(folder).draft()
        let kept = folder.folder("kept")
        try draft?.keep(as: kept)
        draft = nil
        #expect(kept.exists)
    }

    @Test func onlyItsOwnNamesAreSwept() throws {
        for name in [".new-dead", "journal"] { try folder.folder(name).make() }
        _ = Spool(folder, prefix: ".new-")
        #expect(folder.names == ["journal"])
    }
}
