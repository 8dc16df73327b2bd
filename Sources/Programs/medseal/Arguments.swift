import Age
public import ArgumentParser
public import Contract
import Foundation
import Sealing

extension OrganisationName: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension Bytes32: ExpressibleByArgument {
    public init?(argument: String) { self.init(hex: argument) }
}

/// A kind of age key as it is typed.
enum KeyKindOption: String, ExpressibleByArgument, CaseIterable {
    case hybrid
    case x25519

    static var allValueDescriptions: [String: String] {
        [
            "hybrid": "no quantum computer opens it later (ML-KEM-768 with X25519)",
            "x25519": "any age tool opens it",
        ]
    }

    var age: AgeKeyKind { self == .hybrid ? .hybrid : .x25519 }
}
