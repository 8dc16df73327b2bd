import Contract

/// The subject of a member's certificate: the organisation, the role as its unit, and the member's name.
struct MemberSubject {
    let name: String
    let role: Role
    let organisation: OrganisationName

    /// Nil when the name is empty, longer than 64 characters (RFC 5280, ub-common-name) or does not print.
    init?(name: String, role: Role, organisation: OrganisationName) {
        guard Self.isAllowed(name) else { return nil }
        self.name = name
        self.role = role
        self.organisation = organisation
    }

    /// Characters that do not print, and the separators other than a space, could make one name look like
    /// another.
    private static func isAllowed(_ name: String) -> Bool {
        let scalars = name.unicodeScalars
        return (1...64).contains(scalars.count) && scalars.first != " " && scalars.last != " "
            && scalars.allSatisfy(isPrintable)
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
            false
        default: true
        }
    }
}

extension Role {
    /// What stands in a certificate; it never changes.
    var certificateText: String {
        switch self {
        case .clinician: "clinician"
        case .registrar: "registrar"
        case .gateway: "gateway"
        case .officer: "officer"
        case .auditor: "auditor"
        }
    }

    init?(certificateText: String) {
        let bytes = Array(certificateText.utf8)
        guard let role = Role.allCases.first(where: { Array($0.certificateText.utf8) == bytes }) else {
            return nil
        }
        self = role
    }
}
