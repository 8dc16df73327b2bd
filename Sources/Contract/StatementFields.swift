// The fields of each kind by number: the one place where a statement's wire form is written down
// (docs/format.md).

extension Assertion {
    var fields: [CBOR.Pair] {
        switch self {
        case .enrol(let it):
            [
                .init(3, .name(it.organisation)), .init(4, .bytes32(it.member)),
                .init(5, .unsigned(it.role.rawValue)),
                .init(6, .bytes32(it.recipientHash)), .init(7, .bytes32(it.certificateHash)),
                .init(8, .unsigned(it.expires)),
            ]
        case .retire(let it): [.init(3, .name(it.organisation)), .init(4, .bytes32(it.member))]
        case .deposit(let it):
            [.init(3, .name(it.organisation)), .init(4, .bytes32(it.record))]
                + optional(5, it.permit.map { .bytes($0) })
                + [
                    .init(6, .bytes32(it.recipientHash)), .init(7, .bytes32(it.descriptor)),
                    .init(8, .bytes32(it.ownerEnvelope)), .init(9, .bytes32(it.custodianEnvelope)),
                    .init(10, .digests(it.files)),
                ]
        case .request(let it):
            [
                .init(3, .name(it.organisation)), .init(4, .name(it.custodian)),
                .init(5, .unsigned(it.purpose.rawValue)),
                .init(6, .unsigned(it.notAfter)), .init(7, .bytes32(it.letter)),
            ]
        case .route(let it):
            [.init(3, .name(it.organisation)), .init(4, .bytes32(it.request))]
                + optional(5, it.permit.map { .bytes($0) }) + [.init(6, .bytes32(it.letter))]
        case .answer(let it):
            [.init(3, .bytes32(it.request)), .init(4, .unsigned(it.verdict.rawValue))]
                + optional(5, it.letter.map { .bytes32($0) })
        case .grant(let it):
            [
                .init(3, .bytes32(it.record)), .init(4, .name(it.organisation)),
                .init(5, .bytes32(it.grantee)),
                .init(6, .unsigned(it.kind.rawValue)), .init(7, .unsigned(it.purpose.rawValue)),
                .init(8, .unsigned(it.notBefore)), .init(9, .unsigned(it.notAfter)),
                .init(10, .unsigned(it.releases)),
                .init(11, .bytes32(it.envelope)),
            ] + optional(12, it.request.map { .bytes32($0) })
        case .revoke(let it): [.init(3, .bytes32(it.record)), .init(4, .bytes32(it.grant))]
        case .release(let it):
            optional(3, it.organisation.map { .name($0) })
                + [.init(4, .bytes32(it.record)), .init(5, .name(it.custodian))]
                + optional(6, it.grant.map { .bytes32($0) })
                + optional(7, it.basis.map { .unsigned($0.rawValue) })
        case .acknowledge(let it):
            [
                .init(3, .name(it.organisation)), .init(4, .bytes32(it.record)), .init(5, .bytes32(it.grant)),
                .init(6, .bytes32(it.release)), .init(7, .bytes32(it.descriptor)),
                .init(8, .bytes32(it.ownerEnvelope)),
                .init(9, .bytes32(it.custodianEnvelope)), .init(10, .digests(it.files)),
            ]
        }
    }

    init(_ kind: StatementKind, _ fields: inout FieldReader) throws(CBOR.Malformed) {
        switch kind {
        case .enrol:
            self = .enrol(
                Enrol(
                    organisation: try fields.organisation(3), member: try fields.bytes32(4),
                    role: try fields.choice(5),
                    recipientHash: try fields.bytes32(6), certificateHash: try fields.bytes32(7),
                    expires: try fields.unsigned(8)))
        case .retire:
            self = .retire(Retire(organisation: try fields.organisation(3), member: try fields.bytes32(4)))
        case .deposit:
            self = .deposit(
                Deposit(
                    organisation: try fields.organisation(3), record: try fields.bytes32(4),
                    permit: try fields.optionalBytes(5), recipientHash: try fields.bytes32(6),
                    descriptor: try fields.bytes32(7), ownerEnvelope: try fields.bytes32(8),
                    custodianEnvelope: try fields.bytes32(9), files: try fields.digests(10)))
        case .request:
            self = .request(
                Request(
                    organisation: try fields.organisation(3), custodian: try fields.organisation(4),
                    purpose: try fields.choice(5), notAfter: try fields.unsigned(6),
                    letter: try fields.bytes32(7)))
        case .route:
            self = .route(
                Route(
                    organisation: try fields.organisation(3), request: try fields.bytes32(4),
                    permit: try fields.optionalBytes(5), letter: try fields.bytes32(6)))
        case .answer:
            self = .answer(
                Answer(
                    request: try fields.bytes32(3), verdict: try fields.choice(4),
                    letter: try fields.optionalBytes32(5)))
        case .grant:
            self = .grant(
                Grant(
                    record: try fields.bytes32(3), organisation: try fields.organisation(4),
                    grantee: try fields.bytes32(5), kind: try fields.choice(6), purpose: try fields.choice(7),
                    notBefore: try fields.unsigned(8), notAfter: try fields.unsigned(9),
                    releases: try fields.unsigned(10), envelope: try fields.bytes32(11),
                    request: try fields.optionalBytes32(12)))
        case .revoke: self = .revoke(Revoke(record: try fields.bytes32(3), grant: try fields.bytes32(4)))
        case .release:
            self = .release(
                Release(
                    organisation: try fields.optionalOrganisation(3), record: try fields.bytes32(4),
                    custodian: try fields.organisation(5), grant: try fields.optionalBytes32(6),
                    basis: try fields.optionalChoice(7)))
        case .acknowledge:
            self = .acknowledge(
                Acknowledge(
                    organisation: try fields.organisation(3), record: try fields.bytes32(4),
                    grant: try fields.bytes32(5), release: try fields.bytes32(6),
                    descriptor: try fields.bytes32(7),
                    ownerEnvelope: try fields.bytes32(8), custodianEnvelope: try fields.bytes32(9),
                    files: try fields.digests(10)))
        default: throw CBOR.Malformed("kind \(kind.rawValue) is not a statement that this version accepts")
        }
    }
}

private func optional(_ key: UInt64, _ value: CBOR?) -> [CBOR.Pair] {
    value.map { [CBOR.Pair(key, $0)] } ?? []
}
