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

/// The contract's choices are typed by their names, not by their numbers.
extension ExpressibleByArgument where Self: Choice {
    public init?(argument: String) { self.init(name: argument) }
    public static var allValueStrings: [String] { names }
    public static var allValueDescriptions: [String: String] { [:] }
    public var defaultValueDescription: String { name }
}

extension Role: ExpressibleByArgument {}
extension Purpose: ExpressibleByArgument {}
extension GrantKind: ExpressibleByArgument {}
extension CustodialReason: ExpressibleByArgument {}
extension HoldReason: ExpressibleByArgument {}
extension DelegateScope: ExpressibleByArgument {}
extension EmergencyRule: ExpressibleByArgument {}
extension EmergencyReason: ExpressibleByArgument {}
extension ReviewFinding: ExpressibleByArgument {}

/// A kind of age key as it is typed.
enum KeyKindOption: String, ExpressibleByArgument, CaseIterable {
    case hybrid
    case x25519

    var age: AgeKeyKind { self == .hybrid ? .hybrid : .x25519 }
}
